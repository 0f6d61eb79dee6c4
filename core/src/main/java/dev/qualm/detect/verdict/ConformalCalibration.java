package dev.qualm.detect.verdict;

import java.util.Arrays;

/**
 * Scores of items that are to be trusted, against which other scores are measured. Larger = less trustworthy.
 *
 * <p>If the judged item and the calibration items are exchangeable (in any order equally likely, as independent draws from one
 * source are), its p-value is at most alpha with probability at most alpha, whatever the score and its distribution, ties
 * included. V. Vovk, A. Gammerman, G. Shafer: Algorithmic Learning in a Random World. 2nd edition, Springer 2022, on
 * inductive conformal predictors. Immutable.
 *
 * <p>Infinite scores are ordered as numbers. NaN is no score: such calibration items are left out and counted, so that the
 * promise is one about items that have a score; the p-value of NaN is NaN.
 */
/*
 * The form (1 + #{cal >= s}) / (n + 1) counts ties against the alarm. Counting them for it, #{cal > s}, is what breaks the
 * promise of scores with few values, such as label change rates.
 */
public final class ConformalCalibration {
    private final double[] sorted;
    private final int undefined;

    private ConformalCalibration(double[] sorted, int undefined) {
        this.sorted = sorted;
        this.undefined = undefined;
    }

    /**
     * Sorts a copy of the scores.
     *
     * @param scores of items that nothing was fitted or chosen on, in any order
     * @throws CalibrationException if none is a number
     */
    public static ConformalCalibration of(double[] scores) {
        double[] defined = Arrays.stream(scores)
                .filter(s -> !Double.isNaN(s))
                .map(ConformalCalibration::oneZero)
                .sorted()
                .toArray();
        return sorted(defined, scores.length - defined.length);
    }

    static ConformalCalibration sorted(double[] scores, int undefined) {
        CalibrationException.require(
                scores.length > 0,
                "at least one calibration score that is a number",
                undefined == 0 ? "none" : "NaN " + undefined + " times");
        return new ConformalCalibration(scores, undefined);
    }

    /** Sorting and searching tell -0.0 from 0.0; scores do not. */
    static double oneZero(double score) {
        return score + 0.0;
    }

    /** Number of scores, those that are not numbers left out. */
    public int n() {
        return sorted.length;
    }

    /** Number of calibration items left out because their score is NaN. */
    public int undefined() {
        return undefined;
    }

    /** The scores in increasing order, a copy. */
    public double[] scores() {
        return sorted.clone();
    }

    /** (1 + #{calibration >= score}) / (n + 1), from 1/(n + 1) to 1; NaN for NaN. */
    public double pValue(double score) {
        return Double.isNaN(score) ? Double.NaN : place(score).pValue();
    }

    /**
     * (#{calibration > score} + u (#{calibration = score} + 1)) / (n + 1): uniform on (0, 1) if the items are exchangeable,
     * however many ties there are; never above {@link #pValue}; NaN for NaN.
     *
     * @param u uniform number of this item in [0, 1], independent of the scores: see {@link ItemUniform}
     */
    public double smoothedPValue(double score, double u) {
        CalibrationException.require(u >= 0 && u <= 1, "a uniform number from 0 to 1", u);
        return Double.isNaN(score) ? Double.NaN : place(score).smoothed(u);
    }

    /**
     * The ceil((n + 1)(1 - alpha))-th smallest score: a score has a p-value of at most alpha exactly if it is larger than
     * this. Infinite if n is too small for any score to be.
     */
    public double threshold(double alpha) {
        return threshold(new Marginal(alpha));
    }

    /** What a score must exceed to raise an alarm under this guarantee; infinite if n is too small for any to do so. */
    public double threshold(Guarantee guarantee) {
        int alarms = guarantee.alarms(n());
        return alarms == 0 ? Double.POSITIVE_INFINITY : sorted[n() - alarms];
    }

    Place place(double score) {
        double s = oneZero(score);
        int below = first(s, false);
        int notAbove = first(s, true);
        return new Place(n(), n() - notAbove, notAbove - below);
    }

    /** Index of the first score that is larger than {@code s}, or at least as large. */
    private int first(double s, boolean larger) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int mid = (low + high) >>> 1;
            if (sorted[mid] < s || (larger && sorted[mid] == s)) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        return low;
    }

    @Override
    public String toString() {
        return "calibration on " + n() + " scores from " + sorted[0] + " to " + sorted[n() - 1]
                + (undefined == 0 ? "" : ", " + undefined + " undefined left out");
    }
}
