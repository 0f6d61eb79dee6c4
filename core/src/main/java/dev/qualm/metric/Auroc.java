package dev.qualm.metric;

import java.util.Locale;

/**
 * Area under the ROC curve: P(positive scores higher than negative) + P(they tie)/2, over all pairs of one positive and
 * one negative (Hanley and McNeil, Radiology 143, 1982). 0.5 is chance, 1 perfect, below 0.5 the score points the wrong
 * way.
 *
 * @param value in [0, 1]; the pair count is exact
 * @param negatives number of cases to be trusted
 * @param positives number of cases to be caught
 * @param variance estimated variance of {@code value}, after DeLong, DeLong and Clarke-Pearson (Biometrics 44, 1988);
 *     NaN if a class has a single case
 */
public record Auroc(double value, int negatives, int positives, double variance) implements RankMetric {
    /*
     * The switch is the normal approximation's "np >= 5" with the smaller class as n. Simulated on two normals (2000
     * draws each), the logit interval meant for 95% covers 71% at 2 against 300 cases, 87% at 20 against 300 and AUROC
     * 0.97, 94% at 20 against 300 and 0.75 (where the product is 5); Newcombe's covers 95% to 98% at all of them.
     */
    private static final double ENOUGH = 5;

    /** From sorted scores. */
    /*
     * DeLong's components: for each positive the share of negatives below it (ties one half), for each negative the
     * share of positives above it. Members of a block share their component, so one pass over the blocks gives their
     * variances: the mid-rank form of Sun and Xu (IEEE Signal Processing Letters 21, 2014) without the ranks. Pairs are
     * counted in halves in a long: at most 2 (2^31 - 1)^2 < 2^63.
     */
    public static Auroc of(Ranking ranking) {
        int m = ranking.positives();
        int n = ranking.negatives();
        long halves = 0;
        for (int b = 0; b < ranking.blocks(); b++) {
            halves += positivesIn(ranking, b) * halvesBelow(ranking, b);
        }
        double value = halves / (2.0 * m * n);
        double positivePart = 0;
        double negativePart = 0;
        for (int b = 0; b < ranking.blocks(); b++) {
            double below = halvesBelow(ranking, b) / (2.0 * n) - value;
            double above = (ranking.flaggedPositives(b - 1) + (long) ranking.flaggedPositives(b)) / (2.0 * m) - value;
            positivePart += positivesIn(ranking, b) * below * below;
            negativePart += (ranking.flaggedNegatives(b) - ranking.flaggedNegatives(b - 1)) * above * above;
        }
        double variance = positivePart / (m - 1.0) / m + negativePart / (n - 1.0) / n;
        return new Auroc(value, n, m, m > 1 && n > 1 ? variance : Double.NaN);
    }

    /** See {@link Ranking#of(double[], double[])}. */
    public static Auroc of(double[] negatives, double[] positives) {
        return of(Ranking.of(negatives, positives));
    }

    private static long positivesIn(Ranking ranking, int b) {
        return (long) ranking.flaggedPositives(b) - ranking.flaggedPositives(b - 1);
    }

    /** Twice the number of negatives below block b, plus the negatives in it. */
    private static long halvesBelow(Ranking ranking, int b) {
        return 2L * ranking.negatives() - ranking.flaggedNegatives(b) - ranking.flaggedNegatives(b - 1);
    }

    /** The 95% interval; see {@link #interval(double)}. */
    public Interval interval() {
        return interval(Interval.DEFAULT_LEVEL);
    }

    /**
     * The interval to report. DeLong's variance on the logit scale, where it has enough to stand on; else (perfect or
     * inverted separation, a class of a few cases, an AUROC near 0 or 1 for its class sizes) the score interval of
     * Newcombe, which is defined for every AUROC and every class size and says so in its {@code method}.
     */
    public Interval interval(double level) {
        boolean enough = Math.min(negatives, positives) * Math.min(value, 1 - value) >= ENOUGH;
        return enough && variance > 0 ? deLong(level) : NewcombeInterval.of(value, negatives, positives, level);
    }

    /**
     * DeLong's interval on the logit scale: logit(a) ± z sd / (a (1 - a)), transformed back, so that it stays inside
     * (0, 1).
     *
     * @throws MetricException if the AUROC is 0 or 1, its variance is 0, or a class has a single case;
     *     {@link #interval} covers these
     */
    public Interval deLong(double level) {
        MetricException.requireLevel("confidence level", level);
        if (!(variance > 0 && value > 0 && value < 1)) {
            throw new MetricException(
                    "Expected an AUROC strictly between 0 and 1 with a positive variance for DeLong's "
                            + "interval, but found AUROC " + value + " with variance " + variance + " from " + positives
                            + " positives and " + negatives + " negatives; use interval(level)");
        }
        double centre = Math.log(value / (1 - value));
        double half = Normal.twoSided(level) * Math.sqrt(variance) / (value * (1 - value));
        return new Interval(logistic(centre - half), logistic(centre + half), level, "DeLong on the logit scale");
    }

    /**
     * DeLong's interval on the scale of the AUROC itself: a ± z sd, as most packages print it. Not cut to [0, 1], too
     * narrow near the ends; given for comparison, {@link #interval} is to be reported.
     *
     * @throws MetricException if a class has a single case, so that there is no variance
     */
    public Interval deLongPlain(double level) {
        MetricException.requireLevel("confidence level", level);
        if (Double.isNaN(variance)) {
            throw new MetricException("Expected at least 2 cases of each class for DeLong's interval, but found "
                    + positives + " positives and " + negatives + " negatives; use interval(level)");
        }
        double half = Normal.twoSided(level) * Math.sqrt(variance);
        return new Interval(value - half, value + half, level, "DeLong");
    }

    private static double logistic(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    @Override
    public String tieRule() {
        return "a tie of a positive and a negative counts one half";
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "AUROC %.4f, %s; %d positives, %d negatives; %s",
                value,
                interval(),
                positives,
                negatives,
                tieRule());
    }
}
