package dev.qualm.gradient;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The gradient of one use of a weight, per input, from what entered the node and what the reverse sweep brought to its outputs.
 * Tensors live in the open scope.
 */
abstract class NodeGradient {
    /**
     * Two factors whose outer product is the gradient.
     *
     * @param left {@code [n, p]}
     * @param right {@code [n, q]}
     */
    record Outer(Tensor left, Tensor right) {}

    /**
     * Rows of a table, all others being zero.
     *
     * @param rows indices, {@code [n, t]}, integer; one may occur several times and then its gradients add up
     * @param gradients {@code [n, t, width]}
     * @param height rows of the table
     */
    record Sparse(Tensor rows, Tensor gradients, long height) {}

    /**
     * Gradients of inputs {@code from} (inclusive) to {@code to} (exclusive), {@code [to - from, entries]}.
     *
     * @param ordered whether entries must come in the order of the weight's array; statistics do not care
     */
    abstract Tensor formed(int from, int to, boolean ordered);

    /** Numbers per input that forming goes through, the gradient excluded; for choosing how many inputs go at once. */
    long work() {
        return 0;
    }

    /** The same as an outer product, where it is one. */
    @Nullable
    Outer outer() {
        return null;
    }

    /** The same as few rows of a table, where it is that. */
    @Nullable
    Sparse sparse() {
        return null;
    }

    /**
     * What the gradient of a use needs from the tape.
     *
     * @param values tensors whose values are read
     * @param outputs tensors whose gradients are read
     */
    record Needs(List<String> values, List<String> outputs) {}
}
