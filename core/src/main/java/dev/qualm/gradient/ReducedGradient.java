package dev.qualm.gradient;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** The gradient of a weight that was broadcast over an elementwise product: the product summed over the axes it was spread along. */
final class ReducedGradient extends NodeGradient {
    private final Tensor rows;

    private ReducedGradient(Tensor rows) {
        this.rows = rows;
    }

    /** A gradient that is at hand, {@code [n, entries]}. */
    static NodeGradient ofRows(Tensor rows) {
        return new ReducedGradient(rows);
    }

    /**
     * Reduces a product of the gradient at a node's output.
     *
     * @param product shape of the node's output
     * @param axis where it keeps the inputs
     * @param weightShape broadcast from the last axis
     * @return null if the weight has entries of its own along the batch
     */
    static @Nullable NodeGradient of(Tensor product, BatchAxis axis, int[] weightShape) {
        int rank = (int) product.dim();
        if (weightShape.length > rank) {
            return null;
        }
        int[] aligned = new int[rank];
        Arrays.fill(aligned, 1);
        System.arraycopy(weightShape, 0, aligned, rank - weightShape.length, weightShape.length);
        if (aligned[axis.axis()] != 1) {
            return null;
        }
        Tensor t = axis.perInput(product);
        long[] spread = new long[rank];
        int count = 0;
        spread[count++] = 1;
        int at = 2;
        for (int d = 0; d < rank; d++) {
            if (d == axis.axis()) {
                continue;
            }
            if (aligned[d] == 1) {
                spread[count++] = at;
            }
            at++;
        }
        Tensor summed = Recorded.sum(t, Arrays.copyOf(spread, count));
        return new ReducedGradient(summed.reshape(summed.size(0), -1));
    }

    @Override
    Tensor formed(int from, int to, boolean ordered) {
        return rows.narrow(0, from, to - from);
    }
}
