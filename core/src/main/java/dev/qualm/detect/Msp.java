package dev.qualm.detect;

/** Maximum softmax probability (Hendrycks, Gimpel 2017): distrust is 1 - max p. */
public final class Msp {
    private Msp() {}

    /**
     * One minus the largest softmax probability, in [0, 1 - 1/K]. Formed from the other probabilities, so that confident
     * predictions stay distinct where 1 - p would round to zero.
     */
    public static double of(double[] logits) {
        double[] p = Softmax.probabilities(logits);
        return Softmax.complements(p)[Softmax.argmax(logits)];
    }

    public static Score score() {
        return new LogitScore("msp", "Is the most likely class likely?", true, Msp::of);
    }
}
