package dev.qualm.network.operator;

import dev.qualm.network.engine.Tensors;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Reductions over axes, and cumulative sums. */
/*
 * Integers keep their type: sums and products run in int64 and wrap, means truncate, roots and logarithms go through
 * float64 and truncate. The gradient of a maximum or minimum splits evenly among ties. With noop_with_empty_axes and
 * no axes, nothing is reduced but the elementwise part still happens (ReduceSumSquare squares): a reduction over an
 * added axis of length 1.
 */
final class ReduceOperators {
    private ReduceOperators() {}

    /** Reduces distinct, non-negative axes of a tensor of rank at least 1 whose reduced axes are not empty. */
    @FunctionalInterface
    private interface Reduction {
        Tensor apply(Tensor x, long[] axes, boolean keep);
    }

    /** Where the arithmetic on integers happens. */
    private enum Integers {
        AS_THEY_ARE,
        IN_LONG,
        IN_DOUBLE
    }

    static List<Operator> all() {
        double inf = Double.POSITIVE_INFINITY;
        return List.of(
                of("ReduceSum", 0, Integers.IN_LONG, ReduceOperators::sum),
                of("ReduceMean", Double.NaN, Integers.IN_LONG, ReduceOperators::mean),
                of("ReduceMax", -inf, Integers.AS_THEY_ARE, (x, axes, keep) -> torch.amax(x, axes, keep)),
                of("ReduceMin", inf, Integers.AS_THEY_ARE, (x, axes, keep) -> torch.amin(x, axes, keep)),
                of("ReduceProd", 1, Integers.IN_LONG, ReduceOperators::product),
                of("ReduceSumSquare", 0, Integers.IN_LONG, (x, axes, keep) -> sum(x.mul(x), axes, keep)),
                of("ReduceL1", 0, Integers.IN_LONG, (x, axes, keep) -> sum(x.abs(), axes, keep)),
                of(
                        "ReduceL2",
                        0,
                        Integers.IN_DOUBLE,
                        (x, axes, keep) ->
                                torch.linalg_vector_norm(x, new Scalar(2.0), axes, keep, new ScalarTypeOptional())),
                of(
                        "ReduceLogSum",
                        -inf,
                        Integers.IN_DOUBLE,
                        (x, axes, keep) -> sum(x, axes, keep).log()),
                of("ReduceLogSumExp", -inf, Integers.IN_DOUBLE, (x, axes, keep) -> torch.logsumexp(x, axes, keep)),
                Operator.of("CumSum", ReduceOperators::cumSum));
    }

    private static Operator of(String type, double ofNothing, Integers integers, Reduction reduction) {
        return Operator.of(type, node -> kernel(node, ofNothing, integers, reduction));
    }

    private static Kernel kernel(NodeContext node, double ofNothing, Integers integers, Reduction reduction) {
        NodeContext.IntsArgument axes = node.ints("axes", 1);
        boolean keepDims = node.attributes().getInt("keepdims", 1) != 0;
        boolean noop = node.attributes().getInt("noop_with_empty_axes", 0) != 0;
        String at = node.node().label();
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            int rank = (int) x.dim();
            long[] given = axes.get(in);
            if (given != null && given.length > 0) {
                return reduced(x, Shapes.axes(given, rank, at), keepDims, ofNothing, integers, reduction);
            }
            if (noop || rank == 0) {
                return reduced(x.unsqueeze(rank), new long[] {rank}, false, ofNothing, integers, reduction);
            }
            return reduced(x, Shapes.range(rank), keepDims, ofNothing, integers, reduction);
        });
    }

    private static Tensor reduced(
            Tensor x, long[] axes, boolean keep, double ofNothing, Integers integers, Reduction reduction) {
        ScalarType type = Tensors.type(x);
        if (x.numel() == 0) {
            return empty(x, axes, keep, ofNothing, type);
        }
        if (Tensors.isFloating(x) || integers == Integers.AS_THEY_ARE) {
            return reduction.apply(x, axes, keep);
        }
        ScalarType wide = integers == Integers.IN_LONG ? ScalarType.Long : ScalarType.Double;
        return reduction.apply(x.to(wide), axes, keep).to(type);
    }

    /** The result where there is nothing to reduce; the engine refuses to take the maximum of nothing. */
    private static Tensor empty(Tensor x, long[] axes, boolean keep, double ofNothing, ScalarType type) {
        long[] dims = Tensors.dims(x);
        for (long a : axes) {
            dims[(int) a] = keep ? 1 : -1;
        }
        long[] shape = Arrays.stream(dims).filter(d -> d >= 0).toArray();
        Scalar value = Tensors.isFloating(x) ? new Scalar(ofNothing) : new Scalar(nearest(ofNothing, type));
        return torch.full(shape, value, Tensors.options(type));
    }

    /** A number as an integer type holds it: infinities become its bounds, NaN becomes 0. */
    private static long nearest(double value, ScalarType type) {
        return switch (type) {
            case Bool -> value > 0 ? 1 : 0;
            case Byte -> (long) Math.max(0, Math.min(255, value));
            case Char -> (byte) Math.max(Byte.MIN_VALUE, Math.min(Byte.MAX_VALUE, value));
            case Short -> (short) Math.max(Short.MIN_VALUE, Math.min(Short.MAX_VALUE, value));
            case Int -> (int) value;
            default -> (long) value;
        };
    }

    private static Tensor sum(Tensor x, long[] axes, boolean keep) {
        return torch.sum(x, axes, keep, new ScalarTypeOptional());
    }

    private static Tensor mean(Tensor x, long[] axes, boolean keep) {
        if (Tensors.isFloating(x)) {
            return torch.mean(x, axes, keep, new ScalarTypeOptional());
        }
        long count = 1;
        for (long a : axes) {
            count *= x.size(a);
        }
        Tensor total = sum(x, axes, keep);
        Scalar divisor = new Scalar(count);
        return torch.floor_divide(total.sub(total.fmod(divisor)), divisor);
    }

    /** The engine multiplies along one axis at a time. */
    private static Tensor product(Tensor x, long[] axes, boolean keep) {
        long[] last = axes.clone();
        Arrays.sort(last);
        Tensor y = x;
        for (int i = last.length - 1; i >= 0; i--) {
            y = torch.prod(y, last[i], keep, new ScalarTypeOptional());
        }
        return y;
    }

    private static Kernel cumSum(NodeContext node) {
        NodeContext.IntsArgument axis = node.ints("", 1);
        boolean exclusive = node.attributes().getInt("exclusive", 0) != 0;
        boolean reverse = node.attributes().getInt("reverse", 0) != 0;
        String at = node.node().label();
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            long[] given = Shapes.required(axis.get(in), "axis", at);
            long a = Shapes.axis(Shapes.single(given, "axis", at), x.dim(), at);
            Tensor y = reverse ? x.flip(a) : x;
            if (exclusive && y.size(a) > 0) {
                // Shifted rather than subtracted afterwards, which would cost digits and turn infinities into NaN.
                Tensor first = torch.zeros_like(y.narrow(a, 0, 1));
                y = torch.cat(new TensorVector(first, y.narrow(a, 0, y.size(a) - 1)), a);
            }
            y = torch.cumsum(y, a, new ScalarTypeOptional(Tensors.type(x)));
            return reverse ? y.flip(a) : y;
        });
    }
}
