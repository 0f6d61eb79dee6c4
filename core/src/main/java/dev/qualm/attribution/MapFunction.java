package dev.qualm.attribution;

import dev.qualm.array.Array;

/** Whatever gives a relevance map per input: an {@link Explainer}, a foreign method, maps made beforehand. */
@FunctionalInterface
public interface MapFunction {
    /** In place of a class: the one that the network predicts for that input. */
    int PREDICTED = -1;

    /**
     * The maps of a batch.
     *
     * @param batch inputs, {@code [n, ...]}
     * @param classes what each map explains, {@code [n]}; {@link #PREDICTED} for the predicted class
     * @return one map per input, of the batch's shape {@code [n, ...]}; signed, larger = speaks more for the class. An input
     *     without a map has NaN everywhere
     */
    Array maps(Array batch, int[] classes);
}
