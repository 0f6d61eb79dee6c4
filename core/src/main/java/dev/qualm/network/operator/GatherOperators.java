package dev.qualm.network.operator;

import dev.qualm.array.Array;
import dev.qualm.network.engine.Tensors;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Operators that pick elements by index. Indices may be negative; those outside the axis are refused. */
final class GatherOperators {
    private GatherOperators() {}

    static List<Operator> all() {
        return List.of(
                Operator.aliasing("Gather", GatherOperators::gather),
                Operator.of("GatherElements", GatherOperators::gatherElements),
                Operator.of("GatherND", GatherOperators::gatherNd),
                Operator.of("Compress", GatherOperators::compress),
                Operator.of("ReverseSequence", GatherOperators::reverseSequence));
    }

    private static Kernel gather(NodeContext node) {
        long axis = node.attributes().getInt("axis", 0);
        String at = node.node().label();
        Array constant = node.constant(1);
        if (constant != null && constant.rank() == 0) {
            // One fixed index, as in shape arithmetic: a view is enough.
            long index = constant.toLongs()[0];
            return Kernel.of(in -> {
                Tensor x = in.get(0);
                int a = Shapes.axis(axis, x.dim(), at);
                return x.select(a, Indices.normalized(index, x.size(a), at));
            });
        }
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            int a = Shapes.axis(axis, x.dim(), at);
            Tensor indices = Indices.normalized(in.get(1), x.size(a), at);
            long[] dims = Tensors.dims(x);
            long[] picked = Tensors.dims(indices);
            long[] out = Shapes.join(Arrays.copyOf(dims, a), picked, Arrays.copyOfRange(dims, a + 1, dims.length));
            Shapes.checked(out, at);
            return x.index_select(a, indices.reshape(indices.numel())).reshape(out);
        });
    }

    private static Kernel gatherElements(NodeContext node) {
        long axis = node.attributes().getInt("axis", 0);
        String at = node.node().label();
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            int a = Shapes.axis(axis, x.dim(), at);
            return x.gather(a, Indices.normalized(inside(in.get(1), x, a, at), x.size(a), at));
        });
    }

    /** The indices, after checking that they fit into {@code x} on all axes but {@code axis}. */
    static Tensor inside(Tensor indices, Tensor x, int axis, String at) {
        boolean fits = indices.dim() == x.dim();
        for (int i = 0; fits && i < x.dim(); i++) {
            fits = i == axis || indices.size(i) <= x.size(i);
        }
        if (!fits) {
            throw Shapes.error(
                    at,
                    "expected indices that lie inside " + Shapes.text(x) + " except on axis " + axis
                            + ", but found shape " + Shapes.text(indices));
        }
        return indices;
    }

    private static Kernel gatherNd(NodeContext node) {
        int batch = (int) node.attributes().getInt("batch_dims", 0);
        String at = node.node().label();
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            Tensor tuples = in.get(1);
            long[] dims = Tensors.dims(x);
            long[] picks = Tensors.dims(tuples);
            int k = picks.length == 0 ? 0 : (int) picks[picks.length - 1];
            boolean fits = batch >= 0 && batch < picks.length && k >= 1 && batch + k <= dims.length;
            if (!fits || !Arrays.equals(Arrays.copyOf(dims, batch), Arrays.copyOf(picks, batch))) {
                throw Shapes.error(
                        at,
                        "expected index tuples for data " + Arrays.toString(dims) + " after " + batch
                                + " common batch axes, but found shape " + Arrays.toString(picks));
            }
            long rows = Shapes.product(dims, 0, batch);
            long perRow = Shapes.product(dims, batch, batch + k);
            long[] outer = Arrays.copyOf(picks, picks.length - 1);
            Tensor linear = Indices.linear(tuples, dims, batch, at);
            long perBatch = Shapes.product(outer, batch, outer.length);
            linear = linear.reshape(rows, perBatch)
                    .add(Indices.range(rows).mul(new Scalar(perRow)).unsqueeze(1));
            long[] rest = Arrays.copyOfRange(dims, batch + k, dims.length);
            long[] out = Shapes.checked(Shapes.join(outer, rest), at);
            Tensor flat = x.reshape(Shapes.join(new long[] {rows * perRow}, rest));
            return flat.index_select(0, linear.reshape(rows * perBatch)).reshape(out);
        });
    }

    private static Kernel compress(NodeContext node) {
        boolean flat = !node.attributes().has("axis");
        long axis = node.attributes().getInt("axis", 0);
        NodeContext.IntsArgument condition = node.ints("", 1);
        String at = node.node().label();
        return Kernel.of(in -> {
            Tensor x = flat ? in.get(0).reshape(in.get(0).numel()) : in.get(0);
            int a = Shapes.axis(axis, x.dim(), at);
            long[] keep = Shapes.required(condition.get(in), "condition", at);
            long[] kept = Arrays.stream(Shapes.range(keep.length))
                    .filter(i -> keep[(int) i] != 0)
                    .toArray();
            if (kept.length > 0) {
                Indices.normalized(kept[kept.length - 1], x.size(a), at);
            }
            return x.index_select(a, Shapes.vector(kept));
        });
    }

    private static Kernel reverseSequence(NodeContext node) {
        int time = (int) node.attributes().getInt("time_axis", 0);
        int batch = (int) node.attributes().getInt("batch_axis", 1);
        if (Math.min(time, batch) != 0 || Math.max(time, batch) != 1) {
            throw node.unsupported("expected 0 and 1 as time_axis and batch_axis, but found " + time + " and " + batch);
        }
        NodeContext.IntsArgument lengths = node.ints("", 1);
        String at = node.node().label();
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            if (x.dim() < 2) {
                throw Shapes.error(at, "expected at least 2 axes, but found " + x.dim());
            }
            long[] dims = Tensors.dims(x);
            Shapes.checked(Arrays.copyOf(dims, 2), at);
            int steps = (int) dims[time];
            int rows = (int) dims[batch];
            long[] length = Shapes.required(lengths.get(in), "sequence_lens", at);
            if (length.length != rows) {
                throw Shapes.error(at, "expected " + rows + " sequence lengths, but found " + length.length);
            }
            long[] from = new long[steps * rows];
            for (int b = 0; b < rows; b++) {
                if (length[b] < 0 || length[b] > steps) {
                    throw Shapes.error(at, "expected sequence lengths from 0 to " + steps + ", but found " + length[b]);
                }
                for (int t = 0; t < steps; t++) {
                    long source = t < length[b] ? length[b] - 1 - t : t;
                    int to = time == 0 ? t * rows + b : b * steps + t;
                    from[to] = time == 0 ? source * rows + b : b * (long) steps + source;
                }
            }
            Tensor flat = x.reshape(Shapes.join(new long[] {from.length}, Arrays.copyOfRange(dims, 2, dims.length)));
            return torch.index_select(flat, 0, Shapes.vector(from)).reshape(dims);
        });
    }
}
