package dev.qualm.detect.fitted;

import dev.qualm.detect.Softmax;
import java.util.List;
import java.util.Set;

/**
 * Relative uncertainty (Dadalto, Romanelli, Pichler, Piantanida 2024): {@code p' D p} with the class distances D that
 * best tell right predictions from wrong ones, in closed form {@code d_ij = max(0, lambda E[p_i p_j | wrong] - (1 - lambda) E[p_i p_j |
 * right])}, zero on the diagonal, scaled to {@code sum d^2 = K}. Published as distrust.
 *
 * <p>Where no pair is more frequent among wrong predictions all are the same distance apart, as in the Gini index.
 *
 * @param lambda weight of the wrong predictions
 * @param temperature of the softmax
 */
record RelU(double lambda, double temperature) implements Detector {
    static final About ABOUT = new About(
            "rel-u",
            "Is the softmax spread over classes that the model confuses?",
            "Dadalto, Romanelli, Pichler, Piantanida 2024",
            Published.DISTRUST,
            true,
            Set.of(Reads.LOGITS, Reads.LABELS));
    static final Settings DEFAULTS = Settings.of("lambda", 0.5).and("T", 1.0);

    static RelU of(Settings s) {
        return new RelU(s.number(ABOUT.name(), "lambda", 0, 1), s.number(ABOUT.name(), "T", 1e-6, 1e9));
    }

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.of("lambda", lambda).and("T", temperature);
    }

    @Override
    public List<Statistic.Need<?>> needs() {
        return List.of(new ProbabilityPairs.Of(temperature));
    }

    @Override
    public Learnt fit(Site site, Statistics found) {
        ProbabilityPairs pairs = found.get(new ProbabilityPairs.Of(temperature));
        DetectorException.require(
                pairs.right() > 0 && pairs.wrong() > 0,
                ABOUT.name(),
                "right and wrong predictions of known class",
                pairs.right() + " right and " + pairs.wrong() + " wrong",
                "give more labelled data that the model was not trained on");
        int k = site.classes();
        double[][] d = new double[k][k];
        double square = 0;
        for (int a = 0; a < k; a++) {
            for (int b = 0; b < k; b++) {
                d[a][b] = a == b
                        ? 0
                        : Math.max(0, lambda * pairs.meanOfWrong(a, b) - (1 - lambda) * pairs.meanOfRight(a, b));
                square += d[a][b] * d[a][b];
            }
        }
        for (int a = 0; a < k; a++) {
            for (int b = 0; b < k; b++) {
                d[a][b] = square > 0 ? d[a][b] * Math.sqrt(k / square) : a == b ? 0 : 1;
            }
        }
        return Learnt.nothing().with("distance", d, k);
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        double[][] d = learnt.matrix("distance", site.classes(), site.classes());
        return Judge.ofLogits(f -> {
            double[] p = Softmax.probabilities(Vectors.scaled(f, 1 / temperature));
            return Vectors.dot(p, Vectors.times(d, p));
        });
    }
}
