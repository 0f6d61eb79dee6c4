package dev.qualm.metric;

import dev.qualm.ShapeException;
import java.util.Arrays;
import java.util.Locale;

/**
 * Paired comparison of two scores on the same cases, after DeLong, DeLong and Clarke-Pearson (Biometrics 44, 1988): the
 * difference of their AUROCs and whether chance explains it. Pairing matters, since both scores err on the same hard
 * cases. One comparison at a time: over a table of detectors, see {@link AurocPair}.
 *
 * @param first AUROC of the first score
 * @param second AUROC of the second score
 * @param variance estimated variance of {@code first - second}; NaN if a class has a single case
 */
public record AurocDifference(Auroc first, Auroc second, double variance) {
    /**
     * Compares two scores.
     *
     * @param first first score of each case
     * @param second second score of each case, same order
     * @param positive true where the case is to be caught
     * @throws ShapeException if the lengths differ
     * @throws MetricException if a class is empty or a score is NaN
     */
    public static AurocDifference between(double[] first, double[] second, boolean[] positive) {
        double[] pos1 = Ranking.select(first, positive, true);
        double[] neg1 = Ranking.select(first, positive, false);
        double[] pos2 = Ranking.select(second, positive, true);
        double[] neg2 = Ranking.select(second, positive, false);
        Auroc a = Auroc.of(neg1, pos1);
        Auroc b = Auroc.of(neg2, pos2);
        double variance = varianceOfMean(placements(pos1, neg1), placements(pos2, neg2))
                + varianceOfMean(placements(neg1, pos1), placements(neg2, pos2));
        return new AurocDifference(a, b, variance);
    }

    /** For each case the share of {@code others} below it, ties one half; O(n log n). */
    private static double[] placements(double[] cases, double[] others) {
        double[] sorted = Ranking.sorted("opposite", others);
        return Arrays.stream(cases)
                .map(s -> (Ranking.countBelow(sorted, s, false) + (double) Ranking.countBelow(sorted, s, true))
                        / (2.0 * sorted.length))
                .toArray();
    }

    /** Variance of the mean of x - y; NaN for a single case. */
    private static double varianceOfMean(double[] x, double[] y) {
        double mean = 0;
        for (int i = 0; i < x.length; i++) {
            mean += (x[i] - y[i]) / x.length;
        }
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            double d = x[i] - y[i] - mean;
            sum += d * d;
        }
        return x.length > 1 ? sum / (x.length - 1.0) / x.length : Double.NaN;
    }

    /** {@code first - second}; positive when the first score ranks better. */
    public double difference() {
        return first.value() - second.value();
    }

    /**
     * Two-sided p-value of "both AUROCs are equal". 1 when the scores order every pair alike; NaN when it is undefined:
     * a class of a single case, or a difference whose estimated variance is 0 (both scores separate perfectly, one of
     * them the wrong way round).
     */
    public double pValue() {
        double d = Math.abs(difference());
        if (variance > 0) {
            return Math.min(1, 2 * Normal.upperTail(d / Math.sqrt(variance)));
        }
        return variance == 0 && d == 0 ? 1 : Double.NaN;
    }

    /**
     * Normal interval of the difference, cut to [-1, 1].
     *
     * @throws MetricException where {@link #pValue} is NaN
     */
    public Interval interval(double level) {
        MetricException.requireLevel("confidence level", level);
        if (Double.isNaN(pValue())) {
            throw new MetricException(
                    "Expected at least 2 positives and 2 negatives that are not all perfectly separated to "
                            + "compare two AUROCs, but found " + first + " against " + second);
        }
        double half = Normal.twoSided(level) * Math.sqrt(variance);
        return new Interval(
                Math.max(-1, difference() - half), Math.min(1, difference() + half), level, "paired DeLong");
    }

    /** The 95% interval. */
    public Interval interval() {
        return interval(Interval.DEFAULT_LEVEL);
    }

    @Override
    public String toString() {
        String verdict = Double.isNaN(pValue())
                ? "p undefined (no variance to judge by)"
                : (pValue() < 1e-16 ? "p < 1e-16, " : String.format(Locale.ROOT, "p = %.3g, ", pValue())) + interval();
        return String.format(
                Locale.ROOT,
                "AUROC %.4f - %.4f = %+.4f; %s; %d positives, %d negatives",
                first.value(),
                second.value(),
                difference(),
                verdict,
                first.positives(),
                first.negatives());
    }
}
