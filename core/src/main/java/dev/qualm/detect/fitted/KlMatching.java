package dev.qualm.detect.fitted;

import dev.qualm.detect.Softmax;
import java.util.List;

/**
 * KL matching (Hendrycks et al. 2022): {@code KL(p, q_c)}, the smallest over the classes, with q_c the mean softmax of the items
 * predicted as c; a class that is never predicted has its one-hot vector. Published as trust (its negative).
 *
 * @param match all classes, as published, or the predicted one alone
 */
record KlMatching(Match match) implements Detector {
    /** Which classes an item is compared with. */
    enum Match {
        ANY,
        PREDICTED
    }

    static final About ABOUT = OfLogits.about(
            "klm",
            "Is the softmax unlike the usual one of every class?",
            "Hendrycks, Basart, Mazeika, Zou et al. 2022",
            Published.TRUST,
            true);
    static final Settings DEFAULTS = Settings.of("match", "any");

    static KlMatching of(Settings s) {
        return new KlMatching(s.choice(ABOUT.name(), "match", Match.class));
    }

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.of("match", Settings.lower(match));
    }

    @Override
    public List<Statistic.Need<?>> needs() {
        return List.of(ClassSums.Of.SOFTMAX_BY_PREDICTION);
    }

    @Override
    public Learnt fit(Site site, Statistics found) {
        ClassSums sums = found.get(ClassSums.Of.SOFTMAX_BY_PREDICTION);
        double[][] mean = sums.means();
        double[] counts = sums.counts();
        for (int c = 0; c < mean.length; c++) {
            mean[c][c] = counts[c] == 0 ? 1 : mean[c][c];
        }
        return Learnt.nothing().with("mean", mean, site.classes());
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        double[][] q = learnt.matrix("mean", site.classes(), site.classes());
        return Judge.ofLogits(f -> {
            double lse = Softmax.logSumExp(f);
            double[] p = Softmax.probabilities(f);
            if (match == Match.PREDICTED) {
                return divergence(p, f, lse, q[Softmax.argmax(f)]);
            }
            double least = Double.POSITIVE_INFINITY;
            for (double[] row : q) {
                least = Math.min(least, divergence(p, f, lse, row));
            }
            return least;
        });
    }

    private static double divergence(double[] p, double[] f, double lse, double[] q) {
        double sum = 0;
        for (int c = 0; c < p.length; c++) {
            sum += p[c] == 0 ? 0 : p[c] * (f[c] - lse - Math.log(q[c]));
        }
        return sum;
    }
}
