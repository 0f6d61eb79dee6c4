package dev.qualm.metric;

import dev.qualm.ShapeException;
import java.util.Arrays;
import java.util.Locale;

/**
 * Correct classification rate at a limited false positive rate (Dhamija, Guenther and Boult, NeurIPS 2018; the
 * open-set classification curve): of the negatives, the share that is both accepted and classified rightly, at the
 * largest threshold that accepts at most the given share of positives. A false <em>positive</em> is, as in the paper,
 * an accepted out-of-distribution case, so it is the share of our positives that is missed. Larger is better; at most
 * the accuracy.
 *
 * @param value share of negatives accepted and classified rightly; 0 if no threshold keeps the limit
 * @param achieved share of positives accepted at that threshold, at most {@code limit}
 * @param threshold cases with a score at most this are accepted; NaN if none may be
 * @param limit the share of positives that may be accepted
 * @param negatives number of cases to be trusted
 * @param positives number of cases to be caught
 */
public record CcrAtFpr(double value, double achieved, double threshold, double limit, int negatives, int positives)
        implements RankMetric {
    /**
     * From scores and marks.
     *
     * @param negatives scores of the known cases, larger = less trustworthy; infinities allowed
     * @param right whether the class of each of them was predicted rightly
     * @param positives scores of the cases to be caught
     * @param limit in [0, 1]
     * @throws ShapeException if scores and marks differ in number
     * @throws MetricException if a class is empty, a score is NaN or the limit is outside [0, 1]
     */
    /*
     * The rate can only grow with the threshold, so the largest threshold within the limit gives the largest rate: the
     * largest score of either class that accepts no more positives than allowed.
     */
    public static CcrAtFpr of(double[] negatives, boolean[] right, double[] positives, double limit) {
        if (negatives.length != right.length) {
            throw new ShapeException("Expected one mark for each of " + negatives.length
                    + " scores of known cases, but found " + right.length);
        }
        if (!(limit >= 0 && limit <= 1)) {
            throw new MetricException("Expected a false positive rate in [0, 1], but found " + limit);
        }
        double[] neg = Ranking.sorted("negative", negatives);
        double[] pos = Ranking.sorted("positive", positives);
        double threshold = Double.NaN;
        int accepted = 0;
        for (double t : thresholds(neg, pos)) {
            int among = Ranking.countBelow(pos, t, true);
            if (among / (double) pos.length > limit) {
                break;
            }
            threshold = t;
            accepted = among;
        }
        int hits = 0;
        for (int i = 0; i < right.length; i++) {
            hits += right[i] && negatives[i] <= threshold ? 1 : 0;
        }
        double value = hits / (double) neg.length;
        return new CcrAtFpr(value, accepted / (double) pos.length, threshold, limit, neg.length, pos.length);
    }

    /** All scores of both classes, ascending. */
    private static double[] thresholds(double[] neg, double[] pos) {
        double[] all = Arrays.copyOf(neg, neg.length + pos.length);
        System.arraycopy(pos, 0, all, neg.length, pos.length);
        Arrays.sort(all);
        return all;
    }

    /**
     * The interval of stratified bootstrap percentiles, the threshold found anew on each replicate.
     *
     * @param negatives the scores this value came from, as are {@code right} and {@code positives}
     */
    public Interval interval(
            double[] negatives, boolean[] right, double[] positives, Bootstrap bootstrap, double level) {
        CcrAtFpr again = of(negatives, right, positives, limit);
        if (!again.equals(this)) {
            throw new MetricException(
                    "Expected the data this value came from, but found data that give " + again + " for " + this);
        }
        int n = negatives.length;
        int[] stratum = new int[n + positives.length];
        Arrays.fill(stratum, n, stratum.length, 1);
        double[] replicates = bootstrap.replicates(stratum, cases -> {
            double[] neg = new double[n];
            boolean[] marks = new boolean[n];
            double[] pos = new double[positives.length];
            for (int i = 0; i < cases.length; i++) {
                if (i < n) {
                    neg[i] = negatives[cases[i]];
                    marks[i] = right[cases[i]];
                } else {
                    pos[i - n] = positives[cases[i] - n];
                }
            }
            return of(neg, marks, pos, limit).value;
        });
        return Bootstrap.percentile(replicates, level);
    }

    @Override
    public String positiveClass() {
        return "the cases to be trusted";
    }

    @Override
    public String tieRule() {
        return "tied cases are accepted together; the threshold is a score of the data";
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "CCR %.4f at FPR %.4f (at most %s); threshold %.6g; %d positives, %d negatives",
                value,
                achieved,
                limit,
                threshold,
                positives,
                negatives);
    }
}
