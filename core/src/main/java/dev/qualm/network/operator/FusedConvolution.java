package dev.qualm.network.operator;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Node;
import dev.qualm.network.operator.Window.Placement;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Convolution, sum and activation in one node: clamp(Conv(x, w, b) + s, min, max), where the bias b, the summand s and either
 * bound (attributes {@code min}, {@code max}) may be absent. Other attributes are those of Conv.
 *
 * <p>Attribute {@code packed} = 1 asks for the packed form of the weights for inputs of any size; without it, only small inputs
 * take it.
 */
final class FusedConvolution implements Kernel {
    /** Multiplications from which the engine's own convolution makes up for the longer time it takes to begin. */
    private static final double LARGE = 8e6;

    /** Output channels that the packed form computes together; fewer cost as much. */
    private static final int TILE = 16;

    private final Kernel convolution;
    private final Window window;
    private final long group;
    private final double low;
    private final double high;
    private final Scalar lowest;
    private final Scalar highest;
    private final boolean always;
    private final Queue<PackedConvolution> idle = new ConcurrentLinkedQueue<>();
    private volatile boolean packable;

    private FusedConvolution(NodeContext node) {
        convolution = ConvolutionOperators.conv(node);
        window = Window.of(node);
        group = node.attributes().getInt("group", 1);
        low = node.attributes().getFloat("min", Float.NEGATIVE_INFINITY);
        high = node.attributes().getFloat("max", Float.POSITIVE_INFINITY);
        lowest = NodeContext.scalar(low);
        highest = NodeContext.scalar(high);
        always = node.attributes().getInt("packed", 0) != 0;
        Array weight = node.constant(1);
        packable = node.precision() == Precision.FLOAT32
                && weight != null
                && weight.rank() == 4
                && weight.dtype() == DType.FLOAT32
                && low < high
                && (!node.hasInput(2) || node.constant(2) != null);
    }

    static List<Operator> all() {
        return List.of(Operator.of("FusedConv", FusedConvolution::new).inDomain(Node.QUALM_DOMAIN));
    }

    @Override
    public Tensor[] run(Inputs in) {
        Tensor x = in.get(0);
        Tensor summand = in.optional(3);
        Tensor y = packed(x, in.get(1), in.optional(2), summand == null);
        if (y == null) {
            y = convolution.run(in)[0];
        } else if (summand == null) {
            return new Tensor[] {y};
        }
        // A convolution needs its result neither again nor for its gradient, so all that follows may overwrite it. The
        // binding's in-place calls return a reference to their target; its own handle is the one to pass on.
        if (summand != null) {
            if (Broadcasting.fits(y, summand)) {
                y.add_(summand);
            } else {
                y = y.add(summand);
            }
        }
        if (low == 0 && high == Double.POSITIVE_INFINITY) {
            torch.relu_(y);
        } else if (low != Double.NEGATIVE_INFINITY || high != Double.POSITIVE_INFINITY) {
            torch.hardtanh_(y, lowest, highest);
        }
        return new Tensor[] {y};
    }

    private @Nullable Tensor packed(Tensor x, Tensor weight, @Nullable Tensor bias, boolean clamped) {
        if (!packable || x.requires_grad() || x.dim() != 4 || !Tensors.is(x, ScalarType.Float) || x.numel() == 0) {
            return null;
        }
        Placement p = window.place(x, weight);
        if (!p.symmetric()
                || multiplications(x, weight, p) >= (always && !wasteful(weight) ? Double.MAX_VALUE : LARGE)) {
            return null;
        }
        PackedConvolution packed = idle.poll();
        if (packed == null) {
            packed = PackedConvolution.of(
                    weight,
                    bias,
                    p,
                    group,
                    clamped ? low : Double.NEGATIVE_INFINITY,
                    clamped ? high : Double.POSITIVE_INFINITY);
            if (packed == null) {
                packable = false;
                return null;
            }
        }
        try {
            return packed.run(x);
        } finally {
            idle.add(packed);
        }
    }

    /** As the packed form counts them. */
    private double multiplications(Tensor x, Tensor weight, Placement p) {
        double each = (double) weight.numel() / weight.size(0) * (wasteful(weight) ? TILE : weight.size(0));
        return each * x.size(0) * x.size(2) * x.size(3) / (p.strides[0] * p.strides[1]);
    }

    private boolean wasteful(Tensor weight) {
        return group == 1 && weight.size(0) < TILE / 2;
    }

    @Override
    public void close() {
        for (PackedConvolution p = idle.poll(); p != null; p = idle.poll()) {
            p.close();
        }
    }
}
