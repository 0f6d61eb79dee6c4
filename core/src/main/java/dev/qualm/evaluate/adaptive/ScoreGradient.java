package dev.qualm.evaluate.adaptive;

import dev.qualm.array.Array;

/**
 * The direction in which a detector's score grows, for attacks that lower it. Thread-safe; depends on the items alone,
 * not on their company.
 */
public interface ScoreGradient {
    /** How it is found, for the report. */
    String method();

    /**
     * What it costs per item, in forward passes.
     *
     * @param classes how many the network has
     */
    double passes(int classes);

    /**
     * The gradient, or what stands for it.
     *
     * @param batch {@code [n, ...]}, a micro-batch in the network's precision
     * @return by the entries of the inputs, row-major; an item whose entries are not all finite has none
     */
    double[] at(Array batch);
}
