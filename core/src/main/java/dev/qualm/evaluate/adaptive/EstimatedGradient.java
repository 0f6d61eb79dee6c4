package dev.qualm.evaluate.adaptive;

import dev.qualm.array.Array;
import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.mutation.ItemSet;
import java.util.Random;

/**
 * The gradient of a score of which only values are known, smoothed by noise:
 * {@code mean of u (S(x + sigma u) - S(x - sigma u)) / (2 sigma)} over normal u (natural evolution strategies; Wierstra
 * et al., JMLR 15, 2014; Ilyas, Engstrom, Athalye, Lin, ICML 2018).
 */
final class EstimatedGradient implements ScoreGradient {
    private final Defence defence;
    private final Budget budget;
    private final Box box;
    private final int pairs;
    private final double share;
    private final long seed;

    EstimatedGradient(Ladder ladder) {
        defence = ladder.defence();
        budget = ladder.budget();
        box = ladder.box();
        pairs = ladder.settings().estimates().pairs();
        share = ladder.settings().estimates().sigma();
        seed = ladder.settings().seed();
    }

    @Override
    public String method() {
        return "estimated from " + 2 * pairs + " scores";
    }

    @Override
    public double passes(int classes) {
        return 2.0 * pairs * defence.score().passes(classes);
    }

    @Override
    public double[] at(Array batch) {
        int n = batch.dim(0);
        double[] unit = box.spread(batch).unit();
        int width = unit.length;
        double sigma = share * perEntry(width);
        double[] x = batch.toDoubles();
        long[] contents = ItemSet.each(batch);
        double[] points = new double[2 * pairs * x.length];
        double[] u = new double[pairs * x.length];
        for (int i = 0; i < n; i++) {
            Random random = new Random(Ground.mixed(contents[i] ^ seed));
            for (int k = 0; k < pairs; k++) {
                int at = (i * pairs + k) * width;
                for (int j = 0; j < width; j++) {
                    u[at + j] = random.nextGaussian();
                    double by = sigma * unit[j] * u[at + j];
                    points[2 * at + j] = x[i * width + j] + by;
                    points[2 * at + width + j] = x[i * width + j] - by;
                }
            }
        }
        int[] shape = batch.shape();
        shape[0] = 2 * pairs * n;
        double[] s = defence.ask(Ground.array(defence.network(), points, shape)).scores();
        double[] out = new double[x.length];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < pairs; k++) {
                int pair = i * pairs + k;
                double slope = (s[2 * pair] - s[2 * pair + 1]) / (2 * sigma * pairs);
                for (int j = 0; j < width && Double.isFinite(slope); j++) {
                    out[i * width + j] += slope * u[pair * width + j] / unit[j];
                }
            }
        }
        return out;
    }

    /** The radius, shared out evenly over the entries. */
    private double perEntry(int width) {
        return switch (budget.ball()) {
            case LINF -> budget.epsilon();
            case L2 -> budget.epsilon() / Math.sqrt(width);
            case L1 -> budget.epsilon() / width;
        };
    }
}
