package dev.qualm.metric;

import java.util.Locale;

/**
 * Area under the threshold curve (Humblot-Renaux, Escalera and Moeslund, CVPR Workshops 2023): the mean of false
 * positive and false negative rate over all thresholds between the smallest and the largest score. Smaller is better; 0
 * only if each class sits at its end of the range. It asks for a wide gap, where {@link Auroc} asks for an order only,
 * and one outlier that stretches the range changes it.
 *
 * @param value in [0, 1]; NaN if all scores are equal or one is infinite, since then there is no range to scale by
 * @param negatives number of cases to be trusted
 * @param positives number of cases to be caught
 */
public record Autc(double value, int negatives, int positives) implements RankMetric {
    /*
     * Integrating the two rates over t in [0, 1] gives the mean of the scaled scores s' over the negatives and of 1 -
     * s' over the positives.
     */
    public static Autc of(Ranking ranking) {
        double low = ranking.score(ranking.blocks() - 1);
        double high = ranking.score(0);
        double value = Double.NaN;
        if (low < high && !Double.isInfinite(low) && !Double.isInfinite(high)) {
            // Halving keeps the range of two finite scores finite.
            double unit = Double.isInfinite(high - low) ? 0.5 : 1;
            double range = high * unit - low * unit;
            double negative = 0;
            double positive = 0;
            for (int b = 0; b < ranking.blocks(); b++) {
                double scaled = (ranking.score(b) * unit - low * unit) / range;
                negative += (ranking.flaggedNegatives(b) - ranking.flaggedNegatives(b - 1)) * scaled;
                positive += (ranking.flaggedPositives(b) - ranking.flaggedPositives(b - 1)) * (1 - scaled);
            }
            value = (negative / ranking.negatives() + positive / ranking.positives()) / 2;
        }
        return new Autc(value, ranking.negatives(), ranking.positives());
    }

    /**
     * The 95% stratified bootstrap interval, the range taken anew on each replicate.
     *
     * @throws MetricException if the number is undefined on the data or on a replicate
     */
    public static Interval interval(Ranking ranking, Bootstrap bootstrap) {
        return bootstrap.interval(ranking, r -> of(r).value, Interval.DEFAULT_LEVEL);
    }

    @Override
    public String tieRule() {
        return "ties need no rule: each case counts by its scaled score";
    }

    @Override
    public String toString() {
        String shown = Double.isNaN(value)
                ? "undefined (all scores equal, or an infinite one)"
                : String.format(Locale.ROOT, "%.4f", value);
        return "AUTC " + shown + "; " + positives + " positives, " + negatives + " negatives";
    }
}
