package dev.qualm.detect.verdict;

import java.util.Arrays;

/**
 * The two-sample test of Kolmogorov and Smirnov: do two lists of scores come from one distribution? NaN counts as larger than every
 * number.
 *
 * @param statistic largest difference of the two distribution functions, in [0, 1]
 * @param pValue exact for scores without ties, too large for tied ones; to about 1e-10 of itself
 * @param first size of the first list
 * @param second size of the second list
 */
public record KolmogorovSmirnov(double statistic, double pValue, int first, int second) {
    /**
     * Compares two lists, in any order, in time proportional to the product of their sizes.
     *
     * @throws CalibrationException if one is empty
     */
    public static KolmogorovSmirnov of(double[] first, double[] second) {
        return ofSorted(sorted(first), sorted(second));
    }

    static double[] sorted(double[] scores) {
        return Arrays.stream(scores).map(ConformalCalibration::oneZero).sorted().toArray();
    }

    static KolmogorovSmirnov ofSorted(double[] a, double[] b) {
        CalibrationException.require(
                a.length > 0 && b.length > 0, "two lists of scores that are not empty", a.length + " and " + b.length);
        long d = difference(a, b);
        return new KolmogorovSmirnov(
                d / ((double) a.length * b.length), exceedance(a.length, b.length, d), a.length, b.length);
    }

    /** The largest |i n - j m| over all scores s, where i of the m first and j of the n second ones are at most s. */
    private static long difference(double[] a, double[] b) {
        long largest = 0;
        int i = 0;
        int j = 0;
        while (i < a.length && j < b.length) {
            double s = Double.compare(a[i], b[j]) <= 0 ? a[i] : b[j];
            while (i < a.length && Double.compare(a[i], s) == 0) {
                i++;
            }
            while (j < b.length && Double.compare(b[j], s) == 0) {
                j++;
            }
            largest = Math.max(largest, Math.abs((long) i * b.length - (long) j * a.length));
        }
        return largest;
    }

    /**
     * Probability that the difference reaches d where both lists come from one distribution without ties.
     */
    /*
     * All orders of the two lists together are equally likely: a path from (0, 0) to (m, n) that goes on by one of the
     * remaining scores at random. Summed is the probability of leaving the band |i n - j m| < d, rather than of staying in
     * it, so that small p-values keep their digits. J. L. Hodges: The significance probability of the Smirnov two-sample
     * test. Arkiv för Matematik 3, 1958.
     */
    static double exceedance(int m, int n, long d) {
        if (d <= 0) {
            return 1;
        }
        double[] at =
                new double[n + 2]; // probability of being at (i, j) without having left; one column beyond the last
        at[0] = 1;
        double left = 0;
        int from = 0;
        for (int i = 0; i <= m && from <= n; i++) {
            int inside = n + 1;
            for (int j = from; j <= n; j++) {
                double here = at[j];
                long over = (long) j * m - (long) i * n;
                if (Math.abs(over) >= d) {
                    left += here;
                    at[j] = 0;
                    if (over > 0) {
                        break;
                    }
                    continue;
                }
                inside = Math.min(inside, j);
                double rest = (double) (m - i) + (n - j);
                if (rest > 0) {
                    at[j + 1] += here * (n - j) / rest;
                    at[j] = here * (m - i) / rest;
                }
            }
            from = inside;
        }
        return Math.min(1, left);
    }
}
