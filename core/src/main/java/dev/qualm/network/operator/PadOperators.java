package dev.qualm.network.operator;

import dev.qualm.array.Array;
import dev.qualm.network.engine.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Padding in all its modes. */
/*
 * Negative pads crop, before anything is added. The engine's own reflect and replicate kernels know neither integers
 * nor every rank, so these modes look the border up with an index per axis, which any element type and both
 * derivatives support.
 */
final class PadOperators {
    private static final Set<String> MODES = Set.of("constant", "reflect", "edge", "wrap");

    private PadOperators() {}

    static List<Operator> all() {
        return List.of(Operator.of("Pad", PadOperators::pad));
    }

    private static Kernel pad(NodeContext node) {
        String mode = node.attributes().getString("mode", "constant");
        if (!MODES.contains(mode)) {
            throw node.unsupported("expected mode constant, reflect, edge or wrap, but found '" + mode + "'");
        }
        NodeContext.IntsArgument pads = node.ints(node.attributes().has("paddings") ? "paddings" : "pads", 1);
        NodeContext.IntsArgument axes = node.ints("axes", 3);
        Scalar fixed = fixedValue(node);
        String at = node.node().label();
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            int rank = (int) x.dim();
            long[] sides = perAxis(Shapes.required(pads.get(in), "pads", at), axes.get(in), rank, at);
            long[] out = Tensors.dims(x);
            for (int a = 0; a < rank; a++) {
                if (out[a] + Math.min(0, sides[a]) + Math.min(0, sides[a + rank]) < 0) {
                    throw Shapes.error(
                            at,
                            "expected pads that remove no more than there is, but found " + Arrays.toString(sides)
                                    + " for shape " + Arrays.toString(out));
                }
                out[a] += sides[a] + sides[a + rank];
            }
            Shapes.checked(out, at);
            return mode.equals("constant") ? constant(x, sides, fixed, in.optional(2), at) : border(x, sides, mode, at);
        });
    }

    /** The pad value if it is known when the kernel is made. */
    private static @Nullable Scalar fixedValue(NodeContext node) {
        Array value = node.constant(2);
        if (value != null && value.size() == 1) {
            return value.dtype().isFloating()
                    ? NodeContext.scalar(value.get(0))
                    : NodeContext.scalar(value.toLongs()[0]);
        }
        if (node.hasInput(2)) {
            return null;
        }
        return NodeContext.scalar((double) node.attributes().getFloat("value", 0));
    }

    /** Pads as begin of every axis, then end of every axis. */
    private static long[] perAxis(long[] pads, long @Nullable [] axes, int rank, String at) {
        long[] on = axes == null ? Shapes.range(rank) : Shapes.axes(axes, rank, at);
        if (pads.length != 2 * on.length) {
            throw Shapes.error(at, "expected " + 2 * on.length + " pads, but found " + Arrays.toString(pads));
        }
        long[] sides = new long[2 * rank];
        for (int i = 0; i < on.length; i++) {
            sides[(int) on[i]] = pads[i];
            sides[(int) on[i] + rank] = pads[i + on.length];
        }
        for (long p : sides) {
            if (Math.abs(p) > Integer.MAX_VALUE || p == Long.MIN_VALUE) {
                throw Shapes.error(at, "expected pads below 2^31, but found " + Arrays.toString(pads));
            }
        }
        return sides;
    }

    private static Tensor constant(Tensor x, long[] sides, @Nullable Scalar fixed, @Nullable Tensor value, String at) {
        int rank = sides.length / 2;
        long[] innermostFirst = new long[2 * rank];
        for (int a = 0; a < rank; a++) {
            innermostFirst[2 * (rank - 1 - a)] = sides[a];
            innermostFirst[2 * (rank - 1 - a) + 1] = sides[a + rank];
        }
        if (fixed != null || value == null) {
            return torch.constant_pad_nd(x, innermostFirst, fixed != null ? fixed : new Scalar(0.0));
        }
        if (value.numel() != 1) {
            throw Shapes.error(at, "expected one pad value, but found shape " + Shapes.text(value));
        }
        // A computed value may depend on the network's input, so it enters as a tensor.
        Tensor inside = torch.constant_pad_nd(torch.ones_like(x), innermostFirst, new Scalar(0.0));
        return torch.where(
                inside.to(torch.ScalarType.Bool), torch.constant_pad_nd(x, innermostFirst), value.reshape(new long[0]));
    }

    private static Tensor border(Tensor x, long[] sides, String mode, String at) {
        int rank = sides.length / 2;
        Tensor y = x;
        boolean fresh = false;
        for (int a = 0; a < rank; a++) {
            long before = sides[a];
            long after = sides[a + rank];
            if (before < 0 || after < 0) {
                long start = Math.max(0, -before);
                y = y.narrow(a, start, y.size(a) - start + Math.min(0, after));
                before = Math.max(0, before);
                after = Math.max(0, after);
            }
            if (before > 0 || after > 0) {
                y = y.index_select(a, sources(y.size(a), before, after, mode, at));
                fresh = true;
            }
        }
        return fresh ? y : y.clone();
    }

    /** For every place of a padded axis the place it takes its element from. */
    private static Tensor sources(long size, long before, long after, String mode, String at) {
        if (size == 0) {
            throw Shapes.error(at, "expected elements to pad with in mode " + mode + ", but found an empty axis");
        }
        Tensor place = Indices.range(before + size + after).sub(new Scalar(before));
        return switch (mode) {
            case "edge" -> place.clamp(new ScalarOptional(new Scalar(0L)), new ScalarOptional(new Scalar(size - 1)));
            case "wrap" -> place.remainder(new Scalar(size));
            default -> {
                // There and back again without repeating the ends; an axis of length 1 has nowhere to go.
                long period = Math.max(1, 2 * (size - 1));
                Tensor there = place.remainder(new Scalar(period));
                yield torch.minimum(there, there.neg().add(new Scalar(period)));
            }
        };
    }
}
