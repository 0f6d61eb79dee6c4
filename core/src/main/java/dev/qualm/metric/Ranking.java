package dev.qualm.metric;

import dev.qualm.ShapeException;
import java.util.Arrays;

/**
 * The scores of two classes, sorted once and merged into blocks of equal score, most doubted first. All ranking metrics
 * read it, so that asking for ten of them costs one sort. Immutable.
 *
 * <p>Block {@code i} holds every case whose score equals {@link #score}{@code (i)}; 0.0 and -0.0 are equal; infinities
 * are ordinary scores.
 */
public final class Ranking {
    /*
     * Two sorts of primitives and one merge, O(n log n). Counts are cumulative from the most doubted block, which is
     * what every metric asks for: flagged(i) = cases with a score >= scores[i].
     */
    private final double[] scores;
    private final int[] flaggedNegatives;
    private final int[] flaggedPositives;

    private Ranking(double[] scores, int[] flaggedNegatives, int[] flaggedPositives) {
        this.scores = scores;
        this.flaggedNegatives = flaggedNegatives;
        this.flaggedPositives = flaggedPositives;
    }

    /**
     * Ranks two lists of scores; the arrays are not changed.
     *
     * @param negatives scores of the cases to be trusted, for example in-distribution; not empty
     * @param positives scores of the cases to be caught, for example out-of-distribution; not empty
     * @throws MetricException if a list is empty or holds a NaN
     */
    public static Ranking of(double[] negatives, double[] positives) {
        double[] neg = sorted("negative", negatives);
        double[] pos = sorted("positive", positives);
        double[] scores = new double[neg.length + pos.length];
        int[] cumulativeNeg = new int[scores.length];
        int[] cumulativePos = new int[scores.length];
        int i = neg.length;
        int j = pos.length;
        int blocks = 0;
        while (i > 0 || j > 0) {
            double top = i == 0 ? pos[j - 1] : j == 0 ? neg[i - 1] : Math.max(neg[i - 1], pos[j - 1]);
            while (i > 0 && neg[i - 1] == top) {
                i--;
            }
            while (j > 0 && pos[j - 1] == top) {
                j--;
            }
            scores[blocks] = top;
            cumulativeNeg[blocks] = neg.length - i;
            cumulativePos[blocks] = pos.length - j;
            blocks++;
        }
        return new Ranking(
                Arrays.copyOf(scores, blocks),
                Arrays.copyOf(cumulativeNeg, blocks),
                Arrays.copyOf(cumulativePos, blocks));
    }

    /**
     * Ranks one list of scores with a mask.
     *
     * @param scores one score a case
     * @param positive true where the case is to be caught; as long as {@code scores}
     * @throws ShapeException if the lengths differ
     * @throws MetricException if a class is empty or a score is NaN
     */
    public static Ranking of(double[] scores, boolean[] positive) {
        return of(select(scores, positive, false), select(scores, positive, true));
    }

    /** The scores whose mask equals {@code wanted}, in input order. */
    static double[] select(double[] scores, boolean[] mask, boolean wanted) {
        if (scores.length != mask.length) {
            throw new ShapeException(
                    "Expected one mark for each of " + scores.length + " scores, but found " + mask.length);
        }
        double[] out = new double[scores.length];
        int n = 0;
        for (int i = 0; i < scores.length; i++) {
            if (mask[i] == wanted) {
                out[n++] = scores[i];
            }
        }
        return Arrays.copyOf(out, n);
    }

    /** Ascending copy with -0.0 made 0.0; refuses NaN and emptiness. */
    static double[] sorted(String what, double[] scores) {
        if (scores.length == 0) {
            throw new MetricException("Expected at least one " + what
                    + " case, but found none: a ranking metric compares two classes, so both must be present");
        }
        double[] out = new double[scores.length];
        int nan = 0;
        int first = -1;
        for (int i = 0; i < scores.length; i++) {
            out[i] = scores[i] + 0.0;
            if (Double.isNaN(scores[i])) {
                first = nan++ == 0 ? i : first;
            }
        }
        if (nan > 0) {
            throw new MetricException(
                    "Expected numbers or infinities, but found NaN in " + nan + " of " + scores.length + " "
                            + what + " scores, first at index " + first
                            + ": NaN is neither above nor below any threshold, so it has "
                            + "no rank. Leave these cases out and count them, or score them +Infinity (flagged)");
        }
        Arrays.sort(out);
        return out;
    }

    /** How many of the ascending {@code sorted} are below {@code s}, or at most {@code s}. */
    static int countBelow(double[] sorted, double s, boolean orEqual) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int mid = (low + high) >>> 1;
            if (sorted[mid] < s || (orEqual && sorted[mid] == s)) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        return low;
    }

    /** Number of blocks, that is, of distinct scores. */
    public int blocks() {
        return scores.length;
    }

    /** The common score of block {@code i}; block 0 has the largest. */
    public double score(int i) {
        return scores[i];
    }

    public int negatives() {
        return flaggedNegatives[flaggedNegatives.length - 1];
    }

    public int positives() {
        return flaggedPositives[flaggedPositives.length - 1];
    }

    /** Negatives with a score at or above {@code score(i)}; 0 for {@code i = -1}. */
    public int flaggedNegatives(int i) {
        return i < 0 ? 0 : flaggedNegatives[i];
    }

    /** Positives with a score at or above {@code score(i)}; 0 for {@code i = -1}. */
    public int flaggedPositives(int i) {
        return i < 0 ? 0 : flaggedPositives[i];
    }

    /** Whether two cases share a score. */
    public boolean hasTies() {
        return scores.length < (long) negatives() + positives();
    }

    /** The same cases with classes exchanged and scores negated: trust instead of distrust. */
    public Ranking reversed() {
        int n = scores.length;
        double[] s = new double[n];
        int[] neg = new int[n];
        int[] pos = new int[n];
        for (int i = 0; i < n; i++) {
            s[i] = 0.0 - scores[n - 1 - i];
            neg[i] = positives() - flaggedPositives(n - 2 - i);
            pos[i] = negatives() - flaggedNegatives(n - 2 - i);
        }
        return new Ranking(s, neg, pos);
    }

    /** The ranking with other counts per block; blocks left empty are dropped. Keeps no reference to the arguments. */
    Ranking withCounts(int[] negativesInBlock, int[] positivesInBlock) {
        double[] s = new double[scores.length];
        int[] neg = new int[scores.length];
        int[] pos = new int[scores.length];
        int blocks = 0;
        int sumNeg = 0;
        int sumPos = 0;
        for (int i = 0; i < scores.length; i++) {
            if (negativesInBlock[i] + positivesInBlock[i] > 0) {
                sumNeg += negativesInBlock[i];
                sumPos += positivesInBlock[i];
                s[blocks] = scores[i];
                neg[blocks] = sumNeg;
                pos[blocks++] = sumPos;
            }
        }
        return new Ranking(Arrays.copyOf(s, blocks), Arrays.copyOf(neg, blocks), Arrays.copyOf(pos, blocks));
    }

    @Override
    public String toString() {
        return "Ranking of " + positives() + " positives and " + negatives() + " negatives, " + blocks()
                + " distinct scores";
    }
}
