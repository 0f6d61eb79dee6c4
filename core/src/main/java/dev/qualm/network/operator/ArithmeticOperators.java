package dev.qualm.network.operator;

import dev.qualm.array.Array;
import dev.qualm.network.engine.Tensors;
import java.util.List;
import java.util.function.BinaryOperator;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Elementwise arithmetic of two or more arguments, broadcast to one shape. Max and Min give each of two equal arguments
 * half of the gradient.
 */
final class ArithmeticOperators {
    private ArithmeticOperators() {}

    static List<Operator> all() {
        return List.of(
                of("Add", torch::add, (a, b) -> a.add_(b)),
                of("Sub", torch::sub, (a, b) -> a.sub_(b)),
                of("Mul", torch::mul, (a, b) -> a.mul_(b)),
                of("Div", ArithmeticOperators::div, (a, b) -> Tensors.isFloating(a) ? a.div_(b) : div(a, b)),
                Operator.of("Mod", ArithmeticOperators::mod),
                Operator.of("Pow", ArithmeticOperators::pow),
                Operator.of("Max", node -> Kernel.of(in -> fold(in, torch::maximum))),
                Operator.of("Min", node -> Kernel.of(in -> fold(in, torch::minimum))),
                Operator.of("Sum", node -> Kernel.of(in -> fold(in, torch::add))),
                Operator.of("Mean", node -> {
                    Scalar count =
                            NodeContext.scalar((long) node.node().inputs().size());
                    return Kernel.of(in -> fold(in, torch::add).div(count));
                }));
    }

    private static Operator of(String type, BinaryOperator<Tensor> function, BinaryOperator<Tensor> overwriting) {
        return Operator.of(type, node -> Broadcasting.kernel(node, function))
                .withInPlace(node -> Broadcasting.inPlace(node, function, overwriting));
    }

    /** Integers are divided towards zero. */
    private static Tensor div(Tensor a, Tensor b) {
        if (Tensors.isFloating(a)) {
            return torch.div(a, b);
        }
        // The native view does not own its characters, so they must live until the call is over.
        try (BytePointer text = new BytePointer("trunc");
                StringViewOptional rounding = new StringViewOptional(text)) {
            return torch.div(a, b, rounding);
        }
    }

    /** The remainder's sign is the divisor's, or with {@code fmod} the dividend's. */
    private static Kernel mod(NodeContext node) {
        if (node.attributes().getInt("fmod", 0) != 0) {
            return Broadcasting.kernel(node, torch::fmod);
        }
        return Broadcasting.kernel(node, (a, b) -> {
            if (Tensors.isFloating(a)) {
                throw node.unsupported("expected fmod = 1 for floating inputs, but found 0");
            }
            return torch.remainder(a, b);
        });
    }

    private static Kernel pow(NodeContext node) {
        Array exponent = node.constant(1);
        if (exponent == null || exponent.size() != 1) {
            return Broadcasting.kernel(node, ArithmeticOperators::pow);
        }
        // With a number as exponent the engine squares by multiplying instead of calling pow per element.
        Scalar number = NodeContext.scalar(exponent.get(0));
        int rank = exponent.rank();
        Kernel general = Broadcasting.kernel(node, ArithmeticOperators::pow);
        return in -> Tensors.isFloating(in.get(0)) && rank <= in.get(0).dim()
                ? new Tensor[] {torch.pow(in.get(0), number)}
                : general.run(in);
    }

    /** The result has the type of the base; an integer base with a floating exponent goes through float64. */
    private static Tensor pow(Tensor base, Tensor exponent) {
        ScalarType type = Tensors.type(base);
        if (Tensors.isFloating(base)) {
            return torch.pow(base, exponent.to(type));
        }
        if (Tensors.isFloating(exponent)) {
            return torch.pow(base.to(ScalarType.Double), exponent.to(ScalarType.Double))
                    .to(type);
        }
        return torch.pow(base, exponent).to(type);
    }

    private static Tensor fold(Inputs in, BinaryOperator<Tensor> function) {
        Tensor result = in.get(0);
        for (int i = 1; i < in.count(); i++) {
            result = function.apply(result, in.get(i));
        }
        // Outputs of these operators may be overwritten later, so a single input must not be handed through.
        return in.count() == 1 ? result.clone() : result;
    }
}
