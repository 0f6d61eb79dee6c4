package dev.qualm.detect.fitted;

import dev.qualm.Provenance;
import dev.qualm.mutation.ItemSet;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How detectors score items to be trusted that they were not fitted on, item by item, so that any promise about
 * verdicts can be asked of them later.
 *
 * @param scores {@code [detector][item]}, larger = less trustworthy; NaN where there is none
 * @param predicted class that the network predicts, {@code [item]}; -1 where there is none
 * @param contents hash of each item's content, {@code [item]}, as {@link ItemSet#each} names it
 * @param output tensor that the predictions were read from
 * @param provenance what made them
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content below; shared like the rows of other tables
public record CalibrationItems(
        double[][] scores, int[] predicted, long[] contents, String output, Provenance provenance) {
    public CalibrationItems {
        int n = contents.length;
        boolean even = n > 0
                && predicted.length == n
                && scores.length > 0
                && Arrays.stream(scores).allMatch(of -> of.length == n);
        if (!even) {
            throw new DetectorException("Expected scores of every detector, a class and a content for the same items,"
                    + " at least one, but found " + predicted.length + " classes, " + n + " contents and "
                    + Arrays.stream(scores).map(of -> of.length).toList() + " scores; calibrate on more data");
        }
    }

    /** Number of items. */
    public int size() {
        return contents.length;
    }

    /** The contents as a set, whatever the items' order. */
    public ItemSet items() {
        return DetectorFit.items(contents);
    }

    /** Some of the items, in the given order. */
    public CalibrationItems select(int... some) {
        return new CalibrationItems(
                Arrays.stream(scores)
                        .map(of -> IntStream.of(some).mapToDouble(i -> of[i]).toArray())
                        .toArray(double[][]::new),
                IntStream.of(some).map(i -> predicted[i]).toArray(),
                IntStream.of(some).mapToLong(i -> contents[i]).toArray(),
                output,
                provenance);
    }

    /** Scores of some detectors, in the given order. */
    public double[][] scores(List<Integer> detectors) {
        return detectors.stream().map(d -> scores[d]).toArray(double[][]::new);
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof CalibrationItems c
                && Arrays.deepEquals(scores, c.scores)
                && Arrays.equals(predicted, c.predicted)
                && Arrays.equals(contents, c.contents)
                && output.equals(c.output)
                && provenance.equals(c.provenance);
    }

    @Override
    public int hashCode() {
        return Objects.hash(Arrays.deepHashCode(scores), Arrays.hashCode(contents), output);
    }

    @Override
    public String toString() {
        return "calibrated on " + size() + " items";
    }
}
