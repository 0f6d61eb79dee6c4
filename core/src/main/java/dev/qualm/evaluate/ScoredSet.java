package dev.qualm.evaluate;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Scores of a set, by all detectors. Memory is one number for each item and detector; the items themselves are gone.
 *
 * @param name for tables
 * @param role what the items are
 * @param predictions class by item, -1 where the network gave none
 * @param labels true class by item, or null
 * @param values {@code [detector][item]}, larger = less trustworthy; NaN where undefined
 * @param contents first 64 bits of the hash of each item's content; equal numbers mean equal items
 * @param source number of the ordinary item that each was made from; null for items of their own
 * @param unreadable items that could not be read, and are left out
 * @param attack what made them, or null
 * @param origin where they come from
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ScoredSet(
        String name,
        Role role,
        int[] predictions,
        int @Nullable [] labels,
        double[][] values,
        long[] contents,
        int @Nullable [] source,
        int unreadable,
        @Nullable AttackOutcome attack,
        String origin) {
    public ScoredSet {
        int n = predictions.length;
        boolean fits = contents.length == n
                && (labels == null || labels.length == n)
                && (source == null || source.length == n)
                && Arrays.stream(values).allMatch(v -> v.length == n);
        if (!fits) {
            throw new EvaluationException("Set " + name + ": expected " + n
                    + " labels, contents, sources and values of each detector, as there are predictions");
        }
    }

    /** Scores that come from somewhere else: items of their own, all read. */
    public static ScoredSet of(
            String name, Role role, int[] predictions, int @Nullable [] labels, double[][] values, long[] contents) {
        return new ScoredSet(name, role, predictions, labels, values, contents, null, 0, null, "given scores");
    }

    public int size() {
        return predictions.length;
    }

    /** Whether the prediction of an item is known to be wrong. */
    boolean wrong(int i) {
        return labels != null && predictions[i] >= 0 && predictions[i] != labels[i];
    }

    /** Whether it is known to be right. */
    boolean right(int i) {
        return labels != null && predictions[i] >= 0 && predictions[i] == labels[i];
    }

    int[] all() {
        return IntStream.range(0, size()).toArray();
    }

    int[] wrong() {
        return IntStream.range(0, size()).filter(this::wrong).toArray();
    }

    int[] right() {
        return IntStream.range(0, size()).filter(this::right).toArray();
    }

    /** The same items with one more detector. */
    ScoredSet with(double[] column) {
        double[][] more = Arrays.copyOf(values, values.length + 1);
        more[values.length] = column;
        return new ScoredSet(name, role, predictions, labels, more, contents, source, unreadable, attack, origin);
    }

    @Override
    public String toString() {
        return name + " (" + role.text() + "): " + size() + " items, " + values.length + " detectors";
    }
}
