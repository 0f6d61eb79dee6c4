package dev.qualm.detect.fitted;

import dev.qualm.detect.Score;

/** What a detector reads, in fitting or in scoring. */
public enum Reads {
    /** Logits {@code [n, K]}. */
    LOGITS,
    /** Input of the last linear layer {@code [n, d]}. */
    FEATURES,
    /** Weight and bias of the last linear layer. */
    HEAD_WEIGHTS,
    /** True classes of the data it is fitted on; the predicted ones where there are none. */
    LABELS,
    /** Outputs of inner layers. */
    LAYERS,
    /** Gradients at the input. */
    INPUT_GRADIENTS,
    /** Gradients of all weights by an item's own loss. */
    WEIGHT_GRADIENTS,
    /** What inner units contributed to the predicted class. */
    CONDUCTANCE,
    /** Predictions of changed networks. */
    MUTANTS,
    /** The input itself: it runs the network on changed inputs. */
    INPUT;

    /** Where it comes from in scoring. */
    Score.Source source() {
        return switch (this) {
            case LOGITS, LABELS, HEAD_WEIGHTS -> Score.Source.LOGITS;
            case FEATURES -> Score.Source.HEAD;
            case LAYERS -> Score.Source.LAYERS;
            case INPUT_GRADIENTS -> Score.Source.INPUT_GRADIENTS;
            case WEIGHT_GRADIENTS -> Score.Source.WEIGHT_GRADIENTS;
            case CONDUCTANCE -> Score.Source.ATTRIBUTION;
            case MUTANTS -> Score.Source.MUTANTS;
            case INPUT -> Score.Source.CHANGED_INPUTS;
        };
    }
}
