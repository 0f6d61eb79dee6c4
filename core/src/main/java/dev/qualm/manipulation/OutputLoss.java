package dev.qualm.manipulation;

/**
 * Holds the network's output where it was: {@code factor * mean over classes of (o(x) - o(x0))^2} (Dombrowski et al. 2019,
 * equation 2).
 *
 * @param kind what is held
 * @param factor weight in the total loss, at least 0; 0 lets the output go
 */
public record OutputLoss(Kind kind, double factor) {
    public OutputLoss {
        ManipulationException.require(
                factor >= 0 && Double.isFinite(factor), "a factor of the output loss", "of at least 0", factor);
    }

    /** Outputs that can be held. */
    public enum Kind {
        /** Softmax of the logits. */
        PROBABILITIES,
        /** The logits themselves. */
        LOGITS
    }

    public static OutputLoss probabilities(double factor) {
        return new OutputLoss(Kind.PROBABILITIES, factor);
    }

    public static OutputLoss logits(double factor) {
        return new OutputLoss(Kind.LOGITS, factor);
    }

    /** Nothing is held. */
    public static OutputLoss none() {
        return new OutputLoss(Kind.PROBABILITIES, 0);
    }

    /**
     * Mean squared change of one image's output, without the factor, and its gradient by the logits.
     *
     * @param logits {@code [classes]}
     * @param original logits before the attack
     */
    public MapLoss.Value of(double[] logits, double[] original) {
        if (logits.length != original.length) {
            throw new dev.qualm.ShapeException(
                    "Expected " + original.length + " logits as before the attack, but found " + logits.length);
        }
        boolean probabilities = kind == Kind.PROBABILITIES;
        double[] now = probabilities ? Vectors.softmax(logits) : logits;
        double[] before = probabilities ? Vectors.softmax(original) : original;
        double[] gap = Vectors.minus(now, before);
        double[] gradient = Vectors.times(gap, 2.0 / gap.length);
        if (probabilities) {
            double inner = Vectors.dot(now, gradient);
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] = now[i] * (gradient[i] - inner);
            }
        }
        return new MapLoss.Value(Vectors.dot(gap, gap) / gap.length, gradient);
    }
}
