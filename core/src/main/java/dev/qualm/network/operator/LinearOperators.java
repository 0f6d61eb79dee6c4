package dev.qualm.network.operator;

import dev.qualm.network.engine.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Matrix products. */
final class LinearOperators {
    private LinearOperators() {}

    static List<Operator> all() {
        return List.of(
                Operator.of("Gemm", LinearOperators::gemm),
                Operator.of("MatMul", node -> Kernel.of(in -> torch.matmul(in.get(0), in.get(1)))),
                // Transposes and diagonals are views.
                Operator.aliasing("Einsum", LinearOperators::einsum));
    }

    private static Kernel gemm(NodeContext node) {
        boolean transposeA = node.attributes().getInt("transA", 0) != 0;
        boolean transposeB = node.attributes().getInt("transB", 0) != 0;
        float alpha = node.attributes().getFloat("alpha", 1);
        float beta = node.attributes().getFloat("beta", 1);
        Scalar scaleProduct = NodeContext.scalar((double) alpha);
        Scalar scaleSummand = NodeContext.scalar((double) beta);
        return Kernel.of(in -> {
            Tensor a = transposeA ? in.get(0).t() : in.get(0);
            Tensor b = transposeB ? in.get(1).t() : in.get(1);
            Tensor c = in.optional(2);
            if (!Tensors.isFloating(a)) {
                return integerGemm(node, a, b, c, alpha, beta);
            }
            if (c != null) {
                return torch.addmm(c, a, b, scaleSummand, scaleProduct);
            }
            Tensor product = torch.mm(a, b);
            return alpha == 1 ? product : product.mul(scaleProduct);
        });
    }

    private static Tensor integerGemm(
            NodeContext node, Tensor a, Tensor b, @Nullable Tensor c, float alpha, float beta) {
        if (alpha != Math.rint(alpha) || beta != Math.rint(beta)) {
            throw node.unsupported(
                    "expected whole alpha and beta for integer matrices, found " + alpha + " and " + beta);
        }
        Tensor product = torch.mm(a, b).mul(new Scalar((long) alpha));
        return c == null ? product : product.add(c, new Scalar((long) beta));
    }

    /** The engine reads the same equations as ONNX: spaces, upper and lower case, ellipsis, output left out. */
    private static Kernel einsum(NodeContext node) {
        String equation = node.attributes().getString("equation", "");
        if (equation.isBlank()) {
            throw node.unsupported("expected attribute equation, found none");
        }
        return Kernel.of(in -> {
            TensorVector operands = new TensorVector();
            for (int i = 0; i < in.count(); i++) {
                operands.push_back(in.get(i));
            }
            return torch.einsum(equation, operands);
        });
    }
}
