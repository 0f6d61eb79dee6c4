package dev.qualm.detect.fitted;

import java.util.List;

/**
 * SHE, simplified Hopfield energy (Zhang, Fu, Chen et al. 2023): {@code -<h, s_y>} with s_y the mean features of trusted items
 * that are rightly predicted as the predicted class y; or their distance, or minus their cosine. Published as trust (its negative).
 *
 * <p>Undefined where no trusted item was rightly predicted as that class.
 *
 * @param similarity how features are compared
 */
record She(Similarity similarity) implements Detector {
    /** Ways to compare. */
    enum Similarity {
        INNER,
        EUCLIDEAN,
        COSINE
    }

    static final About ABOUT = About.of(
            "she",
            "Are the features unlike the usual ones of the predicted class?",
            "Zhang, Fu, Chen, Du, Li, Wang, Liu, Han, Zhang 2023",
            Published.TRUST,
            Reads.FEATURES,
            Reads.LOGITS,
            Reads.LABELS);
    static final Settings DEFAULTS = Settings.of("similarity", "inner");

    static She of(Settings s) {
        return new She(s.choice(ABOUT.name(), "similarity", Similarity.class));
    }

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.of("similarity", Settings.lower(similarity));
    }

    @Override
    public List<Statistic.Need<?>> needs() {
        return List.of(ClassSums.Of.FEATURES_OF_RIGHT);
    }

    @Override
    public Learnt fit(Site site, Statistics found) {
        ClassSums sums = found.get(ClassSums.Of.FEATURES_OF_RIGHT);
        DetectorException.require(
                Vectors.sum(sums.counts()) > 0,
                ABOUT.name(),
                "items that are predicted right",
                "none",
                "are the data's classes the model's?");
        return Learnt.nothing().with("patterns", sums.means(), site.features()).with("counts", sums.counts());
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        double[][] patterns = learnt.matrix("patterns", site.classes(), site.features());
        double[] counts = learnt.vector("counts", site.classes());
        return (Judge.OfRow) (batch, i) -> {
            double[] h = batch.features(i);
            int c = batch.prediction(i);
            if (!(counts[c] > 0)) {
                return Double.NaN;
            }
            return switch (similarity) {
                case INNER -> -Vectors.dot(h, patterns[c]);
                case EUCLIDEAN -> Math.sqrt(Vectors.squaredDistance(h, patterns[c]));
                case COSINE -> -Vectors.dot(Vectors.unit(h), Vectors.unit(patterns[c]));
            };
        };
    }
}
