package dev.qualm.network.operator;

import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Attributes;
import java.util.Arrays;
import java.util.Locale;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The attributes by which a window slides over the spatial axes, shared by convolutions and pools; read once per
 * node.
 */
final class Window {
    /** How padding is chosen. */
    enum AutoPad {
        /** By the attribute {@code pads}. */
        NOTSET,
        /** None. */
        VALID,
        /** Output length = input length / stride, rounded up; an odd element goes to the end. */
        SAME_UPPER,
        /** As {@link #SAME_UPPER}, but an odd element goes to the beginning. */
        SAME_LOWER
    }

    private static final int MAX_RANK = 3;

    final AutoPad autoPad;
    final boolean ceil;
    private final NodeContext node;
    private final long @Nullable [] kernel;
    private final long @Nullable [] strides;
    private final long @Nullable [] dilations;
    private final long @Nullable [] pads;

    private Window(NodeContext node) {
        Attributes a = node.attributes();
        this.node = node;
        kernel = a.getInts("kernel_shape");
        strides = a.getInts("strides");
        dilations = a.getInts("dilations");
        pads = a.getInts("pads");
        autoPad = autoPad(node, a.getString("auto_pad", "NOTSET"));
        ceil = a.getInt("ceil_mode", 0) != 0;
        positive("kernel_shape", kernel);
        positive("strides", strides);
        positive("dilations", dilations);
        if (pads != null && Arrays.stream(pads).anyMatch(p -> p < 0)) {
            throw node.unsupported("expected pads >= 0, found " + Arrays.toString(pads));
        }
    }

    static Window of(NodeContext node) {
        return new Window(node);
    }

    /** As {@link #of}, for operators that have no weights to take the window's size from. */
    static Window pool(NodeContext node) {
        Window w = new Window(node);
        if (w.kernel == null) {
            throw node.unsupported("expected attribute kernel_shape, found none");
        }
        return w;
    }

    /** Where the window of a pool comes to lie on {@code x}. */
    Placement place(Tensor x) {
        long[] dims = dims(x);
        long[] size = spatial(dims);
        return place(dims, size, kernel == null ? size : kernel, dims[1]);
    }

    /** Where the window of a convolution comes to lie on {@code x}; its size is that of the weights {@code w}. */
    Placement place(Tensor x, Tensor w) {
        long[] weights = dims(w);
        long[] size = spatial(weights);
        if (kernel != null && !Arrays.equals(kernel, size)) {
            throw node.unsupported("expected weights with the spatial shape " + Arrays.toString(kernel)
                    + " of attribute kernel_shape, found " + Arrays.toString(size));
        }
        long[] dims = dims(x);
        return place(dims, spatial(dims), size, Math.max(dims[1], weights[0]));
    }

    private Placement place(long[] dims, long[] input, long[] size, long channels) {
        int rank = input.length;
        long[] step = list("strides", strides, rank, 1);
        long[] spread = list("dilations", dilations, rank, 1);
        list("kernel_shape", size, rank, 1);
        long[] begin = new long[rank];
        long[] end = new long[rank];
        if (autoPad == AutoPad.NOTSET) {
            long[] given = list("pads", pads, 2 * rank, 0);
            System.arraycopy(given, 0, begin, 0, rank);
            System.arraycopy(given, rank, end, 0, rank);
        } else if (autoPad != AutoPad.VALID) {
            for (int i = 0; i < rank; i++) {
                long output = (input[i] + step[i] - 1) / step[i];
                long reach = (size[i] - 1) * spread[i] + 1;
                long total = Math.max(0, (output - 1) * step[i] + reach - input[i]);
                begin[i] = autoPad == AutoPad.SAME_UPPER ? total / 2 : total - total / 2;
                end[i] = total - begin[i];
            }
        }
        // Padding is a number in the model: the engine would try to allocate any of it.
        long[] padded = new long[rank + 2];
        padded[0] = dims[0];
        padded[1] = channels;
        for (int i = 0; i < rank; i++) {
            padded[2 + i] = input[i] + Math.max(0, begin[i]) + Math.max(0, end[i]);
        }
        Shapes.checked(padded, node.node().label());
        return new Placement(input, size, step, spread, begin, end);
    }

    /** The spatial dimensions of {@code [n, c, d1, ...]}. */
    private static long[] spatial(long[] dims) {
        return Arrays.copyOfRange(dims, 2, dims.length);
    }

    private long[] dims(Tensor x) {
        long[] dims = Tensors.dims(x);
        if (dims.length < 3 || dims.length > 2 + MAX_RANK) {
            throw node.unsupported(
                    "expected 1 to 3 spatial axes, that is 3 to 5 axes in all, found shape " + Arrays.toString(dims));
        }
        return dims;
    }

    private void positive(String name, long @Nullable [] values) {
        if (values != null && Arrays.stream(values).anyMatch(v -> v < 1)) {
            throw node.unsupported("expected " + name + " >= 1, found " + Arrays.toString(values));
        }
    }

    private long[] list(String name, long @Nullable [] values, int length, long otherwise) {
        if (values == null) {
            long[] all = new long[length];
            Arrays.fill(all, otherwise);
            return all;
        }
        if (values.length != length) {
            throw node.unsupported(String.format(
                    Locale.ROOT, "expected %d values in %s, found %s", length, name, Arrays.toString(values)));
        }
        return values;
    }

    private static AutoPad autoPad(NodeContext node, String name) {
        return switch (name) {
            case "", "NOTSET" -> AutoPad.NOTSET;
            case "VALID" -> AutoPad.VALID;
            case "SAME_UPPER" -> AutoPad.SAME_UPPER;
            case "SAME_LOWER" -> AutoPad.SAME_LOWER;
            default ->
                throw node.unsupported(
                        "expected auto_pad NOTSET, VALID, SAME_UPPER or SAME_LOWER, found '" + name + "'");
        };
    }

    /**
     * A window placed on an input of known size; one entry per spatial axis in each list. Callers do not change them.
     */
    static final class Placement {
        final long[] input;
        final long[] kernel;
        final long[] strides;
        final long[] dilations;
        final long[] begin;
        final long[] end;

        private Placement(long[] input, long[] kernel, long[] strides, long[] dilations, long[] begin, long[] end) {
            this.input = input;
            this.kernel = kernel;
            this.strides = strides;
            this.dilations = dilations;
            this.begin = begin;
            this.end = end;
        }

        int rank() {
            return input.length;
        }

        /** Length the window covers, gaps included. */
        long reach(int axis) {
            return (kernel[axis] - 1) * dilations[axis] + 1;
        }

        /** Whether padding is equal on both sides of every axis. */
        boolean symmetric() {
            return Arrays.equals(begin, end);
        }

        /** Whether the engine's pools take this padding themselves: they allow at most half of the window's size. */
        boolean pooledDirectly() {
            for (int i = 0; i < begin.length; i++) {
                if (begin[i] != end[i] || 2 * begin[i] > kernel[i]) {
                    return false;
                }
            }
            return true;
        }

        boolean dilated() {
            return Arrays.stream(dilations).anyMatch(d -> d != 1);
        }

        /**
         * Number of window positions on an axis. Rounding up adds one position that hangs over the end, unless it would
         * start in the padding at the end and see nothing of the input.
         */
        long output(int axis, boolean ceil) {
            long span = input[axis] + begin[axis] + end[axis] - reach(axis);
            if (span < 0) {
                return ceil && span + strides[axis] > 0 ? 1 : 0;
            }
            long n = span / strides[axis] + 1;
            boolean hangs = ceil && span % strides[axis] != 0 && n * strides[axis] < input[axis] + begin[axis];
            return hangs ? n + 1 : n;
        }

        /** {@code x} with the padding written out, and as much more at the end as the last window needs. */
        Tensor pad(Tensor x, Scalar value, boolean ceil) {
            long[] after = new long[rank()];
            for (int i = 0; i < rank(); i++) {
                long needed = (output(i, ceil) - 1) * strides[i] + reach(i) - input[i] - begin[i];
                after[i] = Math.max(end[i], needed);
            }
            return torch.constant_pad_nd(x, interleaved(begin, after), value);
        }

        /** Padding as the engine lists it: last axis first, begin and end in turn. */
        static long[] interleaved(long[] begin, long[] end) {
            int rank = begin.length;
            long[] all = new long[2 * rank];
            for (int i = 0; i < rank; i++) {
                all[2 * i] = begin[rank - 1 - i];
                all[2 * i + 1] = end[rank - 1 - i];
            }
            return all;
        }
    }
}
