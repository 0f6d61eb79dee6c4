package dev.qualm.attribution.evaluation;

/** What of a class the network's output is, where a method follows its change. */
public enum Output {
    /** The logit; the logarithm of the probability where the network holds no logits. */
    LOGIT,
    /** The softmax probability. */
    PROBABILITY;

    double of(double[] logits, int c) {
        if (this == LOGIT) {
            return logits[c];
        }
        double max = Double.NEGATIVE_INFINITY;
        for (double z : logits) {
            max = Math.max(max, z);
        }
        double sum = 0;
        for (double z : logits) {
            sum += Math.exp(z - max);
        }
        return Math.exp(logits[c] - max) / sum;
    }
}
