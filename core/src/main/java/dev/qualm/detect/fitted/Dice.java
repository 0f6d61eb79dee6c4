package dev.qualm.detect.fitted;

import dev.qualm.metric.Quantiles;
import java.util.List;

/**
 * DICE (Sun, Li 2022): the energy of a head that keeps the weights which contribute most on average, {@code -LSE((W M) h + b)} with
 * {@code M = [W mu > percentile of all W mu]} and mu the mean features. Published as trust (its negative).
 *
 * @param percentile of the contributions; those up to it are dropped
 */
record Dice(double percentile) implements Detector {
    static final About ABOUT = About.of(
            "dice",
            "Is the evidence through the usual weights small?",
            "Sun, Li 2022",
            Published.TRUST,
            Reads.FEATURES,
            Reads.HEAD_WEIGHTS);
    static final Settings DEFAULTS = Settings.of("percentile", 90.0);

    static Dice of(Settings s) {
        return new Dice(s.number(ABOUT.name(), "percentile", 0, 100));
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
        return List.of(ClassSums.Of.FEATURES);
    }

    @Override
    public Learnt fit(Site site, Statistics found) {
        return Learnt.nothing().with("mean", found.get(ClassSums.Of.FEATURES).mean(0));
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        int d = site.features();
        double[] mean = learnt.vector("mean", d);
        double[] contributions = new double[site.classes() * d];
        for (int i = 0; i < contributions.length; i++) {
            contributions[i] = mean[i % d] * site.weight()[i / d][i % d];
        }
        double threshold = Quantiles.of(contributions, percentile / 100)[0];
        double[][] sparse = new double[site.classes()][d];
        for (int i = 0; i < contributions.length; i++) {
            sparse[i / d][i % d] = contributions[i] > threshold ? site.weight()[i / d][i % d] : 0;
        }
        Site changed = new Site(site.classes(), sparse, site.bias());
        return (Judge.OfRow) (batch, i) -> changed.energy(batch.features(i));
    }
}
