package dev.qualm.detect;

import dev.qualm.array.Array;
import dev.qualm.gradient.GradNorm;
import dev.qualm.network.Network;
import org.jspecify.annotations.Nullable;

/**
 * GradNorm (Huang, Geng, Li 2021), negated: the 1-norm of the gradient of KL(uniform, softmax) with respect to the last layer's
 * weight, in closed form. The paper's score grows with trust, so distrust is its negative.
 */
public record GradNormScore() implements Score {
    @Override
    public String name() {
        return "gradnorm";
    }

    @Override
    public String question() {
        return "Would a uniform target move the last layer little?";
    }

    @Override
    public Source source() {
        return Source.HEAD;
    }

    @Override
    public @Nullable String refusal(Network network, int classes) {
        return network.structure().head() == null || !network.structure().trueLogits()
                ? "the network has no logits that come from a linear layer"
                : null;
    }

    @Override
    public double[] score(Evidence evidence) {
        double[][] z = evidence.logits();
        double[] flat = new double[z.length * (z.length == 0 ? 0 : z[0].length)];
        for (int i = 0; i < z.length; i++) {
            System.arraycopy(z[i], 0, flat, i * z[i].length, z[i].length);
        }
        Array logits = Array.of(flat, z.length, z.length == 0 ? 0 : z[0].length);
        Array features = GradNorm.features(evidence.network(), evidence.features());
        double[] norm = GradNorm.of(logits, features, 1, 1);
        for (int i = 0; i < norm.length; i++) {
            norm[i] = -norm[i];
        }
        return norm;
    }
}
