package dev.qualm.metric;

import java.util.Locale;

/**
 * A threshold and what it does to the cases it was chosen on.
 *
 * @param value scores at or above it are flagged; NaN, which flags nothing, only where nothing should be flagged and a score is
 *     already infinite
 * @param caught positives flagged
 * @param positives number of cases to be caught
 * @param kept negatives not flagged
 * @param negatives number of cases to be trusted
 * @param rule how it was chosen, in words
 */
public record Threshold(double value, int caught, int positives, int kept, int negatives, String rule) {
    /** The threshold that flags blocks 0 to {@code block} of a ranking; nothing for -1. */
    static Threshold at(Ranking ranking, int block, String rule) {
        return new Threshold(
                block >= 0 ? ranking.score(block) : above(ranking.score(0)),
                ranking.flaggedPositives(block),
                ranking.positives(),
                ranking.negatives() - ranking.flaggedNegatives(block),
                ranking.negatives(),
                rule);
    }

    private static double above(double top) {
        return top == Double.POSITIVE_INFINITY ? Double.NaN : Math.nextUp(top);
    }

    /** Whether a score is flagged; NaN scores are not numbers and refused. */
    public boolean flags(double score) {
        if (Double.isNaN(score)) {
            throw new MetricException(
                    "Expected a number as score, but found NaN; treat such cases before the threshold");
        }
        return score >= value;
    }

    /** Share of positives that is flagged. */
    public double positiveRecall() {
        return caught / (double) positives;
    }

    /** Share of negatives that is not flagged. */
    public double negativeRecall() {
        return kept / (double) negatives;
    }

    /** Mean of the two recalls, which does not depend on how frequent the classes are. */
    public double meanRecall() {
        return (positiveRecall() + negativeRecall()) / 2;
    }

    /** Share of all cases that is treated as it should; depends on how frequent the classes are. */
    public double accuracy() {
        return ((double) caught + kept) / ((double) positives + negatives);
    }

    /** For example {@code 0.169 (Youden): positives caught 0.8411, negatives kept 0.8061, accuracy 0.8124}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%.4g (%s): positives caught %.4f, negatives kept %.4f, accuracy %.4f",
                value,
                rule,
                positiveRecall(),
                negativeRecall(),
                accuracy());
    }
}
