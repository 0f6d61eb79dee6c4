package dev.qualm.metric;

import dev.qualm.ShapeException;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Paired comparison of two scores on the same cases by any metric: both are judged on the same resampled cases, so that
 * what makes a replicate hard for both cancels (Efron and Tibshirani, An Introduction to the Bootstrap, 1993,
 * §13; the p-value by inverting the percentile interval, Davison and Hinkley, Bootstrap Methods and their Application,
 * 1997). For the AUROC {@link AurocDifference} needs no resampling. One comparison at a time: over a table,
 * correct with {@link Holm}.
 *
 * @param first the metric of the first score
 * @param second the metric of the second score
 * @param pValue two-sided p-value of "no difference", at least 2/(replicates + 1)
 * @param interval percentile interval of {@code first - second}
 * @param replicates how many resamples were drawn
 */
public record PairedBootstrap(double first, double second, double pValue, Interval interval, int replicates) {
    /**
     * Compares two scores by a ranking metric, classes resampled separately.
     *
     * @param first first score of each case
     * @param second second score of each case, same order
     * @param positive true where the case is to be caught
     * @param metric for example {@code r -> FprAtTpr.of(r).value()}
     * @param level nominal coverage of the interval
     * @throws ShapeException if the lengths differ
     * @throws MetricException if a class is empty, a score is NaN, or the metric is NaN on a replicate
     */
    /*
     * Both rankings are sorted once; a replicate is a set of counts on their blocks and costs O(n).
     */
    public static PairedBootstrap between(
            double[] first,
            double[] second,
            boolean[] positive,
            ToDoubleFunction<Ranking> metric,
            Bootstrap bootstrap,
            double level) {
        Ranking one = Ranking.of(first, positive);
        Ranking two = Ranking.of(second, positive);
        int[] blockOne = blocks(one, first);
        int[] blockTwo = blocks(two, second);
        int[] stratum = new int[positive.length];
        for (int i = 0; i < stratum.length; i++) {
            stratum[i] = positive[i] ? 1 : 0;
        }
        return between(
                stratum,
                cases -> metric.applyAsDouble(resampled(one, blockOne, positive, cases)),
                cases -> metric.applyAsDouble(resampled(two, blockTwo, positive, cases)),
                bootstrap,
                level);
    }

    /**
     * Compares two numbers computed from the same cases, for whatever is not a ranking metric: AURC, accuracy,
     * calibration.
     *
     * @param stratum class of each case; cases are exchanged only with cases of the same number. All zeros draws from
     *     all
     * @param first reads case numbers, see {@link Bootstrap#replicates(int[], ToDoubleFunction)}
     * @param second as {@code first}, for the other score
     * @throws MetricException if the difference is NaN on the data or on a replicate
     */
    public static PairedBootstrap between(
            int[] stratum,
            ToDoubleFunction<int[]> first,
            ToDoubleFunction<int[]> second,
            Bootstrap bootstrap,
            double level) {
        int[] all = new int[stratum.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = i;
        }
        double one = first.applyAsDouble(all.clone());
        double two = second.applyAsDouble(all);
        double[] differences = bootstrap.replicates(
                stratum, cases -> first.applyAsDouble(cases.clone()) - second.applyAsDouble(cases));
        Interval interval = Bootstrap.percentile(differences, level, "paired bootstrap");
        int below = 0;
        int above = 0;
        for (double d : differences) {
            below += d <= 0 ? 1 : 0;
            above += d >= 0 ? 1 : 0;
        }
        double p = Math.min(1, 2 * (1.0 + Math.min(below, above)) / (differences.length + 1.0));
        return new PairedBootstrap(one, two, p, interval, differences.length);
    }

    /** Block of each case in its ranking. */
    private static int[] blocks(Ranking ranking, double[] scores) {
        int[] out = new int[scores.length];
        for (int i = 0; i < out.length; i++) {
            int low = 0;
            int high = ranking.blocks() - 1;
            while (low < high) {
                int mid = (low + high) >>> 1;
                if (ranking.score(mid) > scores[i]) {
                    low = mid + 1;
                } else {
                    high = mid;
                }
            }
            out[i] = low;
        }
        return out;
    }

    private static Ranking resampled(Ranking ranking, int[] block, boolean[] positive, int[] cases) {
        int[] negatives = new int[ranking.blocks()];
        int[] positives = new int[ranking.blocks()];
        for (int c : cases) {
            (positive[c] ? positives : negatives)[block[c]]++;
        }
        return ranking.withCounts(negatives, positives);
    }

    /** {@code first - second}. */
    public double difference() {
        return first - second;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%.4f - %.4f = %+.4f; p = %.3g, %s", first, second, difference(), pValue, interval);
    }
}
