package dev.qualm.detect.wrong;

import java.util.Set;
import java.util.stream.IntStream;

/**
 * Samples whose true classes are known.
 *
 * @param labels true class per item
 */
public record Labelled(Samples samples, int[] labels) {
    public Labelled {
        FitException.require(
                labels.length == samples.size(), "a label", "for each of " + samples.size() + " items", labels.length);
        labels = labels.clone();
    }

    public int size() {
        return labels.length;
    }

    /** Whether the prediction of each item is wrong; of items without one it is. */
    public boolean[] wrong() {
        boolean[] out = new boolean[labels.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = samples.predictions()[i] != labels[i];
        }
        return out;
    }

    /** Some of the items, in the given order. */
    public Labelled select(int... items) {
        return new Labelled(
                samples.select(items), IntStream.of(items).map(i -> labels[i]).toArray());
    }

    /** The items whose features can be used. */
    Labelled usable(Set<Feature> features) {
        return select(IntStream.range(0, size())
                .filter(i -> samples.usable(i, features))
                .toArray());
    }
}
