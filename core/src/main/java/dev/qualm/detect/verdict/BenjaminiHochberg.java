package dev.qualm.detect.verdict;

/**
 * The procedure of Y. Benjamini, Y. Hochberg: Controlling the false discovery rate: a practical and powerful approach to multiple
 * testing. Journal of the Royal Statistical Society B 57, 1995.
 *
 * <p>The items of a batch share one calibration set, so their p-values are dependent, but positively, and the rate still holds
 * (S. Bates, E. Candès, L. Lei, Y. Romano, M. Sesia: Testing for outliers with conformal p-values. Annals of Statistics 51, 2023,
 * for scores without ties).
 */
public final class BenjaminiHochberg {
    private BenjaminiHochberg() {}

    /**
     * Flags items of a batch.
     *
     * @param p p-values by {@link ConformalCalibration}, in any order; NaN = undefined, left out and counted
     * @param level the largest false discovery rate
     */
    public static Discoveries of(double[] p, double level) {
        return StepUp.of(StepUp.requirePValues(p), level, 1, "Benjamini-Hochberg");
    }

    /**
     * Calibration scores below which nothing can be flagged in a batch, since the smallest p-value of n is 1/(n + 1).
     *
     * @param batch items in the batch
     * @param unusual how many of them may be expected to be unusual, at least 1
     */
    public static long needed(long batch, long unusual, double level) {
        CalibrationException.require(
                unusual >= 1 && unusual <= batch, "from 1 to " + batch + " unusual items", unusual);
        CalibrationException.requireShare("a false discovery rate", level);
        return Math.max(0, (long) Math.ceil(batch / (level * unusual) - 1 - 1e-9));
    }
}
