package dev.qualm.network.operator;

import dev.qualm.network.engine.Tensors;
import java.util.List;
import java.util.function.BinaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Comparisons, boolean and bitwise logic, and the choice between two tensors, broadcast to one shape. */
final class LogicOperators {
    private LogicOperators() {}

    static List<Operator> all() {
        return List.of(
                of("Equal", torch::eq),
                of("Greater", torch::gt),
                of("Less", torch::lt),
                of("GreaterOrEqual", torch::ge),
                of("LessOrEqual", torch::le),
                of("And", torch::logical_and),
                of("Or", torch::logical_or),
                of("Xor", torch::logical_xor),
                Operator.noGradient("Not", node -> Kernel.of(in -> torch.logical_not(in.get(0)))),
                of("BitwiseAnd", torch::bitwise_and),
                of("BitwiseOr", torch::bitwise_or),
                of("BitwiseXor", torch::bitwise_xor),
                Operator.noGradient("BitShift", LogicOperators::bitShift),
                Operator.of("Where", node -> Kernel.of(in -> torch.where(in.get(0), in.get(1), in.get(2)))));
    }

    private static Operator of(String type, BinaryOperator<Tensor> function) {
        return Operator.noGradient(type, node -> Broadcasting.kernel(node, function));
    }

    /*
     * ONNX shifts unsigned integers only, so a 32-bit tensor here holds widened 16-bit ones. For 64 bits the file's
     * type (uint32 or uint64) is not known any more: bits shifted beyond 2^32 are kept.
     */
    private static Kernel bitShift(NodeContext node) {
        String direction = node.attributes().getString("direction", "");
        if (direction.equals("RIGHT")) {
            return Broadcasting.kernel(node, torch::bitwise_right_shift);
        }
        if (!direction.equals("LEFT")) {
            throw node.unsupported("expected direction LEFT or RIGHT, but found '" + direction + "'");
        }
        Scalar bits16 = NodeContext.scalar(0xFFFFL);
        return Broadcasting.kernel(node, (a, b) -> {
            Tensor shifted = torch.bitwise_left_shift(a, b);
            return Tensors.is(a, ScalarType.Int) ? shifted.bitwise_and(bits16) : shifted;
        });
    }
}
