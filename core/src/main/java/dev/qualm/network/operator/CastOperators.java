package dev.qualm.network.operator;

import dev.qualm.array.DType;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.ElementType;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** Conversions between element types. */
/*
 * 16-bit floats live in float32. A cast to one of them rounds to its grid, with the gradient of the identity
 * (straight-through): the derivative of the rounding itself is zero and says nothing. In float64 runs no float type
 * rounds, FLOAT as little as FLOAT16, so that such a run is the smooth function that differences can check.
 */
final class CastOperators {
    private CastOperators() {}

    static List<Operator> all() {
        return List.of(
                Operator.aliasing("Cast", CastOperators::cast),
                Operator.aliasing("CastLike", node -> Kernel.of(in -> to(in.get(0), Tensors.type(in.get(1))))));
    }

    private static Kernel cast(NodeContext node) {
        ElementType to = requested(node);
        ScalarType type = target(to, node);
        if (node.precision() == Precision.FLOAT32 && (to == ElementType.FLOAT16 || to == ElementType.BFLOAT16)) {
            ScalarType grid = to == ElementType.FLOAT16 ? ScalarType.Half : ScalarType.BFloat16;
            return Kernel.of(in -> rounded(in.get(0), grid));
        }
        Scalar mask = to == ElementType.UINT16
                ? NodeContext.scalar(0xffffL)
                : to == ElementType.UINT32 ? NodeContext.scalar(0xffffffffL) : null;
        return Kernel.of(in -> wrapped(to(in.get(0), type), mask));
    }

    /** Attribute {@code to}: a code, or in opset 1 a name. */
    private static ElementType requested(NodeContext node) {
        Object raw = node.attributes().get("to");
        if (raw instanceof String name) {
            return Arrays.stream(ElementType.values())
                    .filter(t -> t.name().equals(name))
                    .findFirst()
                    .orElse(ElementType.UNDEFINED);
        }
        return ElementType.of((int) node.attributes().getInt("to", 0));
    }

    /** The native type that holds an ONNX type. */
    static ScalarType target(ElementType to, NodeContext node) {
        DType dtype = to.dtype();
        if (dtype == null) {
            throw node.unsupported("expected a numeric or boolean element type, but found " + to
                    + " (strings, complex and 8-bit floating types are not supported)");
        }
        return node.precision().scalarType(dtype);
    }

    /** The engine returns the tensor itself where the type is right; {@link ViewOperators} says why that is no use. */
    private static Tensor to(Tensor x, ScalarType type) {
        return Tensors.is(x, type) ? x.alias() : x.to(type);
    }

    /** Unsigned types are held in the next larger signed type, so wrapping around is done by hand. */
    private static Tensor wrapped(Tensor x, @Nullable Scalar mask) {
        return mask == null ? x : x.bitwise_and(mask);
    }

    private static Tensor rounded(Tensor x, ScalarType grid) {
        Tensor value = x.detach().to(grid).to(ScalarType.Float);
        if (!x.requires_grad()) {
            return value;
        }
        // x - x is zero with the gradient of x; where x is infinite or NaN, nan_to_num puts the zero back.
        Tensor zero = x.sub(x.detach()).nan_to_num().to(ScalarType.Float);
        return value.add(zero);
    }
}
