package dev.qualm.detect;

/** Shannon entropy of the softmax, in nats. */
public final class Entropy {
    private Entropy() {}

    public static double of(double[] logits) {
        double lse = Softmax.logSumExp(logits);
        double h = 0;
        for (double z : logits) {
            double log = z - lse;
            // p log p -> 0 as p -> 0, where log p itself is -infinity.
            h -= log == Double.NEGATIVE_INFINITY ? 0 : Math.exp(log) * log;
        }
        return h;
    }

    public static Score score() {
        return new LogitScore("entropy", "How spread is the softmax over the classes?", true, Entropy::of);
    }
}
