package dev.qualm.network;

/** What a classifier's output holds, per class. */
public enum OutputKind {
    /** Unnormalised scores. */
    LOGITS,
    /** Softmax probabilities. The tensor before the Softmax holds the logits, if the graph has one. */
    PROBABILITIES,
    /** Logarithms of softmax probabilities. */
    LOG_PROBABILITIES,
    /** Nothing of the kind: the network has no float output. It runs, but has no logits. */
    OTHER
}
