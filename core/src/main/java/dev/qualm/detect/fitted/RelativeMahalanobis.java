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
        // With one class its distance and that from the data as a whole are the same.
        DetectorException.require(
                moments.means().length > 1,
                ABOUT.name(),
                "items of two or more classes",
                moments.means().length,
                "give items of other classes, or use mahalanobis");
        double[][] within = Mahalanobis.whitening(moments, ABOUT.name());
        double[][] all = Eigen.of(moments.pooled()).whitening();
        double[][] both =
                Stream.concat(Arrays.stream(within), Arrays.stream(all)).toArray(double[][]::new);
        return Learnt.nothing()
                .with("whitening", Matrix.transposed(both))
                .with("within", within.length)
                .with("means", moments.means(), site.features())
                .with("mean", moments.mean());
    }

    /** An item is whitened once in both ways. */
    @Override
    public Judge judge(Site site, Learnt learnt) {
        Matrix whitening = learnt.columns("whitening", site.features());
        double given = learnt.positive("within");
        if (given != Math.rint(given) || given > whitening.rows()) {
            throw Learnt.failure("within", "a whole number up to " + whitening.rows(), given);
        }
        int within = (int) given;
        double[][] whiteMeans = whitening.times(learnt.matrix("means", site.features()));
        for (int c = 0; c < whiteMeans.length; c++) {
            whiteMeans[c] = Arrays.copyOf(whiteMeans[c], within);
        }
        Matrix means = Matrix.of(whiteMeans);
        double[] mean = ofAll(whitening.times(learnt.vector("mean", site.features())), within);
        return new Judge.ByProduct(
                whitening,
                Readings::features,
                (batch, row, white) ->
                        Mahalanobis.nearest(means, white) - Vectors.squaredDistance(ofAll(white, within), mean));
    }

    private static double[] ofAll(double[] white, int within) {
        return Arrays.copyOfRange(white, within, white.length);
    }
}
