package dev.qualm.detect.fitted;

import dev.qualm.metric.Quantiles;
import java.util.List;

/**
 * ReAct (Sun, Guo, Li 2021): the energy of features cut off at c, {@code -LSE(W min(h, c) + b)}, c a percentile of all activations of
 * trusted items. Published as trust (its negative).
 *
 * @param percentile of the activations
 */
record React(double percentile) implements Detector {
    static final About ABOUT = About.of(
            "react",
            "Is the evidence small once unusually large features are cut off?",
            "Sun, Guo, Li 2021",
            Published.TRUST,
            Reads.FEATURES,
            Reads.HEAD_WEIGHTS);
    static final Settings DEFAULTS = Settings.of("percentile", 90.0);

    static React of(Settings s) {
        return new React(s.number(ABOUT.name(), "percentile", 0, 100));
    }

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.of("percentile", percentile);
    }

    @Override
    public List<Statistic.Need<?>> needs() {
        return List.of(Bank.usual());
    }

    @Override
    public Learnt fit(Site site, Statistics found) {
        return Learnt.of("cut", Quantiles.of(found.get(Bank.usual()).activations(), percentile / 100)[0]);
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        double cut = learnt.number("cut");
        return (Judge.OfRow) (batch, i) -> {
            double[] h = batch.features(i).clone();
            for (int j = 0; j < h.length; j++) {
                h[j] = Math.min(h[j], cut);
            }
            return site.energy(h);
        };
    }
}
