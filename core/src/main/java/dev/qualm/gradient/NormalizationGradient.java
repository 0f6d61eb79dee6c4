package dev.qualm.gradient;

import dev.qualm.array.Array;
import dev.qualm.gradient.Parameters.Use;
import dev.qualm.network.graph.Node;
import dev.qualm.network.operator.Inputs;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Per-input gradients of scale and bias of the normalisations. The normalised values come from the operator itself, called with
 * scale one and bias zero, but for BatchNormalization, where the sums are divided instead of their terms; Layer and RMS normalisation have their weights on the last axes, the others on axis 1.
 */
final class NormalizationGradient {
    private NormalizationGradient() {}

    static @Nullable NodeGradient of(Use use, Recorded tape) {
        Node n = use.node();
        BatchAxis axis = tape.axis(n.output());
        boolean scale = use.input() == 1;
        if (axis == null || scale && !axis.equals(tape.axis(n.input(0)))) {
            return null;
        }
        Tensor d = tape.gradient(n.output());
        boolean trailing = n.op().equals("LayerNormalization") || n.op().equals("RMSNormalization");
        if (trailing) {
            int from = (int) n.attributes().getInt("axis", -1);
            from = from < 0 ? from + (int) d.dim() : from;
            if (from <= axis.axis()) {
                return null;
            }
        } else if (axis.axis() != 0 || d.dim() < 2) {
            return null;
        }
        int[] weight = tape.shape(n.input(use.input()));
        if (scale && n.op().equals("BatchNormalization") && Array.size(weight) == d.size(1)) {
            return perChannel(centred(n, tape).mul_(d), axis, Array.size(weight), deviations(n, tape));
        }
        Tensor product = scale ? normalised(n, tape).mul_(d) : d;
        return trailing
                ? ReducedGradient.of(product, axis, weight)
                : perChannel(product, axis, Array.size(weight), null);
    }

    /** All axes but the first two. */
    private static long[] positions(Tensor items) {
        long[] positions = new long[(int) items.dim() - 2];
        Arrays.setAll(positions, i -> i + 2L);
        return positions;
    }

    /** What BatchNormalization divides by its deviations. */
    private static Tensor centred(Node n, Recorded tape) {
        Tensor x = tape.value(n.input(0));
        long[] shape = new long[(int) x.dim()];
        Arrays.fill(shape, 1);
        shape[1] = -1;
        return x.sub(tape.value(n.input(3)).reshape(shape));
    }

    /** {@code [channels]}. */
    private static Tensor deviations(Node n, Recorded tape) {
        float epsilon = n.attributes().getFloat("epsilon", 1e-5f);
        return tape.value(n.input(4)).add(new Scalar((double) epsilon)).sqrt();
    }

    private static Tensor normalised(Node n, Recorded tape) {
        Tensor[] in = new Tensor[n.inputs().size()];
        for (int i = 0; i < in.length; i++) {
            in[i] = tape.value(n.input(i));
        }
        in[1] = torch.ones_like(in[1]);
        if (in.length > 2) {
            in[2] = torch.zeros_like(in[2]);
        }
        return tape.kernel(n.withOutputs(List.of(n.output()))).run(new Inputs(in))[0];
    }

    /** Sums over positions; over channels too where a group of them, or a whole sample's entries, shares a weight. */
    private static @Nullable NodeGradient perChannel(
            Tensor product, BatchAxis axis, long weights, @Nullable Tensor divisor) {
        Tensor items = axis.items(product);
        long channels = items.size(1);
        long entries = items.numel() / items.size(0);
        Tensor rows;
        if (channels % weights == 0) {
            Tensor perChannel = Recorded.sum(items, positions(items));
            // Sums are divided, not their terms: they are fewer.
            perChannel = divisor == null ? perChannel : perChannel.div(divisor);
            rows = weights == channels
                    ? perChannel
                    : Recorded.sum(perChannel.reshape(items.size(0), weights, channels / weights), 2);
        } else if (weights == entries) {
            rows = items.reshape(items.size(0), -1);
        } else {
            return null;
        }
        return ReducedGradient.ofRows(BatchAxis.addRepeats(rows, axis.repeats()));
    }
}
