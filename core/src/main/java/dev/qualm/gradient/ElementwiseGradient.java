package dev.qualm.gradient;

import dev.qualm.gradient.NodeGradient.Needs;
import dev.qualm.gradient.Parameters.Use;
import dev.qualm.network.graph.Node;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Per-input gradients of weights in Add, Sub, Mul, Div and of the slopes of PRelu. */
final class ElementwiseGradient {
    private ElementwiseGradient() {}

    static @Nullable Needs needs(Node n, int input) {
        List<String> output = List.of(n.output());
        return switch (n.op()) {
            case "Add", "Sub" -> new Needs(List.of(), output);
            case "PRelu" -> input == 1 ? new Needs(List.of(n.input(0)), output) : null;
            default -> new Needs(List.of(n.input(1 - input)), output);
        };
    }

    static @Nullable NodeGradient of(Use use, Recorded tape) {
        Node n = use.node();
        BatchAxis axis = tape.axis(n.output());
        if (axis == null) {
            return null;
        }
        int i = use.input();
        Tensor d = tape.gradient(n.output());
        int[] shape = tape.shape(n.input(i));
        Tensor product = switch (n.op()) {
            case "Add" -> d;
            case "Sub" -> i == 0 ? d : d.neg();
            case "Mul" -> d.mul(tape.value(n.input(1 - i)));
            case "Div" ->
                i == 0
                        ? d.div(tape.value(n.input(1)))
                        : d.mul(tape.value(n.input(0)))
                                .div(tape.value(n.input(1)).square())
                                .neg();
            default -> {
                if (tape.opset(n) < 7 && shape.length == 1 && shape[0] > 1 && d.dim() > 1) {
                    // A slope per channel belongs to axis 1 there.
                    int[] channels = new int[(int) d.dim() - 1];
                    Arrays.fill(channels, 1);
                    channels[0] = shape[0];
                    shape = channels;
                }
                yield d.mul(tape.value(n.input(0)).clamp(new ScalarOptional(), new ScalarOptional(new Scalar(0.0))));
            }
        };
        return ReducedGradient.of(product, axis, shape);
    }
}
