package dev.qualm.detect.fitted;

import dev.qualm.detect.Softmax;

/**
 * DOCTOR (Granese et al. 2021): the odds of an error, estimated from the softmax p. alpha: {@code (1 - g) / g} with
 * {@code g = sum p^2}, against a class drawn from p; beta: {@code (1 - max p) / max p}, against the predicted class. Published as
 * distrust.
 */
final class Doctor {
    private static final String PAPER = "Granese, Romanelli, Gorla, Palamidessi, Piantanida 2021";

    private Doctor() {}

    static Detector alpha() {
        return new OfLogits(
                OfLogits.about(
                        "doctor-alpha",
                        "How likely do two draws from the softmax differ?",
                        PAPER,
                        Published.DISTRUST,
                        true),
                Settings.none(),
                Doctor::alpha);
    }

    static Detector beta() {
        return new OfLogits(
                OfLogits.about(
                        "doctor-beta",
                        "What are the odds against the predicted class?",
                        PAPER,
                        Published.DISTRUST,
                        true),
                Settings.none(),
                Doctor::beta);
    }

    static double alpha(double[] logits) {
        double[] p = Softmax.probabilities(logits);
        double[] rest = Softmax.complements(p);
        double g = 0;
        double other = 0; // 1 - g without cancellation: sum p (1 - p)
        for (int i = 0; i < p.length; i++) {
            g += p[i] * p[i];
            other += p[i] * rest[i];
        }
        return other / g;
    }

    static double beta(double[] logits) {
        double[] p = Softmax.probabilities(logits);
        int top = Softmax.argmax(logits);
        return Softmax.complements(p)[top] / p[top];
    }
}
