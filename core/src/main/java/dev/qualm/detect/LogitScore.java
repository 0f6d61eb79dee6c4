package dev.qualm.detect;

import dev.qualm.network.Network;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A score of one item's logits.
 *
 * @param shiftInvariant whether adding a constant to all logits leaves the score alone. Others need true logits: of
 *     log-probabilities, which equal logits up to such a constant, they would be meaningless
 * @param function distrust of one logit vector {@code [classes]}
 */
public record LogitScore(String name, String question, boolean shiftInvariant, ToDoubleFunction<double[]> function)
        implements Score {
    @Override
    public Source source() {
        return Source.LOGITS;
    }

    @Override
    public @Nullable String refusal(Network network, int classes) {
        return shiftInvariant || network.structure().trueLogits()
                ? null
                : "the network gives probabilities only, and it depends on what a softmax takes away";
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
