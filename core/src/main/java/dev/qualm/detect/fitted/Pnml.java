package dev.qualm.detect.fitted;

import dev.qualm.detect.Softmax;
import java.util.List;

/**
 * Predictive normalised maximum likelihood, pNML (Bibas, Feder, Hassner 2021): the regret of a last layer that could have been fitted to any
 * label of this item. With {@code z = h / |h|}, {@code a = z' (Z'Z)^+ z}, {@code k = a / (1 + a)} and q the softmax of {@code W z + b}:
 * {@code ln(sum_i q_i / (q_i + (1 - q_i) q_i^k)) / ln K}. Published as distrust.
 */
record Pnml() implements Detector {
    static final About ABOUT = About.of(
            "pnml",
            "Could the last layer have learnt any label for these features?",
            "Bibas, Feder, Hassner 2021",
            Published.DISTRUST,
            Reads.FEATURES,
            Reads.HEAD_WEIGHTS);
    private static final double SMALL = 1e-12;

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
        return List.of(Moments.Of.DIRECTIONS);
    }

    @Override
    public Learnt fit(Site site, Statistics found) {
        Moments directions = found.get(Moments.Of.DIRECTIONS);
        double[][] rows =
                Eigen.of(directions.around(new double[site.features()])).whitening();
        DetectorException.require(
                rows.length > 0, ABOUT.name(), "features that are not all zero", "zeros", "give other data");
        double factor = 1 / Math.sqrt(directions.total());
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Vectors.scaled(rows[i], factor);
        }
        return Learnt.nothing().with("whitening", Matrix.transposed(rows));
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        Matrix whitening = learnt.columns("whitening", site.features());
        return new Judge.ByProduct(whitening, (batch, i) -> Vectors.unit(batch.features(i)), (batch, i, w) -> {
            double[] z = Vectors.unit(batch.features(i));
            double a = Vectors.dot(w, w);
            double k = a / (1 + a);
            double sum = 0;
            for (double p : Softmax.probabilities(site.logits(z))) {
                double q = Math.min(Math.max(p, SMALL), 1 - SMALL);
                sum += q / (q + (1 - q) * Math.pow(q, k));
            }
            return Math.log(sum) / Math.log(site.classes());
        });
    }
}
