package dev.qualm.detect;

/** Free energy (Liu, Wang, Owens, Li 2020): -T log sum exp(z / T). */
public final class Energy {
    private Energy() {}

    /** @param temperature T, positive */
    public static double of(double[] logits, double temperature) {
        double[] scaled = logits.clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] /= temperature;
        }
        return -temperature * Softmax.logSumExp(scaled);
    }

    /** At temperature 1. Needs true logits: of log-probabilities it is zero for every input. */
    public static Score score() {
        return new LogitScore("energy", "Is the total evidence for all classes large?", false, z -> of(z, 1));
    }
}
