package dev.qualm.detect.fitted;

import dev.qualm.metric.Quantiles;
import java.util.List;

/**
 * Variational rectified activations (Xu, Lian, Liu, Tao 2023): the energy of features that are zero below a and at most b, two
 * percentiles of all activations of trusted items. Published as trust (its negative).
 *
 * @param low percentile a
 * @param high percentile b
 * @param small what becomes of features below a: zero, as in the paper, or lifted to a, as in common programs
 */
record Vra(double low, double high, Small small) implements Detector {
    /** Features below the lower bound. */
    enum Small {
        ZERO,
        LIFT
    }

    static final About ABOUT = About.of(
            "vra",
            "Is the evidence small once unusually small and large features are changed?",
            "Xu, Lian, Liu, Tao 2023",
            Published.TRUST,
            Reads.FEATURES,
            Reads.HEAD_WEIGHTS);
    static final Settings DEFAULTS = Settings.of("low", 60.0).and("high", 95.0).and("small", "zero");

    static Vra of(Settings s) {
        double low = s.number(ABOUT.name(), "low", 0, 100);
        return new Vra(low, s.number(ABOUT.name(), "high", low, 100), s.choice(ABOUT.name(), "small", Small.class));
    }

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.of("low", low).and("high", high).and("small", Settings.lower(small));
    }

    @Override
    public List<Statistic.Need<?>> needs() {
        return List.of(Bank.usual());
    }

    @Override
    public Learnt fit(Site site, Statistics found) {
        double[] bounds = Quantiles.of(found.get(Bank.usual()).activations(), low / 100, high / 100);
        return Learnt.nothing().with("bounds", bounds);
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        double[] bounds = learnt.vector("bounds", 2);
        return (Judge.OfRow) (batch, i) -> {
            double[] h = batch.features(i).clone();
            for (int j = 0; j < h.length; j++) {
                double below = small == Small.ZERO ? 0 : bounds[0];
                h[j] = h[j] < bounds[0] ? below : Math.min(h[j], bounds[1]);
            }
            return site.energy(h);
        };
    }
}
