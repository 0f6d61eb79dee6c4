package dev.qualm.metric;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The stratified bootstrap: cases are drawn with replacement within each class, so that every replicate has the class
 * sizes of the data (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, §8 and §13). Same seed, same
 * replicates.
 *
 * @param seed start of the random numbers
 * @param replicates how many resamples to draw, at least 1; 1000 or more for 95% intervals
 */
public record Bootstrap(long seed, int replicates) {
    public Bootstrap {
        if (replicates < 1) {
            throw new MetricException("Expected at least 1 bootstrap replicate, but found " + replicates);
        }
    }

    /** 1000 replicates. */
    public static Bootstrap seeded(long seed) {
        return new Bootstrap(seed, 1000);
    }

    /** A metric on each replicate of a ranking, in the order drawn. */
    /*
     * A replicate of a ranking is a set of counts on the blocks it already has: draw sorted positions, look up their
     * block, count. So a replicate costs O(n) and no sort.
     */
    public double[] replicates(Ranking ranking, ToDoubleFunction<Ranking> metric) {
        int[] blockOfNegative = new int[ranking.negatives()];
        int[] blockOfPositive = new int[ranking.positives()];
        for (int b = 0; b < ranking.blocks(); b++) {
            Arrays.fill(blockOfNegative, ranking.flaggedNegatives(b - 1), ranking.flaggedNegatives(b), b);
            Arrays.fill(blockOfPositive, ranking.flaggedPositives(b - 1), ranking.flaggedPositives(b), b);
        }
        SplittableRandom random = new SplittableRandom(seed);
        double[] out = new double[replicates];
        for (int r = 0; r < replicates; r++) {
            SplittableRandom own = random.split();
            int[] negatives = drawCounts(blockOfNegative, ranking.blocks(), own);
            int[] positives = drawCounts(blockOfPositive, ranking.blocks(), own);
            out[r] = metric.applyAsDouble(ranking.withCounts(negatives, positives));
        }
        return out;
    }

    /**
     * A statistic on resampled case numbers, for whatever is not a ranking: paired comparisons, accuracy, calibration.
     *
     * @param stratum class of each case, any numbers; cases are exchanged only with cases of the same number
     * @param statistic reads an array of case numbers, as long as {@code stratum}; place {@code i} holds a case of the
     *     stratum of case {@code i}
     */
    public double[] replicates(int[] stratum, ToDoubleFunction<int[]> statistic) {
        int[][] members = new int[stratum.length][];
        int[] distinct = Arrays.stream(stratum).distinct().toArray();
        for (int s : distinct) {
            int[] cases = IntStream.range(0, stratum.length)
                    .filter(i -> stratum[i] == s)
                    .toArray();
            for (int i : cases) {
                members[i] = cases;
            }
        }
        SplittableRandom random = new SplittableRandom(seed);
        double[] out = new double[replicates];
        for (int r = 0; r < replicates; r++) {
            SplittableRandom own = random.split();
            int[] drawn = new int[stratum.length];
            for (int i = 0; i < drawn.length; i++) {
                drawn[i] = members[i][below(own, members[i].length)];
            }
            out[r] = statistic.applyAsDouble(drawn);
        }
        return out;
    }

    /**
     * The percentile interval of a metric: the {@code (1 - level)/2} and {@code (1 + level)/2} quantiles of its
     * replicates.
     *
     * @throws MetricException if the metric is NaN on a replicate
     */
    public Interval interval(Ranking ranking, ToDoubleFunction<Ranking> metric, double level) {
        return percentile(replicates(ranking, metric), level);
    }

    /** The percentile interval of given replicates. */
    public static Interval percentile(double[] replicates, double level) {
        MetricException.requireLevel("confidence level", level);
        double[] ends = Quantiles.of(replicates, (1 - level) / 2, (1 + level) / 2);
        return new Interval(
                ends[0], ends[1], level, "stratified bootstrap percentiles, " + replicates.length + " replicates");
    }

    private static int[] drawCounts(int[] blockOf, int blocks, SplittableRandom random) {
        int[] counts = new int[blocks];
        for (int i = 0; i < blockOf.length; i++) {
            counts[blockOf[below(random, blockOf.length)]]++;
        }
        return counts;
    }

    /*
     * From nextLong alone, whose sequence is that of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014); the bounded draws
     * of the JDK have changed between releases, and the same seed must give the same interval on all of them.
     */
    private static int below(SplittableRandom random, int bound) {
        return (int) Math.multiplyHigh(random.nextLong() >>> 1, 2L * bound);
    }
}
