package dev.qualm.detect.verdict;

import java.util.Arrays;

/**
 * Holds the false discovery rate over e-values, however they depend on each other. R. Wang, A. Ramdas: False discovery rate
 * control with e-values. Journal of the Royal Statistical Society B 84, 2022. For example over the evidence of many
 * {@link CalibrationMartingale}s at one time: which of the monitored streams have drifted?
 */
public final class EBenjaminiHochberg {
    private EBenjaminiHochberg() {}

    /**
     * Flags the k largest for the largest k whose k-th largest is at least m / (level k).
     *
     * @param e evidence against each, 0 or more, of mean at most 1 where there is nothing to find; NaN = undefined
     */
    public static Discoveries of(double[] e, double level) {
        for (int i = 0; i < e.length; i++) {
            CalibrationException.require(
                    Double.isNaN(e[i]) || e[i] >= 0, "e-values of at least 0, or NaN if undefined", e[i] + " at " + i);
        }
        return StepUp.of(Arrays.stream(e).map(x -> 1 / x).toArray(), level, 1, "e-Benjamini-Hochberg");
    }
}
