package dev.qualm.metric;

import dev.qualm.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Friedman's test (JASA 32, 1937): do several treatments, say detectors, differ over the same blocks, say data sets and
 * models? Ranks inside each block, so blocks need no common scale. Only if it rejects look at pairs ({@link Nemenyi},
 * {@link Holm}; Demsar, JMLR 7, 2006, §3.2).
 *
 * @param blocks number of blocks
 * @param averageRanks mean rank of each treatment; 1 is best, ties share
 * @param statistic Friedman's chi-square, corrected for ties (Conover, Practical Nonparametric Statistics, 3rd ed.,
 *     1999, §5.8)
 * @param pValue from all orders inside blocks if {@code exact}, else by {@link #imanDavenport()}
 * @param exact whether the p-value is that of the permutations, ties included
 */
public record Friedman(int blocks, List<Double> averageRanks, double statistic, double pValue, boolean exact) {
    public Friedman {
        averageRanks = List.copyOf(averageRanks);
    }

    /**
     * Tests a table.
     *
     * @param values {@code [blocks][treatments]}, at least 1 and 2
     * @param largerIsBetter whether rank 1 goes to the largest of a block (AUROC) or the smallest (FPR, AURC)
     * @throws ShapeException if rows differ in length, or there are too few
     * @throws MetricException if a value is NaN: leave out the block or the treatment, and say so
     */
    /*
     * In doubled ranks d with sums D, N blocks and k treatments: chi-square = (k-1) S / A with S = sum (D - N(k+1))^2
     * and A = sum d^2 - N k (k+1)^2. A does not change under permutations inside blocks, so S alone decides the exact
     * p-value.
     */
    public static Friedman of(double[][] values, boolean largerIsBetter) {
        int[][] ranks = ranks(values, largerIsBetter);
        int n = ranks.length;
        int k = ranks[0].length;
        long[] sums = new long[k];
        long squares = 0;
        for (int[] block : ranks) {
            for (int j = 0; j < k; j++) {
                sums[j] += block[j];
                squares += (long) block[j] * block[j];
            }
        }
        List<Double> average = new ArrayList<>();
        long spread = 0;
        for (long sum : sums) {
            average.add(sum / (2.0 * n));
            long d = sum - (long) n * (k + 1);
            spread += d * d;
        }
        long most = squares - (long) n * k * (k + 1) * (k + 1);
        double statistic = most == 0 ? 0 : (k - 1.0) * spread / most;
        double exact = FriedmanExact.pValue(ranks, spread);
        boolean found = !Double.isNaN(exact);
        double p = found ? exact : fTail(imanDavenport(statistic, n, k), n, k);
        return new Friedman(n, average, statistic, p, found);
    }

    private static int[][] ranks(double[][] values, boolean largerIsBetter) {
        if (values.length == 0 || values[0].length < 2) {
            throw new ShapeException("Expected at least 1 block of at least 2 treatments, but found " + values.length
                    + " blocks" + (values.length == 0 ? "" : " of " + values[0].length));
        }
        int[][] ranks = new int[values.length][];
        for (int i = 0; i < values.length; i++) {
            if (values[i].length != values[0].length) {
                throw new ShapeException("Expected " + values[0].length + " treatments in every block, but found "
                        + values[i].length + " in block " + i);
            }
            double[] worse = new double[values[i].length];
            for (int j = 0; j < worse.length; j++) {
                if (Double.isNaN(values[i][j])) {
                    throw new MetricException("Expected numbers, but found NaN in block " + i + ", treatment " + j
                            + ": it has no rank. Leave out the block or the treatment, and say so");
                }
                worse[j] = largerIsBetter ? -values[i][j] : values[i][j];
            }
            ranks[i] = MidRanks.doubled(worse);
        }
        return ranks;
    }

    /** Number of treatments. */
    public int treatments() {
        return averageRanks.size();
    }

    /** Mean rank of a treatment; 1 is best. */
    public double averageRank(int treatment) {
        if (treatment < 0 || treatment >= treatments()) {
            throw new MetricException(
                    "Expected a treatment from 0 to " + (treatments() - 1) + ", but found " + treatment);
        }
        return averageRanks.get(treatment);
    }

    /** Standard error of the difference of two average ranks without ties, {@code sqrt(k (k+1) / (6 N))}. */
    public double rankError() {
        return Math.sqrt(treatments() * (treatments() + 1.0) / (6.0 * blocks));
    }

    /** Friedman's own p-value, by the chi-square with k - 1 degrees of freedom; too large when blocks are few. */
    public double chiSquarePValue() {
        return ChiSquare.upperTail(statistic, treatments() - 1);
    }

    /**
     * The statistic of Iman and Davenport (Communications in Statistics A9, 1980),
     * {@code (N-1) chi2 / (N(k-1) - chi2)}: an F with k - 1 and (k - 1)(N - 1) degrees of freedom, nearer to the truth
     * than the chi-square. Infinite if all blocks agree.
     */
    public double imanDavenport() {
        return imanDavenport(statistic, blocks, treatments());
    }

    /** P-value of {@link #imanDavenport()}; NaN for a single block. */
    public double imanDavenportPValue() {
        return fTail(imanDavenport(), blocks, treatments());
    }

    private static double imanDavenport(double statistic, int n, int k) {
        double rest = n * (k - 1.0) - statistic;
        return rest <= 1e-12 * n ? (n == 1 ? Double.NaN : Double.POSITIVE_INFINITY) : (n - 1) * statistic / rest;
    }

    /** P(F > f) = I(d2/(d2 + d1 f); d2/2, d1/2). */
    private static double fTail(double f, int n, int k) {
        double d1 = k - 1.0;
        double d2 = d1 * (n - 1);
        if (n == 1 || Double.isNaN(f)) {
            return Double.NaN;
        }
        return Double.isInfinite(f) ? 0 : Beta.cdf(d2 / (d2 + d1 * f), d2 / 2, d1 / 2);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "Friedman chi-square %.3f over %d blocks and %d treatments; p = %.3g (%s); average ranks %s",
                statistic,
                blocks,
                treatments(),
                pValue,
                exact ? "exact" : "Iman-Davenport",
                averageRanks.stream()
                        .map(r -> String.format(Locale.ROOT, "%.3f", r))
                        .toList());
    }
}
