package dev.qualm.manipulation;

/**
 * Which smoothing the attacked network has at which step: {@code beta_i = first * (last / first)^(i / steps)}, never quite
 * {@code last} (Dombrowski et al. 2019, supplement). Infinite beta is the deployed network.
 *
 * @param first beta at step 0, positive
 * @param last beta that the last step would be followed by, positive
 * @param reference beta of the network that the attack is aimed at: it gives the original and the target map, the outputs to
 *     hold, the looks of {@link EarlyStop} and the final maps. Infinite is the deployed one
 */
public record BetaGrowth(double first, double last, double reference) {
    public BetaGrowth {
        ManipulationException.require(first > 0, "a first beta", "above 0", first);
        ManipulationException.require(
                last > 0 && Double.isInfinite(first) == Double.isInfinite(last),
                "a last beta",
                "above 0, and infinite only together with the first",
                last);
        ManipulationException.require(reference > 0, "a reference beta", "above 0", reference);
    }

    /** No smoothing. */
    public static BetaGrowth off() {
        return constant(Double.POSITIVE_INFINITY);
    }

    /** From 10 to 100, aimed at the deployed network. */
    public static BetaGrowth usual() {
        return new BetaGrowth(10, 100, Double.POSITIVE_INFINITY);
    }

    /** The same smoothing all along, and the attack aimed at the smoothed maps: an attacker who knows of the smoothing. */
    public static BetaGrowth constant(double beta) {
        return new BetaGrowth(beta, beta, beta);
    }

    /**
     * Beta of a step.
     *
     * @param step from 0
     * @param steps planned in all
     */
    public double at(int step, int steps) {
        return first == last ? first : first * Math.pow(last / first, (double) step / steps);
    }
}
