package dev.qualm.network.operator;

import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Elementwise mathematics of one argument. The output has the input's shape {@code [...]} and, except for tests, its
 * type.
 */
final class UnaryOperators {
    private UnaryOperators() {}

    static List<Operator> all() {
        return List.of(
                of("Exp", torch::exp),
                of("Log", torch::log),
                of("Sqrt", torch::sqrt),
                of("Reciprocal", torch::reciprocal),
                of("Neg", torch::neg)
                        .withInPlace(node -> Kernel.of(in -> in.get(0).neg_())),
                of("Abs", torch::abs),
                of("Erf", torch::erf),
                of("Sin", torch::sin),
                of("Cos", torch::cos),
                of("Tan", torch::tan),
                of("Asin", torch::asin),
                of("Acos", torch::acos),
                of("Atan", torch::atan),
                of("Sinh", torch::sinh),
                of("Cosh", torch::cosh),
                of("Asinh", torch::asinh),
                of("Acosh", torch::acosh),
                of("Atanh", torch::atanh),
                of("Det", torch::linalg_det),
                Operator.zeroGradient("Sign", node -> kernel(torch::sign)),
                Operator.zeroGradient("Floor", node -> kernel(torch::floor)),
                Operator.zeroGradient("Ceil", node -> kernel(torch::ceil)),
                // Halves go to the nearest even number, in libtorch as in ONNX.
                Operator.zeroGradient("Round", node -> kernel(torch::round)),
                Operator.noGradient("IsNaN", node -> kernel(torch::isnan)),
                Operator.noGradient("IsInf", UnaryOperators::isInf));
    }

    private static Operator of(String type, UnaryOperator<Tensor> function) {
        return Operator.of(type, node -> kernel(function));
    }

    private static Kernel kernel(UnaryOperator<Tensor> function) {
        return Kernel.of(in -> function.apply(in.get(0)));
    }

    private static Kernel isInf(NodeContext node) {
        boolean negative = node.attributes().getInt("detect_negative", 1) != 0;
        boolean positive = node.attributes().getInt("detect_positive", 1) != 0;
        if (negative && positive) {
            return kernel(torch::isinf);
        }
        if (negative || positive) {
            return kernel(negative ? torch::isneginf : torch::isposinf);
        }
        return kernel(x -> torch.isinf(x).logical_and(torch.isnan(x)));
    }
}
