package dev.qualm.detect.fitted;

import java.util.List;

/**
 * Mahalanobis distance (Lee, Lee, Lee, Shin 2018, equation 2, of the features alone): {@code min_c (h - m_c)' S^+ (h - m_c)} with the class
 * means m_c and the covariance S around them. Published as trust (its negative).
 *
 * <p>Directions in which the data do not vary are left out (pseudo-inverse): a ridge would let them dominate.
 */
record Mahalanobis() implements Detector {
    static final About ABOUT = About.of(
            "mahalanobis",
            "Are the features far from those of every class?",
            "Lee, Lee, Lee, Shin 2018",
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
        return Learnt.nothing()
                .with("whitening", Matrix.transposed(whitening(moments, ABOUT.name())))
                .with("means", moments.means(), site.features());
    }

    static double[][] whitening(Moments moments, String name) {
        double[][] whitening = moments.tiedEigen().whitening();
        DetectorException.require(
                whitening.length > 0,
                name,
                "features that vary within classes",
                moments.total() + " items whose features do not",
                "give more items of each class");
        return whitening;
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        Matrix whitening = learnt.columns("whitening", site.features());
        Matrix means = Matrix.of(whitening.times(learnt.matrix("means", site.features())));
        return new Judge.ByProduct(whitening, Readings::features, (batch, row, white) -> nearest(means, white));
    }

    /**
     * Squared distance to the nearest class. Means are whitened once, an item once: K d steps an item after that.
     *
     * @param means whitened, by class
     * @param white the item whitened; what it holds beyond the means' length is not looked at
     */
    static double nearest(Matrix means, double[] white) {
        double least = Double.POSITIVE_INFINITY;
        for (double square : means.squaredDistances(white)) {
            least = Math.min(least, square);
        }
        return least;
    }
}
