package dev.qualm.detect.fitted;

import dev.qualm.detect.Softmax;
import java.util.Arrays;
import java.util.List;

/**
 * NECO (Ben Ammar, Belkhir, Popescu, Manzanera, Franchi 2024): minus the share of the standardised features' length that lies in their leading
 * eigenvectors, {@code -|V'z| / |z|}, optionally times the largest logit. Published as trust (its negative).
 *
 * @param dimensions leading eigenvectors; at most d
 * @param maxLogit whether to multiply by the largest logit
 */
record Neco(int dimensions, boolean maxLogit) implements Detector {
    static final About ABOUT = About.of(
            "neco",
            "Do the features lie outside of their leading directions?",
            "Ben Ammar, Belkhir, Popescu, Manzanera, Franchi 2024",
            Published.TRUST,
            Reads.LOGITS,
            Reads.FEATURES);
    static final Settings DEFAULTS = Settings.of("dimensions", 16).and("times", "none");

    /** What the share is multiplied by. */
    enum Times {
        NONE,
        MAX_LOGIT
    }

    static Neco of(Settings s) {
        return new Neco(
                s.integer(ABOUT.name(), "dimensions", 1),
                s.choice(ABOUT.name(), "times", Times.class) == Times.MAX_LOGIT);
    }

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.of("dimensions", dimensions)
                .and("times", Settings.lower(maxLogit ? Times.MAX_LOGIT : Times.NONE));
    }

    @Override
    public List<Statistic.Need<?>> needs() {
        return List.of(Moments.Of.FEATURES);
    }

    @Override
    public Learnt fit(Site site, Statistics found) {
        int d = site.features();
        DetectorException.require(
                dimensions < d,
                ABOUT.name(),
                "fewer dimensions than features, since all of them hold every item completely",
                dimensions + " of " + d,
                "name less, as in neco:dimensions=" + Math.max(1, d / 2));
        Moments moments = found.get(Moments.Of.FEATURES);
        double[][] covariance = moments.pooled();
        double[] deviation = new double[d];
        for (int j = 0; j < d; j++) {
            deviation[j] = covariance[j][j] > 0 ? Math.sqrt(covariance[j][j]) : 1;
        }
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < d; j++) {
                covariance[i][j] /= deviation[i] * deviation[j];
            }
        }
        double[][] leading = Arrays.copyOf(Eigen.of(covariance).vectors(), dimensions);
        return Learnt.nothing()
                .with("leading", Matrix.transposed(leading))
                .with("mean", moments.mean())
                .with("deviation", deviation);
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        Matrix leading = learnt.columns("leading", site.features());
        if (leading.rows() != dimensions) {
            throw Learnt.failure("leading", dimensions + " directions", leading.rows());
        }
        double[] mean = learnt.vector("mean", site.features());
        double[] deviation = learnt.vector("deviation", site.features());
        Judge.ByProduct.Before standardised = (batch, i) -> {
            double[] z = Vectors.minus(batch.features(i), mean);
            for (int j = 0; j < z.length; j++) {
                z[j] /= deviation[j];
            }
            return z;
        };
        return new Judge.ByProduct(leading, standardised, (batch, i, product) -> {
            double share = Vectors.norm(product) / Vectors.norm(standardised.of(batch, i));
            return -share * (maxLogit ? Softmax.max(batch.logits(i)) : 1);
        });
    }
}
