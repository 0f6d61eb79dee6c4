package dev.qualm.network.operator;

import dev.qualm.network.engine.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Normalisation by statistics of the batch's past, of a sample, of groups of channels or of neighbours. */
final class NormalizationOperators {
    /** ONNX codes of the types that statistics may be computed in; here they always take the type of the data. */
    private static final List<Long> FLOAT_AND_DOUBLE = List.of(1L, 11L);

    private NormalizationOperators() {}

    static List<Operator> all() {
        return List.of(
                Operator.of("BatchNormalization", BatchNormalization::create),
                Operator.of("InstanceNormalization", NormalizationOperators::instance),
                Operator.of("GroupNormalization", NormalizationOperators::group),
                Operator.of("LayerNormalization", NormalizationOperators::layer),
                Operator.of("RMSNormalization", NormalizationOperators::rootMeanSquare),
                Operator.of("LpNormalization", NormalizationOperators::lp),
                Operator.of("MeanVarianceNormalization", NormalizationOperators::meanVariance),
                Operator.of("LRN", NormalizationOperators::localResponse));
    }

    private static Kernel instance(NodeContext node) {
        double epsilon = node.attributes().getFloat("epsilon", 1e-5f);
        return Kernel.of(in -> {
            TensorOptional none = new TensorOptional();
            return torch.instance_norm(
                    in.get(0),
                    new TensorOptional(in.get(1)),
                    new TensorOptional(in.get(2)),
                    none,
                    none,
                    true,
                    0,
                    epsilon,
                    false);
        });
    }

    /** Scale and bias are per group in operator set 18, per channel from 21 on. */
    private static Kernel group(NodeContext node) {
        stash(node);
        double epsilon = node.attributes().getFloat("epsilon", 1e-5f);
        long groups = node.attributes().getInt("num_groups", 0);
        if (groups < 1) {
            throw node.unsupported("expected num_groups >= 1, found " + groups);
        }
        boolean perGroup = node.opset() < 21;
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            long channels = x.size(1);
            if (channels % groups != 0) {
                throw node.unsupported(
                        "expected a number of channels divisible by num_groups " + groups + ", found " + channels);
            }
            Tensor scale = perGroup ? spread(in.get(1), channels) : in.get(1);
            Tensor bias = perGroup ? spread(in.get(2), channels) : in.get(2);
            if (!x.requires_grad() && (scale.requires_grad() || bias.requires_grad())) {
                // The engine's channels-last backward writes to the input's gradient even when there is none, and
                // crashes.
                x = x.contiguous();
            }
            return torch.group_norm(x, groups, new TensorOptional(scale), new TensorOptional(bias), epsilon, false);
        });
    }

    /** One value per group to one per channel. */
    private static Tensor spread(Tensor perGroup, long channels) {
        long groups = perGroup.numel();
        return perGroup.reshape(groups, 1)
                .expand(new long[] {groups, channels / groups}, false)
                .reshape(channels);
    }

    private static Kernel layer(NodeContext node) {
        stash(node);
        double epsilon = node.attributes().getFloat("epsilon", 1e-5f);
        long axis = node.attributes().getInt("axis", -1);
        boolean statistics = node.node().outputs().size() > 1;
        Scalar shift = NodeContext.scalar(epsilon);
        return in -> {
            Tensor x = in.get(0);
            long[] axes = axesFrom(node, x, axis);
            if (!statistics) {
                return new Tensor[] {layerNorm(x, axes, in.get(1), in.optional(2), epsilon)};
            }
            Tensor mean = Norms.mean(x, axes);
            Tensor centred = x.sub(mean);
            Tensor inverse = Norms.mean(centred.square(), axes).add(shift).rsqrt();
            return new Tensor[] {affine(centred.mul(inverse), in.get(1), in.optional(2)), mean, inverse};
        };
    }

    private static Tensor layerNorm(Tensor x, long[] axes, Tensor scale, @Nullable Tensor bias, double epsilon) {
        long[] shape = Arrays.stream(axes).map(x::size).toArray();
        // The engine wants weights of exactly the normalised shape; ONNX also takes what broadcasts to it.
        boolean exact =
                Arrays.equals(shape, Tensors.dims(scale)) && (bias == null || Arrays.equals(shape, Tensors.dims(bias)));
        TensorOptional none = new TensorOptional();
        if (exact) {
            return torch.layer_norm(
                    x,
                    shape,
                    new TensorOptional(scale),
                    bias == null ? none : new TensorOptional(bias),
                    epsilon,
                    false);
        }
        return affine(torch.layer_norm(x, shape, none, none, epsilon, false), scale, bias);
    }

    private static Tensor affine(Tensor x, Tensor scale, @Nullable Tensor bias) {
        Tensor scaled = x.mul(scale);
        return bias == null ? scaled : scaled.add(bias);
    }

    private static Kernel rootMeanSquare(NodeContext node) {
        stash(node);
        long axis = node.attributes().getInt("axis", -1);
        Scalar shift = NodeContext.scalar((double) node.attributes().getFloat("epsilon", 1e-5f));
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            Tensor meanSquare = Norms.mean(x.square(), axesFrom(node, x, axis));
            return x.mul(meanSquare.add(shift).rsqrt()).mul(in.get(1));
        });
    }

    /** Where the norm is zero the result is zero. */
    private static Kernel lp(NodeContext node) {
        long axis = node.attributes().getInt("axis", -1);
        long order = node.attributes().getInt("p", 2);
        if (order != 1 && order != 2) {
            throw node.unsupported("expected p = 1 or 2, found " + order);
        }
        Scalar zero = NodeContext.scalar(0.0);
        Scalar one = NodeContext.scalar(1.0);
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            Tensor norm = Norms.root(Norms.sum(Norms.power(x, order), new long[] {axis}), order);
            return x.div(norm.masked_fill(norm.eq(zero), one));
        });
    }

    private static Kernel meanVariance(NodeContext node) {
        long[] axes = node.attributes().getInts("axes");
        boolean acrossChannels = node.attributes().getInt("across_channels", 0) != 0;
        boolean varianceToo = node.attributes().getInt("normalize_variance", 1) != 0;
        // The constant of the operator's definition, which keeps constant inputs from dividing by zero.
        Scalar shift = NodeContext.scalar(1e-9);
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            long[] over = axes != null ? axes : acrossChannels ? Norms.axesExcept(x, 0) : Norms.axesExcept(x, 1);
            Tensor centred = x.sub(Norms.mean(x, over));
            if (!varianceToo) {
                return centred;
            }
            return centred.div(Norms.root(Norms.mean(centred.square(), over), 2).add(shift));
        });
    }

    /** {@code x / (bias + alpha / size * sum of squares of neighbouring channels) ^ beta}. */
    private static Kernel localResponse(NodeContext node) {
        long size = node.attributes().getInt("size", 0);
        if (size < 1) {
            throw node.unsupported("expected size >= 1, found " + size);
        }
        Scalar alpha = NodeContext.scalar((double) node.attributes().getFloat("alpha", 1e-4f) / size);
        Scalar exponent = NodeContext.scalar(-(double) node.attributes().getFloat("beta", 0.75f));
        Scalar bias = NodeContext.scalar((double) node.attributes().getFloat("bias", 1));
        Scalar zero = NodeContext.scalar(0.0);
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            long channels = x.size(1);
            // An even number of neighbours has one more above than below.
            long[] pads = new long[2 * ((int) x.dim() - 1)];
            pads[pads.length - 2] = (size - 1) / 2;
            pads[pads.length - 1] = size / 2;
            Tensor squares = torch.constant_pad_nd(x.square(), pads, zero);
            Tensor sum = squares.narrow(1, 0, channels);
            for (long i = 1; i < size; i++) {
                sum = sum.add(squares.narrow(1, i, channels));
            }
            return x.mul(sum.mul(alpha).add(bias).pow(exponent));
        });
    }

    private static long[] axesFrom(NodeContext node, Tensor x, long axis) {
        long first = axis < 0 ? axis + x.dim() : axis;
        if (first < 0 || first >= x.dim()) {
            throw node.unsupported("expected an axis of a tensor with " + x.dim() + " axes, found " + axis);
        }
        return LongStream.range(first, x.dim()).toArray();
    }

    private static void stash(NodeContext node) {
        long type = node.attributes().getInt("stash_type", 1);
        if (!FLOAT_AND_DOUBLE.contains(type)) {
            throw node.unsupported("expected stash_type 1 (float) or 11 (double), found " + type);
        }
    }
}
