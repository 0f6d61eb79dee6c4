package dev.qualm.network.operator;

import dev.qualm.network.engine.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * GridSample: values of {@code x [n, c, d1, ...]} at the places {@code grid [n, o1, ..., r]}, where -1 and 1 are the
 * borders and the last coordinate counts along the first spatial axis.
 */
/*
 * The engine's own grid sampler has no second derivative. Here every tap (a corner of the cell, or one of 4^r for
 * cubic) is one gather times one weight, and the weights are polynomials in the grid, so every order of derivative
 * follows.
 */
final class GridSampling {
    private enum Mode {
        NEAREST,
        LINEAR,
        CUBIC
    }

    private enum Padding {
        ZEROS,
        BORDER,
        REFLECTION
    }

    private static final double CUBIC_A = -0.75;

    private final NodeContext node;
    private final Mode mode;
    private final Padding padding;
    private final boolean alignCorners;

    private GridSampling(NodeContext node) {
        this.node = node;
        String name = node.attributes().getString("mode", node.opset() < 20 ? "bilinear" : "linear");
        mode = switch (name) {
            case "nearest" -> Mode.NEAREST;
            case "linear", "bilinear" -> Mode.LINEAR;
            case "cubic", "bicubic" -> Mode.CUBIC;
            default -> throw node.unsupported("expected mode nearest, linear or cubic, found '" + name + "'");
        };
        String outside = node.attributes().getString("padding_mode", "zeros");
        padding = switch (outside) {
            case "zeros" -> Padding.ZEROS;
            case "border" -> Padding.BORDER;
            case "reflection" -> Padding.REFLECTION;
            default ->
                throw node.unsupported("expected padding_mode zeros, border or reflection, found '" + outside + "'");
        };
        alignCorners = node.attributes().getInt("align_corners", 0) != 0;
    }

    static Kernel create(NodeContext node) {
        return Kernel.of(new GridSampling(node)::sample);
    }

    /** One element that a sample reads on one axis: its position, made safe to read, and its weight. */
    private record Tap(Tensor position, Tensor weight) {}

    private Tensor sample(Inputs in) {
        Tensor x = in.get(0);
        Tensor grid = in.get(1);
        int rank = (int) x.dim() - 2;
        if (rank < 1 || grid.dim() != rank + 2 || grid.size(rank + 1) != rank) {
            throw node.unsupported("expected a grid of " + (rank + 2) + " axes, the last of length " + rank + ", found "
                    + Arrays.toString(Tensors.dims(grid)));
        }
        Tap[][] taps = new Tap[rank][];
        for (int i = 0; i < rank; i++) {
            taps[i] = taps(grid.select(rank + 1, rank - 1 - i).flatten(1, -1), x.size(2 + i));
        }
        Tensor values = x.flatten(2, -1);
        Tensor y = accumulate(values, taps, 0, null, null, x);
        long[] shape = Tensors.dims(grid);
        long[] result = new long[rank + 2];
        result[0] = x.size(0);
        result[1] = x.size(1);
        System.arraycopy(shape, 1, result, 2, rank);
        return y.reshape(result);
    }

    /** Sums over all combinations of the taps of axes {@code axis} and up, given the choice for the axes before. */
    private static Tensor accumulate(
            Tensor values, Tap[][] taps, int axis, @Nullable Tensor position, @Nullable Tensor weight, Tensor x) {
        if (axis == taps.length && position != null && weight != null) {
            long[] shape = {x.size(0), x.size(1), position.size(1)};
            return values.gather(2, position.unsqueeze(1).expand(shape, false)).mul(weight.unsqueeze(1));
        }
        Tensor sum = null;
        for (Tap tap : taps[axis]) {
            Tensor p = position == null
                    ? tap.position()
                    : position.mul(new Scalar(x.size(2 + axis))).add(tap.position());
            Tensor w = weight == null ? tap.weight() : weight.mul(tap.weight());
            Tensor part = accumulate(values, taps, axis + 1, p, w, x);
            sum = sum == null ? part : sum.add(part);
        }
        if (sum == null) {
            throw new IllegalStateException("An axis without taps");
        }
        return sum;
    }

    private Tap[] taps(Tensor g, long size) {
        Tensor shifted = g.add(new Scalar(1.0));
        Tensor at = alignCorners
                ? shifted.mul(new Scalar((size - 1) / 2.0))
                : shifted.mul(new Scalar(size / 2.0)).sub(new Scalar(0.5));
        if (mode != Mode.CUBIC) {
            at = padded(at, size);
        }
        if (mode == Mode.NEAREST) {
            // Halves go to the even position.
            return new Tap[] {tap(at.round(), null, size)};
        }
        Tensor floor = at.floor();
        Tensor fraction = at.sub(floor);
        if (mode == Mode.LINEAR) {
            return new Tap[] {
                tap(floor, fraction.neg().add(new Scalar(1.0)), size), tap(floor.add(new Scalar(1.0)), fraction, size)
            };
        }
        Tap[] taps = new Tap[4];
        for (int k = 0; k < 4; k++) {
            Tensor position = floor.add(new Scalar(k - 1.0));
            Tensor distance =
                    k < 2 ? fraction.add(new Scalar(1.0 - k)) : fraction.neg().add(new Scalar(k - 1.0));
            taps[k] = tap(padded(position, size).round(), cubic(distance, k == 1 || k == 2), size);
        }
        return taps;
    }

    /** A tap; outside the input it gets weight zero and a position that is safe to read. */
    private static Tap tap(Tensor position, @Nullable Tensor weight, long size) {
        Tensor inside = position.ge(new Scalar(0.0)).logical_and(position.le(new Scalar(size - 1.0)));
        Tensor safe = clamp(position.nan_to_num(), 0, size - 1.0).to(ScalarType.Long);
        Tensor mask = inside.to(Tensors.type(position));
        return new Tap(safe, weight == null ? mask : weight.mul(mask));
    }

    private Tensor padded(Tensor at, long size) {
        return switch (padding) {
            case ZEROS -> at;
            case BORDER -> clamp(at, 0, size - 1.0);
            case REFLECTION -> clamp(reflected(at, size), 0, size - 1.0);
        };
    }

    /**
     * Folds coordinates back at the borders: at the outer elements' centres if corners are aligned, else at their
     * edges.
     */
    private Tensor reflected(Tensor at, long size) {
        double low = alignCorners ? 0 : -0.5;
        double span = alignCorners ? size - 1 : size;
        if (span == 0) {
            return at.mul(new Scalar(0.0));
        }
        Tensor distance = at.sub(new Scalar(low)).abs();
        Tensor rest = distance.fmod(new Scalar(span));
        Tensor odd = distance.div(new Scalar(span))
                .floor()
                .remainder(new Scalar(2.0))
                .gt(new Scalar(0.5));
        return torch.where(odd, rest.neg().add(new Scalar(low + span)), rest.add(new Scalar(low)));
    }

    /** Keys' cubic kernel as a tensor expression; see {@link ResizeAxis#cubic}. */
    private static Tensor cubic(Tensor t, boolean inner) {
        double a = CUBIC_A;
        if (inner) {
            return t.mul(new Scalar(a + 2)).sub(new Scalar(a + 3)).mul(t).mul(t).add(new Scalar(1.0));
        }
        Tensor p = t.sub(new Scalar(5.0)).mul(t).add(new Scalar(8.0)).mul(t).sub(new Scalar(4.0));
        return p.mul(new Scalar(a));
    }

    private static Tensor clamp(Tensor t, double low, double high) {
        return t.clamp(new ScalarOptional(new Scalar(low)), new ScalarOptional(new Scalar(high)));
    }
}
