package dev.qualm.network.operator;

import dev.qualm.array.Array;
import dev.qualm.network.engine.Tensors;
import java.util.List;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Dropout: the identity, unless the network runs as in training. Then each element is zeroed with probability {@code
 * ratio} and the others are divided by 1 - ratio; the engine's random generator decides, so seeding it is up to the
 * caller.
 *
 * <p>A file can rule training out: by {@code is_test} before opset 7, by the input {@code training_mode} (absent means
 * false) from opset 12. The mask output is of the input's type before opset 10, then boolean.
 */
final class DropoutOperators {
    private DropoutOperators() {}

    static List<Operator> all() {
        return List.of(Operator.aliasing("Dropout", DropoutOperators::dropout));
    }

    private static Kernel dropout(NodeContext node) {
        boolean inputs = node.opset() >= 12;
        boolean masked = node.node().outputs().size() > 1;
        boolean booleanMask = node.opset() >= 10;
        boolean possible = node.training()
                && (inputs ? node.hasInput(2) : node.attributes().getInt("is_test", 0) == 0);
        double attribute = node.attributes().getFloat("ratio", 0.5f);
        Array constantRatio = node.constant(1);
        Double fixed = !inputs || !node.hasInput(1)
                ? Double.valueOf(inputs ? 0.5 : attribute)
                : constantRatio == null ? null : Double.valueOf(constantRatio.get(0));
        return in -> {
            // An alias, so that the gradient with respect to the output has no paths that leave from the input.
            Tensor x = in.get(0).alias();
            boolean random = possible && (!inputs || in.get(2).item_bool());
            double ratio = random ? ratio(node, fixed, in) : 0;
            if (!masked) {
                return new Tensor[] {random ? torch.dropout(x, ratio, true) : x};
            }
            Tensor y = x;
            Tensor mask;
            if (random) {
                T_TensorTensor_T pair = torch.native_dropout(x, ratio, new BoolOptional(true));
                y = new Tensor(pair.get0());
                mask = new Tensor(pair.get1());
            } else {
                mask = torch.ones(Tensors.dims(x), Tensors.options(ScalarType.Bool));
            }
            return new Tensor[] {y, booleanMask ? mask : mask.to(Tensors.type(x))};
        };
    }

    private static double ratio(NodeContext node, @Nullable Double fixed, Inputs in) {
        double ratio = fixed == null ? in.get(1).item_double() : fixed;
        if (!(ratio >= 0 && ratio < 1)) {
            throw node.unsupported("expected a ratio in [0, 1), but found " + ratio);
        }
        return ratio;
    }
}
