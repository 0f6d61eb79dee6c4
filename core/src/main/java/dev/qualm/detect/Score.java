package dev.qualm.detect;

import dev.qualm.network.Network;
import org.jspecify.annotations.Nullable;

/**
 * A number per input that grows with distrust: larger = less trustworthy, always.
 *
 * <p>Scores are stateless and thread-safe. They read shared {@link Evidence}, so that any number of them costs one forward pass
 * and the fewest sweeps.
 */
public interface Score {
    /** Short name for commands and tables, for example {@code msp}. */
    String name();

    /** The question it answers, in one line. */
    String question();

    /** What it is computed from. */
    Source source();

    /** Cost in passes (forward = 1), the shared forward included. */
    default double passes(int classes) {
        return source().passes(classes);
    }

    /** Why this network has no such score, or null if it has. */
    default @Nullable String refusal(Network network, int classes) {
        return null;
    }

    /** Distrust per item of the evidence; NaN where the item's status says why there is none. */
    double[] score(Evidence evidence);

    /** The shared quantities scores are computed from, with their cost. */
    enum Source {
        /** Logits. */
        LOGITS,
        /** Logits and the input of the last linear layer. */
        HEAD,
        /** Class-wise input gradients. */
        INPUT_GRADIENTS,
        /** Per-sample weight gradients. */
        WEIGHT_GRADIENTS,
        /** Attributions to inner layers. */
        ATTRIBUTION,
        /** Predictions of changed networks. */
        MUTANTS,
        /** Answers to changed inputs. */
        CHANGED_INPUTS;

        /** Cost in passes (forward = 1), the shared forward included; of the last three, which depend on the score, the forward alone. */
        public double passes(int classes) {
            return switch (this) {
                case LOGITS, HEAD, ATTRIBUTION, MUTANTS, CHANGED_INPUTS -> 1;
                // One forward, and one reverse sweep for each class but one (the maps are invariant to a shift of the
                // logits).
                case INPUT_GRADIENTS -> classes;
                // One forward, one sweep to the layers' outputs, one product per layer for its weights.
                case WEIGHT_GRADIENTS -> 3;
            };
        }
    }
}
