package dev.qualm.attribution.evaluation;

import dev.qualm.array.Array;
import java.util.Arrays;

/**
 * What a removed pixel or feature is set to, in units of the network's input. No choice is neutral: name it with
 * results.
 */
public sealed interface Baseline {
    /** 0 everywhere: after standardisation about the mean colour, in raw pixels black. */
    record Zero() implements Baseline {}

    /** The mean of the image itself, per channel. For images only. */
    record Mean() implements Baseline {}

    /**
     * Given values.
     *
     * @param perChannel one for each index of axis 1: channels of images {@code [n, c, h, w]}, features of
     *     {@code [n, d]}; or one for all
     */
    record Values(double[] perChannel) implements Baseline {
        public Values {
            if (perChannel.length == 0 || !Arrays.stream(perChannel).allMatch(Double::isFinite)) {
                throw new EvaluationException(
                        "Expected at least one finite value, but found " + Arrays.toString(perChannel));
            }
            perChannel = perChannel.clone();
        }

        @Override
        public String toString() {
            return "Values" + Arrays.toString(perChannel);
        }
    }

    static Baseline zero() {
        return new Zero();
    }

    static Baseline mean() {
        return new Mean();
    }

    static Baseline values(double... perChannel) {
        return new Values(perChannel);
    }

    /** Checks that this baseline is one for such inputs, {@code [n, ...]}. */
    default void check(Array batch) {
        if (this instanceof Mean && batch.rank() != 4) {
            throw new EvaluationException(
                    "The mean of an image as baseline needs images [n, c, h, w], but found " + batch
                            + ": features have no common mean. Give each feature's mean over the training data with"
                            + " Baseline.values(...)");
        }
        if (this instanceof Values v && v.perChannel.length != 1 && v.perChannel.length != batch.dim(1)) {
            throw new EvaluationException("Expected 1 baseline value or " + batch.dim(1)
                    + ", one for each index of axis 1 of " + batch + ", but found " + v.perChannel.length);
        }
    }

    /** The baseline of one input. */
    default double[] of(double[] row, int axis1) {
        double[] out = new double[row.length];
        int inner = row.length / axis1;
        for (int c = 0; c < axis1; c++) {
            double value = 0;
            if (this instanceof Mean) {
                for (int i = c * inner; i < (c + 1) * inner; i++) {
                    value += row[i] / inner;
                }
            } else if (this instanceof Values v) {
                value = v.perChannel[v.perChannel.length == 1 ? 0 : c];
            }
            Arrays.fill(out, c * inner, (c + 1) * inner, value);
        }
        return out;
    }
}
