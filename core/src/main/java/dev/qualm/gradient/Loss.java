package dev.qualm.gradient;

import java.util.Arrays;
import java.util.function.UnaryOperator;

/** The function of the logits whose gradient is taken, for inputs without a label. */
public sealed interface Loss {
    /**
     * Cross-entropy against the predicted class (Oberdiek, Rottmann, Gottschalk 2018, section 3): large gradients mean that the
     * network would have to change much to be sure.
     */
    record PseudoLabelCrossEntropy() implements Loss {}

    /**
     * {@code -(1/K) sum_k log softmax(z)_k}, the Kullback-Leibler divergence from the uniform distribution up to a constant (Huang,
     * Geng, Li 2021): large gradients mean that the network is sure.
     */
    record KlToUniform() implements Loss {}

    /**
     * Binary cross-entropy of every logit against 1, summed: {@code -sum_k log sigmoid(z_k)}, the "confounding label" of Lee and
     * AlRegib 2020. Depends on the absolute height of the logits, so networks that hold probabilities alone are refused.
     */
    record AllOnes() implements Loss {}

    /**
     * Any other function of the logits (of the logarithms of probabilities where a network has no logits), given by its gradient.
     *
     * @param name for the records of the result
     * @param gradient from the logits of one input to the derivative by each of them; must not change its argument
     */
    record Custom(String name, UnaryOperator<double[]> gradient) implements Loss {
        @Override
        public String toString() {
            return "Custom[" + name + "]";
        }
    }

    static Loss pseudoLabelCrossEntropy() {
        return new PseudoLabelCrossEntropy();
    }

    static Loss klToUniform() {
        return new KlToUniform();
    }

    static Loss allOnes() {
        return new AllOnes();
    }

    static Loss custom(String name, UnaryOperator<double[]> gradient) {
        return new Custom(name, gradient);
    }

    /** The derivative by each logit, accurate relative to its own size at every confidence. */
    /*
     * Cross-entropy: p - onehot, the predicted component summed from the others instead of p_y - 1. Uniform: p_k - 1/K from
     * exp(z) - 1, which keeps its digits when the logits are nearly equal.
     */
    default double[] gradient(double[] logits) {
        if (this instanceof Custom custom) {
            double[] g = custom.gradient.apply(logits.clone());
            if (g.length != logits.length) {
                throw new IllegalArgumentException("Loss " + custom.name + ": expected one derivative per logit, "
                        + logits.length + ", but found " + g.length);
            }
            return g.clone();
        }
        if (this instanceof AllOnes) {
            return Arrays.stream(logits).map(z -> -1 / (1 + Math.exp(z))).toArray();
        }
        int y = Logits.largest(logits);
        double[] g = new double[logits.length];
        double sum = 0;
        for (int k = 0; k < g.length; k++) {
            g[k] = this instanceof KlToUniform ? Math.expm1(logits[k] - logits[y]) : Math.exp(logits[k] - logits[y]);
            sum += k == y ? 0 : g[k];
        }
        if (this instanceof KlToUniform) {
            double mean = sum / g.length;
            double total = sum + g.length;
            for (int k = 0; k < g.length; k++) {
                g[k] = (g[k] - mean) / total;
            }
            return g;
        }
        for (int k = 0; k < g.length; k++) {
            g[k] = (k == y ? -sum : g[k]) / (1 + sum);
        }
        return g;
    }

    /** {@code softmax(z / temperature)}. */
    static double[] softmax(double[] logits, double temperature) {
        double largest = logits[Logits.largest(logits)];
        double[] p = new double[logits.length];
        double sum = 0;
        for (int k = 0; k < p.length; k++) {
            p[k] = Math.exp((logits[k] - largest) / temperature);
            sum += p[k];
        }
        for (int k = 0; k < p.length; k++) {
            p[k] /= sum;
        }
        return p;
    }
}
