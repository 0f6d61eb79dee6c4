package dev.qualm.sustainability;

/**
 * A place in a network where representations are compared: the output of one call of one operator. A layer that a network
 * calls twice has two taps.
 *
 * @param name of the node
 * @param tensor its output, the name to ask a network for
 * @param op operator type
 */
public record Tap(String name, String tensor, String op) {
    /** Tensor and operator, for example {@code relu1 (Relu)}. */
    @Override
    public String toString() {
        return tensor + " (" + op + ")";
    }
}
