package dev.qualm.detect.fitted;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.detect.Evidence;
import dev.qualm.detect.Work;
import dev.qualm.network.Network;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Something read of a network's inputs beyond logits and features: numbers per item, told by a name. Equal ones are read once per batch, for
 * all detectors, in fitting and in scoring alike. Stateless; records make good quantities.
 */
public interface Quantity {
    /**
     * What was read of a batch.
     *
     * @param values {@code [n][width]}; NaN where an item has none
     * @param layout what the columns are, the same for all batches of a network, for example the widths of parts that follow each other
     */
    record Rows(double[][] values, int[] layout) {
        /** Some rows, in the given order. */
        Rows select(int... rows) {
            double[][] out = new double[rows.length][];
            for (int i = 0; i < rows.length; i++) {
                out[i] = values[rows[i]];
            }
            return new Rows(out, layout);
        }
    }

    /** With all settings that change its values; equal names mean equal values. */
    String name();

    /** Inner tensors that the shared forward pass has to give. */
    default Set<String> tensors(Network network) {
        return Set.of();
    }

    /** What reading it costs beyond the shared forward pass. */
    default List<Work> work(int classes) {
        return List.of();
    }

    /** Why a network has no such quantity, or null if it has. */
    default @Nullable String refusal(Network network) {
        return null;
    }

    /** Reads a batch, row by row: no batch mate may change a value beyond rounding. */
    Rows read(Evidence evidence);

    /** An inner tensor's elements by item, {@code [n][elements]}. */
    static double[][] items(String name, Array tensor, int n) {
        if (tensor.rank() == 0 || tensor.dim(0) != n) {
            throw new ShapeException("Expected tensor '" + name + "' to have " + n
                    + " items on its first axis, but found " + tensor + "; name another layer");
        }
        double[] all = tensor.toDoubles();
        int width = n == 0 ? 0 : all.length / n;
        double[][] out = new double[n][];
        for (int i = 0; i < n; i++) {
            out[i] = java.util.Arrays.copyOfRange(all, i * width, (i + 1) * width);
        }
        return out;
    }
}
