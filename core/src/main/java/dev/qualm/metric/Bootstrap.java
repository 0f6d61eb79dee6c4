package dev.qualm.metric;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The stratified bootstrap: cases are drawn with replacement within each class, so that every replicate has the class
 * sizes of the data (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, §8 and §13). Same seed, same
 * replicates, bit for bit, on one thread or many.
 *
 * @param seed start of the random numbers
 * @param replicates how many resamples to draw, at least 1; 1000 or more for 95% intervals
 * @param parallel whether replicates may be computed at the same time, on the common pool; then the given metrics must
 *     not write to anything shared
 */
public record Bootstrap(long seed, int replicates, boolean parallel) {
    /*
     * Replicate r draws from the r-th split of the seed's generator, whoever computes it: the splits are taken in order
     * before anything else happens, so that the threads share nothing.
     */
    public Bootstrap {
        if (replicates < 1) {
            throw new MetricException("Expected at least 1 bootstrap replicate, but found " + replicates);
        }
    }

    /** On the calling thread. */
    public Bootstrap(long seed, int replicates) {
        this(seed, replicates, false);
    }

    /** 1000 replicates. */
    public static Bootstrap seeded(long seed) {
        return new Bootstrap(seed, 1000);
    }

    /** The same replicates, computed on many threads. */
    public Bootstrap inParallel() {
        return new Bootstrap(seed, replicates, true);
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
        return each(own -> {
            int[] negatives = drawCounts(blockOfNegative, ranking.blocks(), own);
            int[] positives = drawCounts(blockOfPositive, ranking.blocks(), own);
            return metric.applyAsDouble(ranking.withCounts(negatives, positives));
        });
    }

    /**
     * A statistic on resampled case numbers, for whatever is not a ranking: paired comparisons, accuracy, calibration.
     *
     * @param stratum class of each case, any numbers; cases are exchanged only with cases of the same number
     * @param statistic reads an array of case numbers, as long as {@code stratum}; place {@code i} holds a case of the
     *     stratum of case {@code i}
     */
    public double[] replicates(int[] stratum, ToDoubleFunction<int[]> statistic) {
        int[][] members = members(stratum);
        return each(own -> statistic.applyAsDouble(draw(members, own)));
    }

    /**
     * The case numbers that {@link #replicates(int[], ToDoubleFunction)} hands to its statistic: a record of the draws
     * that another program can repeat.
     *
     * @param stratum class of each case
     * @return {@code [replicates][cases]}
     */
    public int[][] indices(int[] stratum) {
        int[][] members = members(stratum);
        SplittableRandom random = new SplittableRandom(seed);
        int[][] out = new int[replicates][];
        for (int r = 0; r < replicates; r++) {
            out[r] = draw(members, random.split());
        }
        return out;
    }

    /** A statistic on recorded draws, from {@link #indices} or another program. */
    public static double[] onIndices(int[][] indices, ToDoubleFunction<int[]> statistic) {
        return Arrays.stream(indices)
                .mapToDouble(cases -> statistic.applyAsDouble(cases.clone()))
                .toArray();
    }

    private double[] each(ToDoubleFunction<SplittableRandom> replicate) {
        SplittableRandom random = new SplittableRandom(seed);
        SplittableRandom[] own = new SplittableRandom[replicates];
        Arrays.setAll(own, r -> random.split());
        if (parallel) {
            return Arrays.stream(own).parallel().mapToDouble(replicate).toArray();
        }
        return Arrays.stream(own).mapToDouble(replicate).toArray();
    }

    /** For each case the cases of its stratum; shared between them. */
    private static int[][] members(int[] stratum) {
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
        return members;
    }

    private static int[] draw(int[][] members, SplittableRandom random) {
        int[] drawn = new int[members.length];
        for (int i = 0; i < drawn.length; i++) {
            drawn[i] = members[i][below(random, members[i].length)];
        }
        return drawn;
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
        return percentile(replicates, level, "stratified bootstrap");
    }

    /** The same, where all cases were of one stratum. */
    static Interval unstratified(double[] replicates, double level) {
        return percentile(replicates, level, "bootstrap");
    }

    static Interval percentile(double[] replicates, double level, String how) {
        MetricException.requireLevel("confidence level", level);
        double[] ends = Quantiles.of(replicates, (1 - level) / 2, (1 + level) / 2);
        return new Interval(ends[0], ends[1], level, how + " percentiles, " + replicates.length + " replicates");
    }

    /** The percentile interval of the mean of one number a case, such as a loss. */
    Interval ofMean(double[] values, double level) {
        return unstratified(
                replicates(
                        new int[values.length],
                        cases ->
                                Arrays.stream(cases).mapToDouble(c -> values[c]).sum() / cases.length),
                level);
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
