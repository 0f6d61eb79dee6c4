package dev.qualm.network.operator;

import dev.qualm.network.engine.Tensors;
import dev.qualm.network.operator.Window.Placement;
import java.util.Arrays;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The largest value of every window, and its smooth stand-in. Of equal values the first in row-major order wins: it
 * gets the whole gradient and is the one reported.
 */
final class MaxPooling {
    private MaxPooling() {}

    /** MaxPool; the second output is the position of the winner in the flattened input. */
    static Kernel max(NodeContext node) {
        Window window = Window.pool(node);
        boolean wantsIndices = node.node().outputs().size() > 1
                && !node.node().outputs().get(1).isEmpty();
        long order = node.attributes().getInt("storage_order", 0);
        if (order != 0 && order != 1) {
            throw node.unsupported("expected storage_order 0 (row major) or 1 (column major), found " + order);
        }
        Scalar lowest = NodeContext.scalar(Double.NEGATIVE_INFINITY);
        return in -> {
            Tensor x = in.get(0);
            // The engine has no integer pools on every platform; 64-bit floats hold every integer that ONNX pools.
            Tensor values = Tensors.isFloating(x) ? x : x.to(ScalarType.Double);
            Placement p = window.place(x);
            boolean direct = p.pooledDirectly();
            Tensor padded = direct ? values : p.pad(values, lowest, window.ceil);
            long[] pads = direct ? p.begin : new long[p.rank()];
            boolean ceil = direct && window.ceil;
            if (!wantsIndices) {
                return new Tensor[] {typed(pool(padded, p, pads, ceil), x)};
            }
            T_TensorTensor_T both = poolWithIndices(padded, p, pads, ceil);
            Tensor y = new Tensor(both.get0());
            Tensor at = new Tensor(both.get1());
            return new Tensor[] {typed(y, x), flat(at, x, p, direct, order == 1)};
        };
    }

    /**
     * SmoothMaxPool: {@code log(sum exp(beta x)) / beta} over the window. It lies above the largest value by at most
     * {@code log(k) / beta} for {@code k} values, and has derivatives of every order.
     */
    static Kernel smooth(NodeContext node) {
        Window window = Window.pool(node);
        float beta = node.attributes().getFloat("beta", 1);
        if (!(beta > 0)) {
            throw node.unsupported("expected beta > 0, found " + beta);
        }
        Scalar lowest = NodeContext.scalar(Double.NEGATIVE_INFINITY);
        Scalar sharpness = NodeContext.scalar((double) beta);
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            Placement p = window.place(x);
            Tensor windows = windows(p.pad(x.mul(sharpness), lowest, window.ceil), p);
            long[] last = new long[p.rank()];
            for (int i = 0; i < last.length; i++) {
                last[i] = 2 + p.rank() + i;
            }
            // The engine's logsumexp subtracts the largest value of each window first, forward and backward.
            return windows.logsumexp(last, false).div(sharpness);
        });
    }

    /** Inputs: what is at the output of a MaxPool of images, its input. The former goes to the winners of each window. */
    static Kernel gradient(NodeContext node) {
        Window window = Window.pool(node);
        Scalar lowest = NodeContext.scalar(Double.NEGATIVE_INFINITY);
        Scalar zero = NodeContext.scalar(0.0);
        return Kernel.of(in -> {
            Tensor x = in.get(1);
            Placement p = window.place(x);
            boolean direct = p.pooledDirectly();
            Tensor padded = direct ? x : p.pad(x, lowest, window.ceil);
            long[] pads = direct ? p.begin : new long[p.rank()];
            boolean ceil = direct && window.ceil;
            Tensor at = new Tensor(poolWithIndices(padded, p, pads, ceil).get1());
            Tensor g = torch.max_pool2d_with_indices_backward(
                    in.get(0), padded, p.kernel, p.strides, pads, p.dilations, ceil, at);
            return direct ? g : cut(g, x, p, zero);
        });
    }

    /** Without the padding that {@link Placement#pad} put around {@code x}. */
    private static Tensor cut(Tensor padded, Tensor x, Placement p, Scalar zero) {
        long[] cut = new long[2 * p.rank()];
        for (int i = 0; i < p.rank(); i++) {
            int last = 2 * (p.rank() - 1 - i);
            cut[last] = -p.begin[i];
            cut[last + 1] = x.size(2 + i) + p.begin[i] - padded.size(2 + i);
        }
        return torch.constant_pad_nd(padded, cut, zero);
    }

    /** Inputs: a tensor u of the shape of a MaxPool's input, that input. Of each window the element of u where the input is largest. */
    static Kernel pick(NodeContext node) {
        Window window = Window.pool(node);
        Scalar lowest = NodeContext.scalar(Double.NEGATIVE_INFINITY);
        return Kernel.of(in -> {
            Tensor x = in.get(1);
            Placement p = window.place(x);
            boolean direct = p.pooledDirectly();
            Tensor padded = direct ? x : p.pad(x, lowest, window.ceil);
            long[] pads = direct ? p.begin : new long[p.rank()];
            Tensor at = new Tensor(
                    poolWithIndices(padded, p, pads, direct && window.ceil).get1());
            Tensor u = direct ? in.get(0) : p.pad(in.get(0), lowest, window.ceil);
            return u.flatten(2, -1).gather(2, at.flatten(2, -1)).reshape(Tensors.dims(at));
        });
    }

    private static Tensor typed(Tensor y, Tensor x) {
        return Tensors.isFloating(x) ? y : y.to(Tensors.type(x));
    }

    /** A view of padded {@code [n, c, d1, ...]} with one axis per window axis appended. */
    private static Tensor windows(Tensor padded, Placement p) {
        Tensor t = padded;
        for (int i = 0; i < p.rank(); i++) {
            t = t.unfold(2 + i, p.reach(i), p.strides[i]);
            if (p.dilations[i] > 1) {
                t = t.slice(2 + p.rank() + i, new LongOptional(), new LongOptional(), p.dilations[i]);
            }
        }
        return t;
    }

    private static Tensor pool(Tensor x, Placement p, long[] pads, boolean ceil) {
        return switch (p.rank()) {
            case 1 -> torch.max_pool1d(x, p.kernel, p.strides, pads, p.dilations, ceil);
            case 2 -> torch.max_pool2d(x, p.kernel, p.strides, pads, p.dilations, ceil);
            default -> torch.max_pool3d(x, p.kernel, p.strides, pads, p.dilations, ceil);
        };
    }

    private static T_TensorTensor_T poolWithIndices(Tensor x, Placement p, long[] pads, boolean ceil) {
        return switch (p.rank()) {
            case 1 -> torch.max_pool1d_with_indices(x, p.kernel, p.strides, pads, p.dilations, ceil);
            case 2 -> torch.max_pool2d_with_indices(x, p.kernel, p.strides, pads, p.dilations, ceil);
            default -> torch.max_pool3d_with_indices(x, p.kernel, p.strides, pads, p.dilations, ceil);
        };
    }

    /**
     * Positions in the (padded) plane, as the engine counts, to positions in the whole flattened input, as ONNX does.
     */
    private static Tensor flat(Tensor at, Tensor x, Placement p, boolean direct, boolean columnMajor) {
        int rank = p.rank();
        long plane = Arrays.stream(p.input).reduce(1, (a, b) -> a * b);
        Tensor position = at;
        if (!direct || columnMajor) {
            Tensor rest = at;
            position = at.mul(new Scalar(0L));
            for (int i = rank - 1; i >= 0; i--) {
                Scalar length = new Scalar(direct ? p.input[i] : paddedLength(at, p, i));
                Tensor coordinate = rest.remainder(length);
                rest = rest.floor_divide(length);
                if (!direct) {
                    coordinate = coordinate.sub(new Scalar(p.begin[i]));
                }
                position = position.add(coordinate, new Scalar(step(p.input, i, columnMajor)));
            }
        }
        long planes = x.size(0) * x.size(1);
        long[] shape = new long[rank + 2];
        Arrays.fill(shape, 1);
        shape[0] = x.size(0);
        shape[1] = x.size(1);
        Tensor offsets = torch.arange(new Scalar(planes), new TensorOptions(ScalarType.Long));
        return position.add(offsets.mul(new Scalar(plane)).reshape(shape));
    }

    private static long paddedLength(Tensor at, Placement p, int axis) {
        long needed = (at.size(2 + axis) - 1) * p.strides[axis] + p.reach(axis);
        return Math.max(p.begin[axis] + p.input[axis] + p.end[axis], needed);
    }

    /** How far apart neighbours along an axis lie in the flattened plane. */
    private static long step(long[] sizes, int axis, boolean columnMajor) {
        long step = 1;
        for (int j = columnMajor ? 0 : axis + 1; j < (columnMajor ? axis : sizes.length); j++) {
            step *= sizes[j];
        }
        return step;
    }
}
