package dev.qualm.network.operator;

import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Node;
import dev.qualm.network.operator.NodeContext.IntsArgument;
import dev.qualm.network.operator.Window.Placement;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Pools over windows and over whole planes. */
final class PoolingOperators {
    private PoolingOperators() {}

    static List<Operator> all() {
        return List.of(
                Operator.of("MaxPool", MaxPooling::max),
                Operator.of("SmoothMaxPool", MaxPooling::smooth).inDomain(Node.QUALM_DOMAIN),
                Operator.of("AveragePool", PoolingOperators::average),
                Operator.of("LpPool", PoolingOperators::lp),
                Operator.of("GlobalAveragePool", node -> Kernel.of(PoolingOperators::globalAverage)),
                Operator.of("GlobalMaxPool", node -> Kernel.of(PoolingOperators::globalMax)),
                Operator.of("GlobalLpPool", PoolingOperators::globalLp),
                Operator.of("MaxUnpool", PoolingOperators::maxUnpool));
    }

    /*
     * Divisor: the window's positions that lie on the input or, with count_include_pad, on the padding the node
     * declares; what a window rounded up hangs over beyond that never counts.
     */
    private static Kernel average(NodeContext node) {
        Window window = Window.pool(node);
        boolean countPads = node.attributes().getInt("count_include_pad", 0) != 0;
        Scalar zero = NodeContext.scalar(0.0);
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            Placement p = window.place(x);
            if (p.pooledDirectly() && !p.dilated()) {
                return switch (p.rank()) {
                    case 1 -> torch.avg_pool1d(x, p.kernel, p.strides, p.begin, window.ceil, countPads);
                    case 2 ->
                        torch.avg_pool2d(x, p.kernel, p.strides, p.begin, window.ceil, countPads, new LongOptional());
                    default ->
                        torch.avg_pool3d(x, p.kernel, p.strides, p.begin, window.ceil, countPads, new LongOptional());
                };
            }
            Tensor y = windowSum(p.pad(x, zero, window.ceil), p);
            // The count of a window is the product of its counts per axis.
            for (int i = 0; i < p.rank(); i++) {
                long[] shape = new long[p.rank() + 2];
                Arrays.fill(shape, 1);
                shape[2 + i] = -1;
                double[] inverse = inverseCounts(p, i, window.ceil, countPads);
                y = y.mul(Constants.doubles(inverse, x).reshape(shape));
            }
            return y;
        });
    }

    private static double[] inverseCounts(Placement p, int axis, boolean ceil, boolean countPads) {
        double[] inverse = new double[(int) p.output(axis, ceil)];
        long from = countPads ? -p.begin[axis] : 0;
        long to = p.input[axis] + (countPads ? p.end[axis] : 0);
        for (int o = 0; o < inverse.length; o++) {
            int count = 0;
            for (int t = 0; t < p.kernel[axis]; t++) {
                long at = o * p.strides[axis] + t * p.dilations[axis] - p.begin[axis];
                count += at >= from && at < to ? 1 : 0;
            }
            inverse[o] = count == 0 ? 0 : 1.0 / count;
        }
        return inverse;
    }

    private static Kernel lp(NodeContext node) {
        Window window = Window.pool(node);
        double order = order(node);
        Scalar zero = NodeContext.scalar(0.0);
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            Placement p = window.place(x);
            Tensor powers = Norms.power(x, order);
            return Norms.root(windowSum(p.pad(powers, zero, window.ceil), p), order);
        });
    }

    /** Sum of every window of an input with the padding written out: a convolution of each plane with ones. */
    private static Tensor windowSum(Tensor padded, Placement p) {
        int rank = p.rank();
        long[] dims = Tensors.dims(padded);
        long[] planes = dims.clone();
        planes[0] = dims[0] * dims[1];
        planes[1] = 1;
        long[] one =
                LongStream.concat(LongStream.of(1, 1), LongStream.of(p.kernel)).toArray();
        long[] none = new long[rank];
        Tensor ones = torch.ones(one, Tensors.options(Tensors.type(padded)));
        Tensor y = torch.convolution(
                padded.reshape(planes), ones, new TensorOptional(), p.strides, none, p.dilations, false, none, 1);
        long[] shape = Tensors.dims(y);
        shape[0] = dims[0];
        shape[1] = dims[1];
        return y.reshape(shape);
    }

    private static Tensor globalAverage(Inputs in) {
        Tensor x = in.get(0);
        return Norms.mean(x, spatialAxes(x));
    }

    private static Tensor globalMax(Inputs in) {
        Tensor x = in.get(0);
        long[] shape = Tensors.dims(x);
        Arrays.fill(shape, 2, shape.length, 1);
        return new Tensor(torch.max(x.flatten(2, -1), 2, true).get0()).reshape(shape);
    }

    private static Kernel globalLp(NodeContext node) {
        double order = order(node);
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            return Norms.root(Norms.sum(Norms.power(x, order), spatialAxes(x)), order);
        });
    }

    private static long[] spatialAxes(Tensor x) {
        return LongStream.range(2, x.dim()).toArray();
    }

    private static double order(NodeContext node) {
        float p = node.attributes().getFloat("p", 2);
        if (!(p >= 1)) {
            throw node.unsupported("expected p >= 1, found " + p);
        }
        return p;
    }

    /**
     * Puts values back where MaxPool found them. Indices count in the output shape: the given one, else the smallest that
     * MaxPool could have come from.
     */
    /*
     * The standard's own case with an output shape counts in that smallest shape instead and then appends zeros. Indices
     * from MaxPool, which are what real models pass, would land in wrong places (onnx issue 2398), so this follows ONNX
     * Runtime.
     */
    private static Kernel maxUnpool(NodeContext node) {
        Window window = Window.pool(node);
        IntsArgument outputShape = node.ints("output_shape", 2);
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            long[] shape = Tensors.dims(x);
            Placement p = window.place(x);
            for (int i = 0; i < p.rank(); i++) {
                shape[2 + i] = (p.input[i] - 1) * p.strides[i] + p.kernel[i] - p.begin[i] - p.end[i];
            }
            long[] wanted = outputShape.get(in);
            if (wanted != null && wanted.length != shape.length) {
                throw node.unsupported("expected an output shape like " + Arrays.toString(shape) + ", found "
                        + Arrays.toString(wanted));
            }
            long[] target = wanted == null ? shape : wanted;
            Shapes.checked(target, node.node().label());
            long size = Shapes.product(target, 0, target.length);
            Tensor zeros = torch.zeros(new long[] {size}, Tensors.options(Tensors.type(x)));
            return zeros.scatter(0, in.get(1).flatten(0, -1), x.flatten(0, -1)).reshape(target);
        });
    }
}
