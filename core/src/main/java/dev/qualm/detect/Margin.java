package dev.qualm.detect;

/** Gap between the two largest softmax probabilities, negated. */
public final class Margin {
    private Margin() {}

    public static double of(double[] logits) {
        double[] p = Softmax.probabilities(logits);
        double first = 0;
        double second = 0;
        for (double v : p) {
            if (v > first) {
                second = first;
                first = v;
            } else if (v > second) {
                second = v;
            }
        }
        return second - first;
    }

    public static Score score() {
        return new LogitScore("margin", "Is the runner-up close?", true, Margin::of);
    }
}
