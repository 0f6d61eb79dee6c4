package dev.qualm.detect.fitted;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Relative Mahalanobis distance (Ren, Fort, Liu et al. 2021): {@code min_c MD_c(h) - MD_0(h)}, the distance to the nearest
 * class less the distance to all data, with mean and covariance of all features. Published as trust (its negative).
 */
record RelativeMahalanobis() implements Detector {
    static final About ABOUT = About.of(
            "relative-mahalanobis",
            "Are the features farther from every class than from the data as a whole?",
            "Ren, Fort, Liu, Roy, Padhy, Lakshminarayanan 2021",
            Published.TRUST,
            Reads.FEATURES,
            Reads.LABELS);

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.none();
    }

    @Override
    public List<Statistic.Need<?>> needs() {
        return List.of(Moments.Of.FEATURES);
    }

    @Override
    public Learnt fit(Site site, Statistics found) {
        Moments moments = found.get(Moments.Of.FEATURES);
        return Mahalanobis.fit(site, moments, ABOUT.name())
                .with("whitening of all", Eigen.of(moments.pooled()).whitening(), site.features())
                .with("mean", moments.mean());
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        ToDoubleFunction<double[]> nearest = Mahalanobis.distance(site, learnt);
        double[][] whitening = learnt.matrix("whitening of all", site.features());
        double[] mean = Vectors.times(whitening, learnt.vector("mean", site.features()));
        return (Judge.OfRow) (batch, i) -> nearest.applyAsDouble(batch.features(i))
                - Vectors.squaredDistance(Vectors.times(whitening, batch.features(i)), mean);
    }
}
