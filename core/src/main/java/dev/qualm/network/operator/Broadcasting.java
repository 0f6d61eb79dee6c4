package dev.qualm.network.operator;

import dev.qualm.network.engine.Tensors;
import java.util.Arrays;
import java.util.function.BinaryOperator;
import org.bytedeco.pytorch.Tensor;

/** How the two operands of an elementwise operator are brought to one shape. */
/*
 * From opset 7 shapes are aligned at their last axes, as the engine does by itself. Before, attribute broadcast = 1
 * with axis k means that the second operand's first axis is the first one's axis k; trailing axes of length 1 turn that
 * into the new rule.
 */
final class Broadcasting {
    private Broadcasting() {}

    /** A kernel of inputs 0 and 1. */
    static Kernel kernel(NodeContext node, BinaryOperator<Tensor> function) {
        if (node.opset() >= 7 || !node.attributes().has("axis")) {
            return Kernel.of(in -> function.apply(in.get(0), in.get(1)));
        }
        long axis = node.attributes().getInt("axis", 0);
        return Kernel.of(in -> function.apply(in.get(0), aligned(node, in.get(0), in.get(1), axis)));
    }

    /**
     * As {@link #kernel}, but {@code overwriting} is called instead where the result fits into input 0: same type, and
     * its shape is the result's.
     */
    static Kernel inPlace(NodeContext node, BinaryOperator<Tensor> function, BinaryOperator<Tensor> overwriting) {
        return kernel(node, (a, b) -> fits(a, b) ? overwriting.apply(a, b) : function.apply(a, b));
    }

    private static Tensor aligned(NodeContext node, Tensor a, Tensor b, long axis) {
        long first = axis < 0 ? axis + a.dim() : axis;
        long trailing = a.dim() - first - b.dim();
        if (trailing < 0) {
            throw node.unsupported("axis " + axis + " does not place input " + Arrays.toString(Tensors.dims(b))
                    + " inside " + Arrays.toString(Tensors.dims(a)));
        }
        long[] dims = Tensors.dims(b);
        long[] shape = Arrays.copyOf(dims, dims.length + (int) trailing);
        Arrays.fill(shape, dims.length, shape.length, 1);
        return trailing == 0 ? b : b.reshape(shape);
    }

    /** Whether {@code a op b} has the type and shape of {@code a}. */
    static boolean fits(Tensor a, Tensor b) {
        if (Tensors.type(a) != Tensors.type(b) || b.dim() > a.dim()) {
            return false;
        }
        for (long i = 1; i <= b.dim(); i++) {
            long size = b.size(-i);
            if (size != 1 && size != a.size(-i)) {
                return false;
            }
        }
        return true;
    }
}
