package dev.qualm.metric;

import java.math.BigDecimal;
import java.util.Locale;

/**
 * False positive rate at a fixed true positive rate ("FPR95"), with the rule it follows and the rate it really reached.
 * No interpolation: each value belongs to a threshold that a detector can be run with.
 *
 * @param value the false positive rate; smaller is better
 * @param achieved the true positive rate at that threshold: share of positives flagged, or of negatives kept, as the
 *     rule says
 * @param threshold a score of the data. Flagged are scores {@code >= threshold}; under {@link TprRule#KEPT_AT_LEAST}
 *     scores {@code > threshold}. NaN if {@link TprRule#CAUGHT_NEAREST} is nearest when flagging nothing
 * @param rule which of the published definitions
 * @param wanted the true positive rate asked for, read as the decimal number it prints as
 * @param negatives number of cases to be trusted
 * @param positives number of cases to be caught
 */
public record FprAtTpr(
        double value, double achieved, double threshold, TprRule rule, double wanted, int negatives, int positives)
        implements RankMetric {
    /** The usual true positive rate. */
    public static final double USUAL = 0.95;

    /** FPR at 95% TPR under {@link TprRule#CAUGHT_AT_LEAST}. */
    public static FprAtTpr of(Ranking ranking) {
        return of(ranking, USUAL, TprRule.CAUGHT_AT_LEAST);
    }

    /** See {@link Ranking#of(double[], double[])}. */
    public static FprAtTpr of(double[] negatives, double[] positives) {
        return of(Ranking.of(negatives, positives));
    }

    /**
     * Under any rule.
     *
     * @param wanted strictly between 0 and 1
     */
    public static FprAtTpr of(Ranking ranking, double wanted, TprRule rule) {
        MetricException.requireLevel("true positive rate", wanted);
        return switch (rule) {
            case CAUGHT_AT_LEAST -> flagging(ranking, firstReaching(ranking, wanted), wanted, rule);
            case CAUGHT_NEAREST -> flagging(ranking, nearest(ranking, wanted), wanted, rule);
            case KEPT_AT_LEAST -> keeping(ranking, wanted);
        };
    }

    private static FprAtTpr flagging(Ranking r, int block, double wanted, TprRule rule) {
        return new FprAtTpr(
                r.flaggedNegatives(block) / (double) r.negatives(),
                r.flaggedPositives(block) / (double) r.positives(),
                block < 0 ? Double.NaN : r.score(block),
                rule,
                wanted,
                r.negatives(),
                r.positives());
    }

    private static FprAtTpr keeping(Ranking ranking, double wanted) {
        // Trusting scores <= t is flagging scores >= -t with the classes exchanged.
        FprAtTpr mirrored = of(ranking.reversed(), wanted, TprRule.CAUGHT_AT_LEAST);
        return new FprAtTpr(
                mirrored.value,
                mirrored.achieved,
                0.0 - mirrored.threshold,
                TprRule.KEPT_AT_LEAST,
                wanted,
                ranking.negatives(),
                ranking.positives());
    }

    /*
     * Comparing k/m >= wanted in doubles is exact here: unequal decimals of a few digits differ by far more than an
     * ulp, and equal ones round alike. Distances to the wanted share can tie (0.94 and 0.96 around 0.95), and
     * subtraction in doubles would decide such ties by rounding noise, so they are measured in decimals.
     */
    private static int firstReaching(Ranking r, double wanted) {
        int block = 0;
        while (r.flaggedPositives(block) / (double) r.positives() < wanted) {
            block++;
        }
        return block;
    }

    private static int nearest(Ranking r, double wanted) {
        int above = firstReaching(r, wanted);
        BigDecimal target = BigDecimal.valueOf(wanted).multiply(BigDecimal.valueOf(r.positives()));
        BigDecimal over = BigDecimal.valueOf(r.flaggedPositives(above)).subtract(target);
        BigDecimal under = target.subtract(BigDecimal.valueOf(r.flaggedPositives(above - 1)));
        if (under.compareTo(over) < 0) {
            return above - 1;
        }
        while (r.flaggedPositives(above) < r.positives()
                && r.flaggedPositives(above + 1) == r.flaggedPositives(above)) {
            above++;
        }
        return above;
    }

    /** The 95% interval; see {@link #interval(Ranking, Bootstrap, double)}. */
    public Interval interval(Ranking ranking, Bootstrap bootstrap) {
        return interval(ranking, bootstrap, Interval.DEFAULT_LEVEL);
    }

    /**
     * Stratified bootstrap percentiles, widened to hold Wilson's interval at the threshold found, so that a rate of 0
     * of 60 does not claim certainty.
     *
     * @param ranking the data this value came from
     */
    /*
     * The bootstrap lets the threshold vary, but collapses to a point when no (or every) case of the judged class
     * crosses it; Wilson's interval at the threshold found does not, but holds the threshold fixed. The smallest
     * interval around both is honest in either case.
     */
    public Interval interval(Ranking ranking, Bootstrap bootstrap, double level) {
        FprAtTpr again = of(ranking, wanted, rule);
        if (!again.equals(this)) {
            throw new MetricException("Expected the ranking this value came from, but found one that gives " + again
                    + " where this is " + this);
        }
        int judged = rule == TprRule.KEPT_AT_LEAST ? positives : negatives;
        Interval fixed = new Proportion(Math.round(value * judged), judged).wilson(level);
        Interval drawn = bootstrap.interval(ranking, r -> of(r, wanted, rule).value, level);
        return drawn.hull(fixed, drawn.method() + ", with Wilson at the threshold");
    }

    @Override
    public String positiveClass() {
        return rule == TprRule.KEPT_AT_LEAST ? "the cases to be trusted" : "the cases to be caught";
    }

    @Override
    public String tieRule() {
        return "tied cases fall on one side together; the threshold is a score of the data, nothing is interpolated";
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "FPR %.4f at TPR %.4f (%s %s); threshold %.6g; %d positives, %d negatives",
                value,
                achieved,
                rule.words(),
                wanted,
                threshold,
                positives,
                negatives);
    }
}
