package dev.qualm.detect;

/** Maximum logit (Hendrycks et al. 2022): distrust is the negated largest logit. */
public final class MaxLogit {
    private MaxLogit() {}

    public static double of(double[] logits) {
        return -Softmax.max(logits);
    }

    public static Score score() {
        return new LogitScore("max-logit", "Does any class have a large logit?", false, MaxLogit::of);
    }
}
