package dev.qualm.sustainability;

import dev.qualm.array.Array;
import java.util.List;

/** How clean and perturbed inputs of a micro-batch go through the network. */
interface Passes extends AutoCloseable {
    /**
     * Compares them at every tap.
     *
     * @param clean {@code [n, ...]}, at least one item
     * @param perturbed of the same shape, one per perturbation
     * @param sums filled by perturbation and tap
     * @param hsic likewise, if it is asked for; see {@link MicroRuns.Outcome}
     */
    void compare(Array clean, List<Array> perturbed, TapSums[][] sums, double[][][] hsic);

    /** Frees what is kept from one micro-batch to the next. */
    @Override
    default void close() {}
}
