package dev.qualm.metric;

import dev.qualm.array.Array;
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
        TopLabel.requireProbabilities(probabilities, labels);
        int classes = probabilities.dim(1);
        double sum = 0;
        int impossible = 0;
        for (int i = 0; i < labels.length; i++) {
            double p = probabilities.get(i * classes + labels[i]);
            impossible += p == 0 ? 1 : 0;
            sum -= Math.log(p);
        }
        return new NegativeLogLikelihood(sum / labels.length, labels.length, impossible);
    }

    @Override
    public String toString() {
        String cases = impossible == 0 ? "" : ", true class impossible in " + impossible;
        return String.format(Locale.ROOT, "NLL %.4f; n = %d%s", value, n, cases);
    }
}
