package dev.qualm.detect;

import dev.qualm.gradient.GradientMetrics;

/**
 * One whole-network gradient metric under the pseudo-label cross-entropy (Oberdiek, Rottmann, Gottschalk 2018).
 *
 * @param column name of a column of {@link GradientMetrics#defaults()}
 * @param sign +1 if the metric grows with distrust, -1 if it falls
 */
public record GradientMetricScore(String name, String question, String column, int sign) implements Score {
    @Override
    public Source source() {
        return Source.WEIGHT_GRADIENTS;
    }

    @Override
    public double[] score(Evidence evidence) {
        GradientMetrics.Result metrics = evidence.metrics();
        double[] values = metrics.column(column);
        double[] out = new double[evidence.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = metrics.status().get(i).isOk() ? sign * values[i] : Double.NaN;
        }
        return out;
    }
}
