package dev.qualm.metric;

import dev.qualm.ShapeException;
import java.util.Arrays;
import java.util.Locale;

/**
 * The signed-rank test of Wilcoxon (Biometrics Bulletin 1, 1945): do paired values differ, say two detectors over
 * several data sets or models (Demsar, JMLR 7, 2006, §3.1.3)? Tests that the differences are symmetric around 0; needs
 * no normality. With fewer than 6 pairs no result can reach 5%.
 *
 * @param positiveRanks sum of the ranks of differences above 0
 * @param negativeRanks sum of the ranks of differences below 0
 * @param pairs number of pairs given
 * @param zeros number of pairs without a difference
 * @param pValue two-sided; 1 if no pair differs
 * @param exact whether the p-value is that of all sign changes of the ranks at hand, ties included; else normal
 */
public record WilcoxonSignedRank(
        double positiveRanks, double negativeRanks, int pairs, int zeros, double pValue, boolean exact) {
    /** What to do with pairs that do not differ. */
    public enum Zeros {
        /** Rank them, then leave them out (Pratt, JASA 54, 1959): larger differences never turn less significant. */
        RANKED,
        /** Leave them out before ranking, as Wilcoxon did and most programs do. */
        DROPPED
    }

    /*
     * Under the null every sign is a fair coin, whatever ties there are: the exact distribution of the sum of positive
     * ranks is the convolution of {0, rank} over the pairs, counted in half ranks. O(n^3) in time, done up to
     * LARGEST_EXACT pairs; beyond, the normal with the variance of the ranks at hand, sum of rank^2 / 4, which holds
     * for ties as it stands.
     */
    private static final int LARGEST_EXACT = 200;

    /**
     * Tests two lists.
     *
     * @param first one value a pair
     * @param second its partner, same order. Ties are found by comparing differences as doubles: round values that
     *     stand for short decimals, such as percentages, to whole units first
     * @throws ShapeException if the lengths differ or there is no pair
     * @throws MetricException if a difference is NaN
     */
    public static WilcoxonSignedRank of(double[] first, double[] second, Zeros zeros) {
        if (first.length != second.length || first.length == 0) {
            throw new ShapeException("Expected as many first as second values and at least one, but found "
                    + first.length + " and " + second.length);
        }
        double[] differences = new double[first.length];
        for (int i = 0; i < differences.length; i++) {
            differences[i] = first[i] == second[i] ? 0 : first[i] - second[i];
            if (Double.isNaN(differences[i])) {
                throw new MetricException("Expected values with a difference, but found " + first[i] + " and "
                        + second[i] + " in pair " + i + "; leave out pairs without a value and count them");
            }
        }
        return of(differences, zeros);
    }

    /** With {@link Zeros#RANKED}. */
    public static WilcoxonSignedRank of(double[] first, double[] second) {
        return of(first, second, Zeros.RANKED);
    }

    private static WilcoxonSignedRank of(double[] differences, Zeros zeros) {
        double[] moved = Arrays.stream(differences).filter(d -> d != 0).toArray();
        double[] ranked = zeros == Zeros.RANKED ? differences : moved;
        int[] doubled = MidRanks.doubled(Arrays.stream(ranked).map(Math::abs).toArray());
        int[] ranks = new int[moved.length];
        int n = 0;
        int positive = 0;
        for (int i = 0; i < ranked.length; i++) {
            if (ranked[i] != 0) {
                positive += ranked[i] > 0 ? doubled[i] : 0;
                ranks[n++] = doubled[i];
            }
        }
        int all = Arrays.stream(ranks).sum();
        boolean exact = n <= LARGEST_EXACT;
        double p = exact ? exact(ranks, all, positive) : normal(ranks, all, positive);
        return new WilcoxonSignedRank(
                positive / 2.0, (all - positive) / 2.0, differences.length, differences.length - n, p, exact);
    }

    private static double exact(int[] ranks, int all, int positive) {
        double[] share = new double[all + 1];
        share[0] = 1;
        int reached = 0;
        for (int rank : ranks) {
            reached += rank;
            for (int s = reached; s >= 0; s--) {
                share[s] = (share[s] + (s >= rank ? share[s - rank] : 0)) / 2;
            }
        }
        // The distribution is symmetric: one tail tells both.
        double tail = 0;
        for (int s = 0; s <= Math.min(positive, all - positive); s++) {
            tail += share[s];
        }
        return Math.min(1, 2 * tail);
    }

    private static double normal(int[] ranks, int all, int positive) {
        double variance = Arrays.stream(ranks).mapToDouble(r -> (double) r * r).sum() / 4;
        return Math.min(1, 2 * Normal.upperTail(Math.abs(positive - all / 2.0) / Math.sqrt(variance)));
    }

    /** The smaller of the two sums: "T" or "W" of the tables. */
    public double statistic() {
        return Math.min(positiveRanks, negativeRanks);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "signed ranks +%.1f, -%.1f; p = %.3g (%s); %d pairs, %d without a difference",
                positiveRanks,
                negativeRanks,
                pValue,
                exact ? "exact" : "normal",
                pairs,
                zeros);
    }
}
