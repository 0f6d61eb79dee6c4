package dev.qualm.network.operator;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.ElementType;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Operators that make tensors from constants, shapes and numbers. */
final class TensorOperators {
    private TensorOperators() {}

    static List<Operator> all() {
        return List.of(
                Operator.noGradient("Constant", TensorOperators::constant),
                Operator.noGradient("ConstantOfShape", TensorOperators::constantOfShape),
                Operator.noGradient("Shape", TensorOperators::shape),
                Operator.noGradient(
                        "Size",
                        node -> Kernel.of(in ->
                                Tensors.of(Array.of(new long[] {in.get(0).numel()}), Precision.FLOAT32))),
                Operator.of("Range", TensorOperators::range),
                Operator.noGradient("EyeLike", TensorOperators::eyeLike));
    }

    private static Kernel constant(NodeContext node) {
        Array value = constantValue(node);
        Precision precision = node.precision();
        return Kernel.of(in -> Tensors.of(value, precision));
    }

    private static Array constantValue(NodeContext node) {
        Array tensor = node.attributes().getTensor("value");
        if (tensor != null) {
            return tensor;
        }
        float[] floats = node.attributes().getFloats("value_floats");
        if (floats != null) {
            return Array.of(floats, floats.length);
        }
        long[] ints = node.attributes().getInts("value_ints");
        if (ints != null) {
            return Array.of(ints, ints.length);
        }
        if (node.attributes().has("value_float")) {
            return Array.of(new float[] {node.attributes().getFloat("value_float", 0)});
        }
        if (node.attributes().has("value_int")) {
            return Array.of(new long[] {node.attributes().getInt("value_int", 0)});
        }
        throw node.unsupported("expected attribute value, value_float, value_floats, value_int or value_ints,"
                + " but found " + node.attributes().names());
    }

    private static Kernel constantOfShape(NodeContext node) {
        Array given = node.attributes().getTensor("value");
        Array value = given == null ? Array.of(new float[1], 1) : given;
        if (value.size() != 1) {
            throw node.unsupported("expected a value with one element, but found " + value);
        }
        boolean floating = value.dtype().isFloating();
        Scalar fill = floating ? NodeContext.scalar(value.get(0)) : NodeContext.scalar(value.toLongs()[0]);
        NodeContext.IntsArgument shape = node.ints("", 0);
        Precision precision = node.precision();
        DType dtype = value.dtype();
        String at = node.node().label();
        return Kernel.of(in -> {
            long[] dims = Shapes.required(shape.get(in), "shape", at);
            return torch.full(Shapes.checked(dims, at), fill, Tensors.options(dtype, precision));
        });
    }

    private static Kernel shape(NodeContext node) {
        long start = node.attributes().getInt("start", 0);
        long end = node.attributes().getInt("end", Long.MAX_VALUE);
        return Kernel.of(in -> {
            long[] dims = Tensors.dims(in.get(0));
            int from = clampedAxis(start, dims.length);
            int to = clampedAxis(end, dims.length);
            return Shapes.vector(Arrays.copyOfRange(dims, from, Math.max(from, to)));
        });
    }

    private static int clampedAxis(long axis, int rank) {
        return (int) Math.max(0, Math.min(rank, axis < 0 ? axis + rank : axis));
    }

    private static Kernel range(NodeContext node) {
        String at = node.node().label();
        return Kernel.of(in -> {
            Tensor start = number(in.get(0), at);
            Tensor limit = number(in.get(1), at);
            Tensor delta = number(in.get(2), at);
            long n = Tensors.isFloating(start)
                    ? count(start.item_double(), limit.item_double(), delta.item_double(), at)
                    : count(start.item_long(), limit.item_long(), delta.item_long(), at);
            Shapes.checked(new long[] {n}, at);
            Tensor steps = torch.arange(new Scalar(n), new TensorOptions(Tensors.type(start)));
            return steps.mul(delta).add(start);
        });
    }

    private static Tensor number(Tensor t, String at) {
        if (t.numel() != 1) {
            throw Shapes.error(
                    at, "expected start, limit and delta to be single numbers, but found shape " + Shapes.text(t));
        }
        return t.reshape(new long[0]);
    }

    private static long count(double start, double limit, double delta, String at) {
        double n = Math.ceil((limit - start) / delta);
        if (Double.isNaN(n) || delta == 0 || n > Integer.MAX_VALUE) {
            throw tooMany(at, start + " to " + limit + " by " + delta);
        }
        return (long) Math.max(0, n);
    }

    private static long count(long start, long limit, long delta, String at) {
        if (delta > 0 ? start >= limit : delta < 0 && start <= limit) {
            return 0;
        }
        // The distance fits in 64 bits only without a sign.
        long distance = delta > 0 ? limit - start : start - limit;
        long n = delta == 0 ? -1 : Long.divideUnsigned(distance - 1, Math.abs(delta)) + 1;
        if (Long.compareUnsigned(n, Integer.MAX_VALUE) > 0) {
            throw tooMany(at, start + " to " + limit + " by " + delta);
        }
        return n;
    }

    private static RuntimeException tooMany(String at, String found) {
        return Shapes.error(at, "expected a range of at most 2^31 - 1 numbers, but found " + found);
    }

    private static Kernel eyeLike(NodeContext node) {
        long k = node.attributes().getInt("k", 0);
        long code = node.attributes().getInt("dtype", -1);
        ScalarType type = code < 0 ? null : CastOperators.target(ElementType.of((int) code), node);
        String at = node.node().label();
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            if (x.dim() != 2) {
                throw Shapes.error(at, "expected a matrix, but found shape " + Shapes.text(x));
            }
            Tensor rows = Indices.range(x.size(0)).add(new Scalar(k)).unsqueeze(1);
            return rows.eq(Indices.range(x.size(1))).to(type == null ? Tensors.type(x) : type);
        });
    }
}
