package dev.qualm.manipulation;

import dev.qualm.array.Array;

/**
 * One step of an attack on the images that are still under way. Losses are those before the step, images those after it.
 *
 * @param attempt 0 for the first, then one for each restart
 * @param step from 0
 * @param beta of the network that the step was computed on
 * @param rows which images of the attacked batch these are, {@code [m]}
 * @param images after the step and the projection, {@code [m, ...]}
 * @param total loss, {@code [m]}
 * @param map loss of the heat map without its factor, {@code [m]}
 * @param output loss of the output without its factor, {@code [m]}
 */
public record AttackStep(
        int attempt, int step, double beta, int[] rows, Array images, double[] total, double[] map, double[] output) {
    /** Told of every step, on the thread of the attack. */
    @FunctionalInterface
    public interface Observer {
        void step(AttackStep step);
    }
}
