package dev.qualm.network.operator;

import dev.qualm.network.operator.Window.AutoPad;
import dev.qualm.network.operator.Window.Placement;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Conv and ConvTranspose over one to three spatial axes. */
final class ConvolutionOperators {
    private ConvolutionOperators() {}

    static List<Operator> all() {
        return List.of(
                Operator.of("Conv", ConvolutionOperators::conv),
                Operator.of("ConvTranspose", ConvolutionOperators::convTranspose));
    }

    static Kernel conv(NodeContext node) {
        Window window = Window.of(node);
        long group = group(node);
        Scalar zero = NodeContext.scalar(0.0);
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            Tensor weight = in.get(1);
            Placement p = window.place(x, weight);
            long[] none = new long[p.rank()];
            boolean symmetric = p.symmetric();
            Tensor padded = symmetric ? x : torch.constant_pad_nd(x, Placement.interleaved(p.begin, p.end), zero);
            return torch.convolution(
                    padded,
                    weight,
                    option(in.optional(2)),
                    p.strides,
                    symmetric ? p.begin : none,
                    p.dilations,
                    false,
                    none,
                    group);
        });
    }

    /*
     * The transpose of a convolution with padding is the full transpose with that padding cut off. The engine does so
     * itself when both sides are cut equally and the extra output is shorter than a stride; otherwise the full result
     * is cut (or, where there is more output than the windows reach, extended by zeros) here, and the bias is added to
     * all of it.
     */
    private static Kernel convTranspose(NodeContext node) {
        Window window = Window.of(node);
        long group = group(node);
        long[] wanted = node.attributes().getInts("output_shape");
        long[] extra = node.attributes().getInts("output_padding");
        Scalar zero = NodeContext.scalar(0.0);
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            Tensor weight = in.get(1);
            Placement p = window.place(x, weight);
            long[] added = extra == null ? new long[p.rank()] : extra;
            if (added.length != p.rank()) {
                throw node.unsupported(
                        "expected " + p.rank() + " values in output_padding, found " + Arrays.toString(added));
            }
            checkSize(node, x, weight, p, added);
            long[] begin = p.begin.clone();
            long[] end = p.end.clone();
            if (wanted != null || same(window.autoPad)) {
                cutTo(node, p, target(node, p, wanted), added, window.autoPad, begin, end);
            }
            TensorOptional bias = option(in.optional(2));
            if (Arrays.equals(begin, end) && cutByEngine(p, begin, added)) {
                return torch.convolution(x, weight, bias, p.strides, begin, p.dilations, true, added, group);
            }
            long[] none = new long[p.rank()];
            Tensor full = torch.convolution(x, weight, option(null), p.strides, none, p.dilations, true, none, group);
            for (int i = 0; i < begin.length; i++) {
                begin[i] = -begin[i];
                end[i] = added[i] - end[i];
            }
            Tensor y = torch.constant_pad_nd(full, Placement.interleaved(begin, end), zero);
            Tensor b = in.optional(2);
            return b == null ? y : y.add(b.reshape(perChannel(p.rank())));
        });
    }

    /** Strides and extra output are numbers in the model: the engine would try to allocate any output. */
    private static void checkSize(NodeContext node, Tensor x, Tensor weight, Placement p, long[] added) {
        long[] full = new long[p.rank() + 2];
        full[0] = x.size(0);
        full[1] = weight.size(1);
        for (int i = 0; i < p.rank(); i++) {
            long most = 1L << 31;
            full[2 + i] = (p.input[i] - 1) * Math.min(p.strides[i], most)
                    + Math.min(p.reach(i), most)
                    + Math.max(0, Math.min(added[i], most));
        }
        Shapes.checked(full, node.node().label());
    }

    private static boolean same(AutoPad autoPad) {
        return autoPad == AutoPad.SAME_UPPER || autoPad == AutoPad.SAME_LOWER;
    }

    /**
     * The spatial output shape asked for: the attribute's (which may also give batch and channels), else input times
     * stride.
     */
    private static long[] target(NodeContext node, Placement p, long @Nullable [] wanted) {
        int rank = p.rank();
        if (wanted == null) {
            long[] shape = new long[rank];
            for (int i = 0; i < rank; i++) {
                shape[i] = p.input[i] * p.strides[i];
            }
            return shape;
        }
        if (wanted.length != rank && wanted.length != rank + 2) {
            throw node.unsupported("expected " + rank + " values in output_shape, found " + Arrays.toString(wanted));
        }
        return Arrays.copyOfRange(wanted, wanted.length - rank, wanted.length);
    }

    /** What to cut off at both sides to reach the target shape; an odd element goes where auto_pad says. */
    private static void cutTo(
            NodeContext node, Placement p, long[] target, long[] added, AutoPad autoPad, long[] begin, long[] end) {
        for (int i = 0; i < target.length; i++) {
            if (target[i] < 1) {
                throw node.unsupported("expected output_shape >= 1, found " + Arrays.toString(target));
            }
            long total = p.strides[i] * (p.input[i] - 1) + added[i] + p.reach(i) - target[i];
            // Where the target is longer than the full result, the missing part is appended, never put in front.
            long small = Math.max(total, 0) / 2;
            begin[i] = autoPad == AutoPad.SAME_UPPER ? small : Math.max(total, 0) - small;
            end[i] = total - begin[i];
        }
    }

    private static boolean cutByEngine(Placement p, long[] cut, long[] added) {
        for (int i = 0; i < cut.length; i++) {
            if (cut[i] < 0 || added[i] < 0 || added[i] >= Math.max(p.strides[i], p.dilations[i])) {
                return false;
            }
        }
        return true;
    }

    private static long[] perChannel(int rank) {
        long[] shape = new long[rank + 2];
        Arrays.fill(shape, 1);
        shape[1] = -1;
        return shape;
    }

    private static long group(NodeContext node) {
        long group = node.attributes().getInt("group", 1);
        if (group < 1) {
            throw node.unsupported("expected group >= 1, found " + group);
        }
        return group;
    }

    private static TensorOptional option(@Nullable Tensor t) {
        return t == null ? new TensorOptional() : new TensorOptional(t);
    }
}
