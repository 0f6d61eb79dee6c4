package dev.qualm.network.operator;

import dev.qualm.array.Array;
import dev.qualm.network.engine.Tensors;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Clip: min(max(x, lower), upper), with either bound absent. The bounds are attributes before opset 11, then scalar
 * inputs.
 *
 * <p>The derivative is 1 strictly inside and 0 at the bounds, so that Clip(0, 6) agrees with Relu at 0. Where the lower
 * bound exceeds the upper, every value becomes the upper.
 */
final class ClipOperators {
    private ClipOperators() {}

    static List<Operator> all() {
        return List.of(Operator.of("Clip", node -> clip(node, false)).withInPlace(node -> clip(node, true)));
    }

    /** One bound: a number known when the kernel is made, or none. */
    private record Bound(@Nullable Scalar exact, Scalar real) {
        static Bound of(@Nullable Array value, double otherwise) {
            if (value == null) {
                return new Bound(null, NodeContext.scalar(otherwise));
            }
            double real = value.get(0);
            Scalar exact =
                    value.dtype().isFloating() ? NodeContext.scalar(real) : NodeContext.scalar(value.toLongs()[0]);
            return new Bound(exact, NodeContext.scalar(real));
        }

        ScalarOptional optional() {
            return exact == null ? new ScalarOptional() : new ScalarOptional(exact);
        }
    }

    private static Kernel clip(NodeContext node, boolean inPlace) {
        boolean attributes = node.opset() < 11;
        if (!attributes && (node.attributes().has("min") || node.attributes().has("max"))) {
            throw node.unsupported("expected the bounds as inputs, but found attribute 'min' or 'max'");
        }
        if (attributes) {
            return fixed(
                    Bound.of(attribute(node, "min"), Double.NEGATIVE_INFINITY),
                    Bound.of(attribute(node, "max"), Double.POSITIVE_INFINITY),
                    inPlace);
        }
        if (known(node, 1) && known(node, 2)) {
            return fixed(
                    Bound.of(scalar(node, 1), Double.NEGATIVE_INFINITY),
                    Bound.of(scalar(node, 2), Double.POSITIVE_INFINITY),
                    inPlace);
        }
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            Tensor low = in.optional(1);
            Tensor high = in.optional(2);
            // Comparisons on this side let NaN through.
            Tensor y = low == null ? x : torch.where(x.le(low), low, x);
            return high == null ? y.clone() : torch.where(y.ge(high), high, y);
        });
    }

    private static Kernel fixed(Bound low, Bound high, boolean inPlace) {
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            if (Tensors.isFloating(x)) {
                return inPlace
                        ? torch.hardtanh_(x, low.real(), high.real())
                        : torch.hardtanh(x, low.real(), high.real());
            }
            if (low.exact() == null && high.exact() == null) {
                return x.clone();
            }
            return inPlace
                    ? torch.clamp_(x, low.optional(), high.optional())
                    : torch.clamp(x, low.optional(), high.optional());
        });
    }

    /**
     * {@code low + softplus(x - low) - softplus(x - high)} of a sharpness, a smooth stand-in for Clip; either bound may be absent. Inputs:
     * x, both bounds, sharpness; the latter three as attributes {@code min}, {@code max}, {@code beta} where they are absent.
     */
    static Kernel smooth(NodeContext node) {
        Function<Inputs, Scalar> sharpness = ActivationOperators.beta(node, 3);
        ToDoubleFunction<Inputs> atLeast = bound(node, 1, "min", Double.NEGATIVE_INFINITY);
        ToDoubleFunction<Inputs> atMost = bound(node, 2, "max", Double.POSITIVE_INFINITY);
        Scalar linearFrom = NodeContext.scalar(ActivationOperators.LINEAR_FROM);
        return Kernel.of(in -> {
            Scalar b = sharpness.apply(in);
            double low = atLeast.applyAsDouble(in);
            double high = atMost.applyAsDouble(in);
            if (!(low < high)) {
                throw node.unsupported("expected the lower bound below the upper, but found " + low + " and " + high);
            }
            if (Double.isInfinite(low)) {
                Tensor below = in.get(0).neg().add(new Scalar(high));
                return torch.softplus(ActivationOperators.normal(below, b), b, linearFrom)
                        .neg()
                        .add(new Scalar(high));
            }
            Tensor x = ActivationOperators.normal(in.get(0).sub(new Scalar(low)), b);
            if (Double.isInfinite(high)) {
                return torch.softplus(x, b, linearFrom).add(new Scalar(low));
            }
            // Far above the upper bound the two would cancel out.
            Tensor z = torch.clamp_max(x, new Scalar(high - low + ActivationOperators.LINEAR_FROM / b.toDouble()));
            Tensor over = ActivationOperators.normal(z.sub(new Scalar(high - low)), b);
            return torch.softplus(z, b, linearFrom)
                    .sub(torch.softplus(over, b, linearFrom))
                    .add(new Scalar(low));
        });
    }

    /** A bound that need not be known when the kernel is made: weights may be replaced at each run. */
    private static ToDoubleFunction<Inputs> bound(NodeContext node, int input, String name, double otherwise) {
        Array known = node.hasInput(input) ? scalar(node, input) : attribute(node, name);
        if (known == null && node.hasInput(input)) {
            return in -> in.get(input).item_double();
        }
        double value = known == null ? otherwise : known.get(0);
        return in -> value;
    }

    private static @Nullable Array attribute(NodeContext node, String name) {
        return node.attributes().has(name)
                ? Array.of(new float[] {node.attributes().getFloat(name, 0)})
                : null;
    }

    private static boolean known(NodeContext node, int input) {
        return !node.hasInput(input) || node.constant(input) != null;
    }

    private static @Nullable Array scalar(NodeContext node, int input) {
        Array value = node.constant(input);
        if (value != null && value.size() != 1) {
            throw node.unsupported("expected a scalar bound as input " + input + ", but found " + value);
        }
        return value;
    }
}
