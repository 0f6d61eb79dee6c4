package dev.qualm.network.operator;

import dev.qualm.network.engine.Tensors;
import java.util.List;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Softmax, LogSoftmax and Hardmax along an axis. From opset 13 the axis alone is normalised; before, all axes from it
 * on are taken together, as if the input were {@code [product before axis, product from axis on]}.
 */
final class SoftmaxOperators {
    private SoftmaxOperators() {}

    static List<Operator> all() {
        return List.of(
                Operator.of("Softmax", node -> along(node, torch::softmax)),
                Operator.of("LogSoftmax", node -> along(node, torch::log_softmax)),
                Operator.zeroGradient("Hardmax", node -> along(node, SoftmaxOperators::hardmax)));
    }

    @FunctionalInterface
    private interface AlongAxis {
        Tensor apply(Tensor x, long axis);
    }

    private static Kernel along(NodeContext node, AlongAxis function) {
        boolean together = node.opset() < 13;
        long axis = node.attributes().getInt("axis", together ? 1 : -1);
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            long first = axis < 0 ? axis + x.dim() : axis;
            if (!together || first == x.dim() - 1) {
                return function.apply(x, first);
            }
            long[] shape = Tensors.dims(x);
            if (first < 0 || first > shape.length) {
                throw node.unsupported("axis " + axis + " is outside the input of rank " + shape.length);
            }
            long outer = 1;
            for (int i = 0; i < first; i++) {
                outer *= shape[i];
            }
            long inner = outer == 0 ? 1 : x.numel() / outer;
            return function.apply(x.reshape(new long[] {outer, inner}), 1).reshape(shape);
        });
    }

    /** 1 at the first largest element, 0 elsewhere. */
    private static Tensor hardmax(Tensor x, long axis) {
        Tensor first = torch.argmax(x, new LongOptional(axis), true);
        return torch.zeros_like(x).scatter(axis, first, new Scalar(1));
    }
}
