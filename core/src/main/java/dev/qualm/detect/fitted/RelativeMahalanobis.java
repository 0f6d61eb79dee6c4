package dev.qualm.detect.fitted;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

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
        double[][] within = learnt.matrix("whitening", site.features());
        double[][] all = learnt.matrix("whitening of all", site.features());
        Matrix means = Matrix.of(Matrix.of(within).times(learnt.matrix("means", site.features())));
        double[] mean = Matrix.of(all).times(learnt.vector("mean", site.features()));
        Matrix both = Matrix.of(
                Stream.concat(Arrays.stream(within), Arrays.stream(all)).toArray(double[][]::new));
        return new Judge.ByProduct(both, Readings::features, (batch, row, white) -> {
            double[] ofAll = Arrays.copyOfRange(white, within.length, white.length);
            return Mahalanobis.nearest(means, white) - Vectors.squaredDistance(ofAll, mean);
        });
    }
}
