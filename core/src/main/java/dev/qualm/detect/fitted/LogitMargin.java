package dev.qualm.detect.fitted;

/** The two largest logits, {@code -(f(1) - f(2))}: the margin before the softmax. Published as trust. */
final class LogitMargin {
    private LogitMargin() {}

    static Detector detector() {
        return new OfLogits(
                OfLogits.about(
                        "logit-margin",
                        "Is the runner-up's logit close?",
                        "after Scheffer, Decomain, Wrobel 2001",
                        Published.TRUST,
                        true),
                Settings.none(),
                LogitMargin::of);
    }

    static double of(double[] logits) {
        double first = Double.NEGATIVE_INFINITY;
        double second = Double.NEGATIVE_INFINITY;
        for (double z : logits) {
            second = Math.max(second, Math.min(first, z));
            first = Math.max(first, z);
        }
        return second - first;
    }
}
