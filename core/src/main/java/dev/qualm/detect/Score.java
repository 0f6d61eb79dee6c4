package dev.qualm.detect;

import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.network.Network;
import java.util.List;
import java.util.Set;
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

    /** All that it is computed from; {@link #source} is the costliest. */
    default Set<Source> sources() {
        return Set.of(source());
    }

    /** Inner tensors that the shared forward pass has to give for it, beside the logits and what the sources tell. */
    default Set<String> tensors(Network network) {
        return Set.of();
    }

    /**
     * What it needs beyond the shared forward pass; scores with equal needs share them.
     *
     * @param maps how cosine similarity maps are made where the score does not say
     */
    default List<Work> work(int classes, CosineSimilarityMaps maps) {
        return switch (source()) {
            case LOGITS, HEAD, LAYERS -> List.of();
            case INPUT_GRADIENTS -> List.of(Work.maps(maps, classes));
            case WEIGHT_GRADIENTS -> List.of(Work.weightGradients());
            case ATTRIBUTION, MUTANTS, CHANGED_INPUTS ->
                passes(classes) == 1 ? List.of() : List.of(Work.forwards(name(), source(), passes(classes) - 1));
        };
    }

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
        /** Outputs of inner layers. */
        LAYERS,
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
                case LOGITS, HEAD, LAYERS, ATTRIBUTION, MUTANTS, CHANGED_INPUTS -> 1;
                // One forward, and one reverse sweep for each class but one (the maps are invariant to a shift of the
                // logits).
                case INPUT_GRADIENTS -> classes;
                // One forward, one sweep to the layers' outputs, one product per layer for its weights.
                case WEIGHT_GRADIENTS -> 3;
            };
        }
    }
}
