package dev.qualm.metric;

import java.util.Arrays;

/** Sample quantiles with linear interpolation between order statistics. */
public final class Quantiles {
    private Quantiles() {}

    /**
     * Quantiles of one sample: position {@code q (n - 1)} in the sorted values, type 7 of Hyndman and Fan (The American
     * Statistician 50, 1996).
     *
     * @param values the sample, in any order, not changed; infinities allowed
     * @param q the wanted levels, each in [0, 1]
     * @return one value for each level; NaN where a level falls between -Infinity and +Infinity
     * @throws MetricException if the sample is empty or holds a NaN, or a level is outside [0, 1]
     */
    public static double[] of(double[] values, double... q) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        if (sorted.length == 0 || Double.isNaN(sorted[sorted.length - 1])) {
            throw new MetricException("Expected a sample of at least one value without NaN, but found "
                    + (sorted.length == 0 ? "none" : "NaN among " + sorted.length + " values"));
        }
        double[] out = new double[q.length];
        for (int i = 0; i < q.length; i++) {
            if (!(q[i] >= 0 && q[i] <= 1)) {
                throw new MetricException("Expected quantile levels in [0, 1], but found " + q[i]);
            }
            out[i] = at(sorted, q[i]);
        }
        return out;
    }

    /** The middle value, or the mean of the two middle ones. */
    public static double median(double[] values) {
        return of(values, 0.5)[0];
    }

    private static double at(double[] sorted, double q) {
        double position = q * (sorted.length - 1);
        int below = (int) position;
        double fraction = position - below;
        double low = sorted[below];
        if (fraction == 0 || low == sorted[below + 1]) {
            return low;
        }
        // A weighted sum rather than low + fraction * (high - low): the difference of two finite values can overflow.
        return low * (1 - fraction) + sorted[below + 1] * fraction;
    }
}
