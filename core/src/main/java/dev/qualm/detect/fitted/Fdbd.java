package dev.qualm.detect.fitted;

import java.util.List;

/**
 * fDBD (Liu, Qin 2024): the mean distance of the features to the decision boundaries, over their distance to the mean features
 * mu, {@code -sum_c |f_y - f_c| / |w_y - w_c| / |h - mu|}; with {@code distance=norm} over {@code |h|}. Published as trust (its negative).
 *
 * <p>The sum is over the classes other than the predicted y, as in the authors' program; the paper divides it by K - 1.
 *
 * @param distance what the distances are divided by
 */
record Fdbd(Distance distance) implements Detector {
    /** Of the features. */
    enum Distance {
        MEAN,
        NORM
    }

    static final About ABOUT = About.of(
            "fdbd",
            "Are the features close to the decision boundaries?",
            "Liu, Qin 2024",
            Published.TRUST,
            Reads.LOGITS,
            Reads.FEATURES,
            Reads.HEAD_WEIGHTS);
    static final Settings DEFAULTS = Settings.of("distance", "mean");

    static Fdbd of(Settings s) {
        return new Fdbd(s.choice(ABOUT.name(), "distance", Distance.class));
    }

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.of("distance", Settings.lower(distance));
    }

    @Override
    public List<Statistic.Need<?>> needs() {
        return distance == Distance.MEAN ? List.of(ClassSums.Of.FEATURES) : List.of();
    }

    @Override
    public Learnt fit(Site site, Statistics found) {
        return distance == Distance.MEAN
                ? Learnt.nothing().with("mean", found.get(ClassSums.Of.FEATURES).mean(0))
                : Learnt.nothing();
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        double[] mean =
                distance == Distance.MEAN ? learnt.vector("mean", site.features()) : new double[site.features()];
        double[][] gaps = gaps(site);
        return (Judge.OfRow) (batch, i) -> {
            int y = batch.prediction(i);
            double[] f = batch.logits(i);
            double sum = 0;
            for (int c = 0; c < f.length; c++) {
                sum += c == y ? 0 : (f[y] - f[c]) / gaps[y][c];
            }
            return -sum / Vectors.norm(Vectors.minus(batch.features(i), mean));
        };
    }

    /** Distances of the classes' weights, {@code [K][K]}. */
    private static double[][] gaps(Site site) {
        int k = site.classes();
        double[][] gaps = new double[k][k];
        for (int y = 0; y < k; y++) {
            for (int c = 0; c < y; c++) {
                gaps[y][c] = Math.sqrt(Vectors.squaredDistance(site.weight()[y], site.weight()[c]));
                gaps[c][y] = gaps[y][c];
            }
        }
        return gaps;
    }
}
