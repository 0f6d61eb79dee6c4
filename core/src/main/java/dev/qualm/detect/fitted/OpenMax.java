package dev.qualm.detect.fitted;

import dev.qualm.detect.Softmax;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * OpenMax (Bendale, Boult 2016): the probability of a class that the network does not know. A logit is taken down by the probability
 * {@code w_c} that a member of its class is nearer to the class's mean logits than the item, times a weight {@code (alpha - rank) / alpha}
 * of the alpha largest; what was taken away in all is the logit of the unknown class. Published as distrust.
 *
 * <p>{@code w_c} is a {@link Weibull} distribution, fitted on the largest distances of trusted items from the mean of their class (the predicted
 * one where the true one is unknown). All items of a class are taken, where the paper takes those predicted right; distances are Euclidean,
 * where the paper also adds cosines. A class in whose distances fewer than two differ takes nothing away; items predicted as such a class are
 * undefined.
 *
 * @param tail how many of the largest distances of a class are fitted
 * @param alpha how many of the largest logits are changed
 * @param places items kept to find the distances; of more, a sample
 */
record OpenMax(int tail, int alpha, int places) implements Detector {
    static final About ABOUT = About.of(
            "openmax",
            "Are the logits far from those of the classes that they speak for?",
            "Bendale, Boult 2016",
            Published.DISTRUST,
            Reads.LOGITS,
            Reads.LABELS);
    static final Settings DEFAULTS = Settings.of("tail", 25).and("alpha", 10).and("bank", Bank.PLACES);
    private static final int NUMBERS = 3;

    static OpenMax of(Settings s) {
        return new OpenMax(
                s.integer(ABOUT.name(), "tail", 2),
                s.integer(ABOUT.name(), "alpha", 1),
                s.integer(ABOUT.name(), "bank", 2));
    }

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.of("tail", tail).and("alpha", alpha).and("bank", places);
    }

    @Override
    public List<Statistic.Need<?>> needs() {
        return List.of(ClassSums.Of.LOGITS_BY_CLASS, Bank.places(places));
    }

    @Override
    public Learnt fit(Site site, Statistics found) {
        double[][] centres = found.get(ClassSums.Of.LOGITS_BY_CLASS).means();
        List<List<Double>> distances = new ArrayList<>();
        for (int c = 0; c < site.classes(); c++) {
            distances.add(new ArrayList<>());
        }
        for (Bank.Item item : found.get(Bank.places(places)).items()) {
            double[] z = item.logits().values();
            int c = item.label() == Readings.UNKNOWN ? Softmax.argmax(z) : item.label();
            distances.get(c).add(Math.sqrt(Vectors.squaredDistance(z, centres[c])));
        }
        double[][] weibull = new double[site.classes()][NUMBERS];
        boolean any = false;
        for (int c = 0; c < weibull.length; c++) {
            Weibull w = Weibull.ofLargest(
                    distances.get(c).stream().mapToDouble(d -> d).toArray(), tail);
            if (w != null) {
                weibull[c] = new double[] {w.shape(), w.scale(), w.shift()};
                any = true;
            }
        }
        DetectorException.require(
                any,
                ABOUT.name(),
                "different items of at least one class",
                "no class whose items are at different distances from their mean",
                "give more data");
        return Learnt.nothing().with("centres", centres, site.classes()).with("weibull", weibull, NUMBERS);
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        int classes = site.classes();
        double[][] centres = learnt.matrix("centres", classes, classes);
        double[][] weibull = learnt.matrix("weibull", classes, NUMBERS);
        for (double[] w : weibull) {
            if (w[0] < 0 || (w[0] > 0 && !(w[1] > 0))) {
                throw Learnt.failure("weibull", "shapes from 0 on and scales above 0", Arrays.toString(w));
            }
        }
        return Judge.ofLogits(z -> unknown(z, centres, weibull));
    }

    private double unknown(double[] z, double[][] centres, double[][] weibull) {
        double[] changed = Arrays.copyOf(z, z.length + 1);
        boolean[] done = new boolean[z.length];
        for (int rank = 0; rank < Math.min(alpha, z.length); rank++) {
            int c = -1;
            for (int i = 0; i < z.length; i++) {
                if (!done[i] && (c < 0 || z[i] > z[c])) {
                    c = i;
                }
            }
            done[c] = true;
            if (weibull[c][0] > 0) {
                Weibull w = new Weibull(weibull[c][0], weibull[c][1], weibull[c][2]);
                double distance = Math.sqrt(Vectors.squaredDistance(z, centres[c]));
                double taken = z[c] * w.below(distance) * (alpha - rank) / alpha;
                changed[c] -= taken;
                changed[z.length] += taken;
            } else if (rank == 0) {
                return Double.NaN;
            }
        }
        return Softmax.probabilities(changed)[z.length];
    }
}
