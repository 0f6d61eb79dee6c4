package dev.qualm.mutation;

import dev.qualm.array.Array;
import dev.qualm.network.graph.Node;
import org.jspecify.annotations.Nullable;

/**
 * Where the entries of each unit are in a weight.
 *
 * <p>Unit {@code u} is block {@code u / inner}, member {@code u % inner}; entry {@code e} is row {@code e / run}, column
 * {@code e % run}. Each of the four moves by a stride of its own; columns are adjacent.
 *
 * @param units number of units
 * @param entries per unit
 * @param inner units per block
 * @param blockStride from a block to the next
 * @param unitStride from a unit to the next of its block
 * @param run adjacent entries
 * @param rowStride from a run to the next
 */
public record UnitLayout(int units, int entries, int inner, int blockStride, int unitStride, int run, int rowStride) {
    /** Row-major number of an entry of a unit in the weight. */
    public int position(int unit, int entry) {
        return unit / inner * blockStride + unit % inner * unitStride + entry / run * rowStride + entry % run;
    }

    /** Units one after the other: axes {@code [units, ...]}. */
    static UnitLayout rows(int units, int entries) {
        return new UnitLayout(units, entries, Math.max(1, units), 0, entries, Math.max(1, entries), 0);
    }

    /** Units on the last axis: {@code [..., in, units]}; leading axes are blocks of units of their own. */
    private static UnitLayout columns(int blocks, int in, int out) {
        return new UnitLayout(blocks * out, in, Math.max(1, out), in * out, 1, 1, out);
    }

    /** The units of input {@code input} of a node, or null if it has none there. */
    static @Nullable UnitLayout of(Node node, int input, Array weight) {
        if (weight.size() == 0 || !node.domain().isEmpty()) {
            return null;
        }
        switch (node.op()) {
            case "Conv":
                return input == 1 && weight.rank() > 2 ? rows(weight.dim(0), weight.size() / weight.dim(0)) : null;
            case "ConvTranspose":
                return input == 1 && weight.rank() > 2 ? transposed(node, weight) : null;
            case "Gemm":
                if (input != 1 || weight.rank() != 2) {
                    return null;
                }
                return node.attributes().getInt("transB", 0) == 1
                        ? rows(weight.dim(0), weight.dim(1))
                        : columns(1, weight.dim(0), weight.dim(1));
            case "MatMul":
                if (weight.rank() == 1) {
                    return rows(1, weight.size());
                }
                if (weight.rank() < 1 || input > 1) {
                    return null;
                }
                int rows = weight.dim(-2);
                int last = weight.dim(-1);
                int blocks = weight.size() / (rows * last);
                return input == 1 ? columns(blocks, rows, last) : rows(blocks * rows, last);
            default:
                return null;
        }
    }

    /** {@code [in, out / groups, k...]}: the output channels of group g read the g-th part of the input channels. */
    private static @Nullable UnitLayout transposed(Node node, Array weight) {
        int groups = (int) node.attributes().getInt("group", 1);
        if (groups < 1 || weight.dim(0) % groups != 0) {
            return null;
        }
        int in = weight.dim(0) / groups;
        int out = weight.dim(1);
        int kernel = weight.size() / (weight.dim(0) * out);
        return new UnitLayout(groups * out, in * kernel, out, in * out * kernel, kernel, kernel, out * kernel);
    }
}
