package dev.qualm.attribution;

import java.util.Locale;

/** The number of a classifier's answer that a map explains, for one class. */
public enum Quantity {
    /** The class's logit. */
    LOGIT,
    /** The class's logit minus the largest other. */
    MARGIN,
    /** The class's softmax probability; saturates, so that its gradient can vanish for confident predictions. */
    PROBABILITY,
    /** The logarithm of that. */
    LOG_PROBABILITY;

    /** Name in commands and files, for example {@code log-probability}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The quantity of a class, from the logits (or logarithms of probabilities) of one input. */
    public double of(double[] logits, int c) {
        return switch (this) {
            case LOGIT -> logits[c];
            case MARGIN -> logits[c] - largestOther(logits, c);
            case LOG_PROBABILITY -> logits[c] - logSumExp(logits);
            case PROBABILITY -> Math.exp(logits[c] - logSumExp(logits));
        };
    }

    private static double largestOther(double[] logits, int c) {
        double best = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < logits.length; k++) {
            best = k == c ? best : Math.max(best, logits[k]);
        }
        return best;
    }

    private static double logSumExp(double[] logits) {
        double max = Double.NEGATIVE_INFINITY;
        for (double z : logits) {
            max = Math.max(max, z);
        }
        double sum = 0;
        for (double z : logits) {
            sum += Math.exp(z - max);
        }
        return max + Math.log(sum);
    }
}
