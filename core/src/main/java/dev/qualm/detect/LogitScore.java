package dev.qualm.detect;

import java.util.function.ToDoubleFunction;

/**
 * A score of one item's logits.
 *
 * @param function distrust of one logit vector {@code [classes]}
 */
public record LogitScore(String name, String question, ToDoubleFunction<double[]> function) implements Score {
    @Override
    public Source source() {
        return Source.LOGITS;
    }

    @Override
    public double[] score(Evidence evidence) {
        double[][] logits = evidence.logits();
        double[] out = new double[logits.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = function.applyAsDouble(logits[i]);
        }
        return out;
    }
}
