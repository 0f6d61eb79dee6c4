package dev.qualm.metric;

import dev.qualm.array.Array;
import java.util.Arrays;
import java.util.Locale;

/**
 * Mean of -ln p(true class), natural logarithm, not clipped: one certain mistake makes it infinite, as it should.
 *
 * @param value the mean; +Infinity if some true class got probability 0
 * @param n number of cases
 * @param impossible number of cases whose true class got probability 0
 */
public record NegativeLogLikelihood(double value, int n, int impossible) {
    /**
     * From probabilities.
     *
     * @param probabilities {@code [n, classes]}
     * @param labels true class of each row
     */
    public static NegativeLogLikelihood of(Array probabilities, int[] labels) {
        double[] losses = losses(probabilities, labels);
        double sum = 0;
        int impossible = 0;
        for (double loss : losses) {
            impossible += loss == Double.POSITIVE_INFINITY ? 1 : 0;
            sum += loss;
        }
        return new NegativeLogLikelihood(sum / labels.length, labels.length, impossible);
    }

    /**
     * The bootstrap interval of the mean, cases drawn with replacement; its upper end can be infinite.
     *
     * @param level nominal coverage, for example 0.95
     */
    public static Interval interval(Array probabilities, int[] labels, Bootstrap bootstrap, double level) {
        return bootstrap.ofMean(losses(probabilities, labels), level);
    }

    private static double[] losses(Array probabilities, int[] labels) {
        TopLabel.requireProbabilities(probabilities, labels);
        int classes = probabilities.dim(1);
        double[] losses = new double[labels.length];
        Arrays.setAll(losses, i -> -Math.log(probabilities.get(i * classes + labels[i])));
        return losses;
    }

    @Override
    public String toString() {
        String cases = impossible == 0 ? "" : ", true class impossible in " + impossible;
        return String.format(Locale.ROOT, "NLL %.4f; n = %d%s", value, n, cases);
    }
}
