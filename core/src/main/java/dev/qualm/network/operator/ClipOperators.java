package dev.qualm.network.operator;

import dev.qualm.array.Array;
import dev.qualm.network.engine.Tensors;
import java.util.List;
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
