package dev.qualm.detect.fitted;

import java.util.List;

/**
 * Gradient metrics (Oberdiek, Rottmann, Gottschalk 2018): a statistic of all entries of the gradient, by all weights, of an item's own
 * cross-entropy with its predicted class for a label: how the model would have to change to be surer. Published as distrust; the minimum is
 * negated. All but the mean say much the same as the largest probability; the mean alone says little.
 *
 * @param metric which statistic
 */
record GradientMetricsDetector(Metric metric) implements Detector {
    /** Statistics of the gradient's entries, in order of {@link WeightGradientNumbers#COLUMNS}. */
    enum Metric {
        MAX,
        MIN,
        MEAN,
        STD,
        L1,
        L2
    }

    static final About ABOUT = About.of(
                    "gradient-metrics",
                    "Would learning its own answer change the weights much?",
                    "Oberdiek, Rottmann, Gottschalk 2018",
                    Published.DISTRUST,
                    Reads.WEIGHT_GRADIENTS)
            .forLogProbabilities();
    static final Settings DEFAULTS = Settings.of("metric", "l2");

    static GradientMetricsDetector of(Settings s) {
        return new GradientMetricsDetector(s.choice(ABOUT.name(), "metric", Metric.class));
    }

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.of("metric", Settings.lower(metric));
    }

    @Override
    public List<Quantity> quantities() {
        return List.of(new WeightGradientNumbers());
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        String name = new WeightGradientNumbers().name();
        int sign = metric == Metric.MIN ? -1 : 1;
        return (Judge.OfRow) (batch, i) -> sign * batch.quantity(name).values()[i][metric.ordinal()];
    }
}
