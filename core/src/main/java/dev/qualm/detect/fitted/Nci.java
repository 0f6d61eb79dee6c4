package dev.qualm.detect.fitted;

import java.util.List;

/**
 * NCI, neural collapse inspired (Liu, Qin 2025): {@code -(w_y' (h - mu) / |h - mu| + alpha |h|_1)}, the closeness of the features to the
 * predicted class's weight as seen from the mean features mu, and their size. Published as trust (its negative).
 *
 * @param alpha weight of the size
 */
record Nci(double alpha) implements Detector {
    static final About ABOUT = About.of(
            "nci",
            "Do the features point away from the predicted class's weight?",
            "Liu, Qin 2025",
            Published.TRUST,
            Reads.LOGITS,
            Reads.FEATURES,
            Reads.HEAD_WEIGHTS);
    static final Settings DEFAULTS = Settings.of("alpha", 0.0001);

    static Nci of(Settings s) {
        return new Nci(s.number(ABOUT.name(), "alpha", 0, 1e9));
    }

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.of("alpha", alpha);
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
        double[] mean = learnt.vector("mean", site.features());
        return (Judge.OfRow) (batch, i) -> {
            double[] h = batch.features(i);
            double[] centred = Vectors.minus(h, mean);
            double closeness = Vectors.dot(site.weight()[batch.prediction(i)], centred) / Vectors.norm(centred);
            return -(closeness + alpha * Vectors.norm1(h));
        };
    }
}
