package dev.qualm.training;

import dev.qualm.attack.Attack;
import dev.qualm.attack.DivergencePgd;

/** Which inputs a step of training learns from, and what it makes of them. */
public sealed interface Method {
    /** Kebab-case, as {@link Methods} knows it. */
    String name();

    /** The cross-entropy of the items as they are. */
    record Standard() implements Method {
        @Override
        public String name() {
            return "standard";
        }

        @Override
        public String toString() {
            return name();
        }
    }

    /**
     * The cross-entropy of attacked items alone (Madry et al. 2018, equation 2.1). The attack sees the present weights, with
     * BatchNormalization and Dropout as in inference, and draws anew at each step.
     *
     * @param name of the kind of training; the same attack can be set up in different ways
     * @param attack from the true class, whatever the network answers
     */
    record Adversarial(String name, Attack attack) implements Method {
        @Override
        public String toString() {
            return name + " (" + attack.provenance() + ")";
        }
    }

    /**
     * TRADES (Zhang et al. 2019, equation 5): the cross-entropy of the items as they are, and {@code beta} times the mean
     * Kullback-Leibler divergence of the probabilities at attacked items from those at the items themselves.
     *
     * @param beta weight of the divergence, at least 0; 1/lambda in the paper
     */
    record Trades(double beta, DivergencePgd attack) implements Method {
        public Trades {
            TrainingException.require(beta >= 0 && Double.isFinite(beta), "a weight beta", "of at least 0", beta);
        }

        @Override
        public String name() {
            return "trades";
        }

        @Override
        public String toString() {
            return "trades (beta=" + beta + ", " + attack.provenance() + ")";
        }
    }
}
