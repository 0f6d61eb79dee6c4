package dev.qualm.network.operator;

import dev.qualm.network.engine.Tensors;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Operators that write elements to places given by index. */
/*
 * Without a reduction, ONNX leaves it open which of several updates to one place wins; so do we. Ties between the
 * old value and updates under max and min share the gradient evenly.
 */
final class ScatterOperators {
    private static final List<String> REDUCTIONS = List.of("none", "add", "mul", "max", "min");

    private ScatterOperators() {}

    static List<Operator> all() {
        return List.of(
                Operator.of("ScatterElements", ScatterOperators::scatterElements),
                Operator.of("Scatter", ScatterOperators::scatterElements),
                Operator.of("ScatterND", ScatterOperators::scatterNd),
                Operator.of("OneHot", ScatterOperators::oneHot));
    }

    private static String reduction(NodeContext node) {
        String reduction = node.attributes().getString("reduction", "none");
        if (!REDUCTIONS.contains(reduction)) {
            throw node.unsupported("expected a reduction among " + REDUCTIONS + ", but found '" + reduction + "'");
        }
        return reduction;
    }

    private static Kernel scatterElements(NodeContext node) {
        long axis = node.attributes().getInt("axis", 0);
        String reduction = reduction(node);
        String at = node.node().label();
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            Tensor updates = in.get(2);
            int a = Shapes.axis(axis, x.dim(), at);
            Tensor indices = Indices.normalized(GatherOperators.inside(in.get(1), x, a, at), x.size(a), at);
            expectShape(updates, Tensors.dims(indices), at);
            return switch (reduction) {
                case "none" -> x.scatter(a, indices, updates);
                case "add" -> x.scatter_add(a, indices, updates);
                default -> x.scatter_reduce(a, indices, updates, engineName(reduction), true);
            };
        });
    }

    private static Kernel scatterNd(NodeContext node) {
        String reduction = reduction(node);
        String at = node.node().label();
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            Tensor tuples = in.get(1);
            long[] dims = Tensors.dims(x);
            long[] picks = Tensors.dims(tuples);
            int k = picks.length == 0 ? 0 : (int) picks[picks.length - 1];
            if (k < 1 || k > dims.length) {
                throw Shapes.error(
                        at,
                        "expected index tuples for data " + Arrays.toString(dims) + ", but found shape "
                                + Arrays.toString(picks));
            }
            long[] rest = Arrays.copyOfRange(dims, k, dims.length);
            expectShape(in.get(2), Shapes.join(Arrays.copyOf(picks, picks.length - 1), rest), at);
            long width = Shapes.product(rest, 0, rest.length);
            long n = Shapes.product(picks, 0, picks.length - 1);
            Tensor rows = Indices.linear(tuples, dims, 0, at).reshape(n);
            Tensor flat = x.reshape(Shapes.product(dims, 0, k), width);
            Tensor updates = in.get(2).reshape(n, width);
            return switch (reduction) {
                case "none" -> flat.index_copy(0, rows, updates).reshape(dims);
                case "add" -> flat.index_add(0, rows, updates).reshape(dims);
                default ->
                    flat.scatter_reduce(0, rows.unsqueeze(1).expand(n, width), updates, engineName(reduction), true)
                            .reshape(dims);
            };
        });
    }

    private static void expectShape(Tensor updates, long[] expected, String at) {
        if (!Arrays.equals(Tensors.dims(updates), expected)) {
            throw Shapes.error(
                    at,
                    "expected updates of shape " + Arrays.toString(expected) + ", but found " + Shapes.text(updates));
        }
    }

    private static String engineName(String reduction) {
        return reduction.equals("mul") ? "prod" : "a" + reduction;
    }

    private static Kernel oneHot(NodeContext node) {
        long axis = node.attributes().getInt("axis", -1);
        NodeContext.IntsArgument depths = node.ints("", 1);
        boolean wrap = node.opset() >= 11;
        String at = node.node().label();
        return Kernel.of(in -> {
            Tensor indices = in.get(0).to(torch.ScalarType.Long);
            long depth = Shapes.single(Shapes.required(depths.get(in), "depth", at), "depth", at);
            Tensor values = in.get(2);
            if (values.dim() != 1 || values.size(0) != 2) {
                throw Shapes.error(at, "expected values [off, on], but found shape " + Shapes.text(values));
            }
            int a = Shapes.axis(axis, indices.dim() + 1, at);
            long[] dims = Tensors.dims(indices);
            long[] out =
                    Shapes.join(Arrays.copyOf(dims, a), new long[] {depth}, Arrays.copyOfRange(dims, a, dims.length));
            Shapes.checked(out, at);
            if (wrap) {
                indices = torch.where(indices.lt(new Scalar(0L)), indices.add(new Scalar(depth)), indices);
            }
            long[] along = new long[out.length];
            Arrays.fill(along, 1);
            along[a] = depth;
            Tensor hot = indices.unsqueeze(a).eq(Indices.range(depth).reshape(along));
            return torch.where(hot, values.select(0, 1), values.select(0, 0));
        });
    }
}
