package dev.qualm.detect.fitted;

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
    /** The input itself: it runs the network on changed inputs, some after a reverse sweep. */
    INPUT
}
