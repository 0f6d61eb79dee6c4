package dev.qualm.data;

/** What the numbers at a classifier's output are. */
public enum OutputKind {
    /** Unnormalised scores, before any softmax. */
    LOGITS,
    /** Values of a softmax: at least 0, sum 1. */
    PROBABILITIES,
    /** Values of a log-softmax. */
    LOG_PROBABILITIES,
    /** Nothing of the kind; such a network runs, but has no logits. */
    OTHER
}
