package dev.qualm.network.operator;

import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Node;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongArrayRefOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/** What reverse passes written as graphs consist of, beside standard operators. Input 0 is the gradient at the output. */
final class GradientOperators {
    private GradientOperators() {}

    static List<Operator> all() {
        return List.of(
                of("ReluGradient", node -> relu(false)).withInPlace(node -> relu(true)),
                of("ClipGradient", node -> clip(node, false)).withInPlace(node -> clip(node, true)),
                of("SoftplusSlope", GradientOperators::slope),
                of("SoftplusBend", GradientOperators::bend),
                of("ConvGradient", GradientOperators::convolution),
                of("MaxPoolGradient", MaxPooling::gradient),
                of("MaxPoolPick", MaxPooling::pick),
                aliasing(
                        "ReshapeLike", Operator.Gradient.DIFFERENTIABLE, node -> Kernel.of(GradientOperators::reshape)),
                // The engine's gradient of a sum or a view is the gradient at its output itself.
                aliasing("LocalGradient", Operator.Gradient.NONE, node -> Kernel.of(GradientOperators::local)),
                aliasing("NodeGradient", Operator.Gradient.DIFFERENTIABLE, NodeGradientKernel::new));
    }

    private static Operator aliasing(String type, Operator.Gradient gradient, Operator.Factory factory) {
        return new Operator(Node.QUALM_DOMAIN, type, gradient, true, factory, null);
    }

    private static Operator of(String type, Operator.Factory factory) {
        return Operator.of(type, factory).inDomain(Node.QUALM_DOMAIN);
    }

    /** Inputs: input x of Softplus, beta if it is not an attribute: the derivative there, sigmoid(beta x). */
    private static Kernel slope(NodeContext node) {
        Function<Inputs, Scalar> beta = ActivationOperators.beta(node, 1);
        return Kernel.of(in -> {
            Scalar b = beta.apply(in);
            return torch.sigmoid(ActivationOperators.normal(in.get(0), b).mul(b));
        });
    }

    /** Inputs: output s of SoftplusSlope, beta: the second derivative there, beta s (1 - s). */
    private static Kernel bend(NodeContext node) {
        Function<Inputs, Scalar> beta = ActivationOperators.beta(node, 1);
        return Kernel.of(in -> in.get(0).sub(in.get(0).square()).mul(beta.apply(in)));
    }

    /** Inputs: gradient, output of Relu. */
    private static Kernel relu(boolean inPlace) {
        Scalar zero = NodeContext.scalar(0L);
        return Kernel.of(in -> inPlace
                ? torch.threshold_backward_outf(in.get(0), in.get(1), zero, in.get(0))
                : torch.threshold_backward(in.get(0), in.get(1), zero));
    }

    /** Inputs: gradient, output of Clip; attributes: its bounds. */
    private static Kernel clip(NodeContext node, boolean inPlace) {
        Scalar low = NodeContext.scalar((double) node.attributes().getFloat("min", Float.NEGATIVE_INFINITY));
        Scalar high = NodeContext.scalar((double) node.attributes().getFloat("max", Float.POSITIVE_INFINITY));
        return Kernel.of(in -> inPlace
                ? torch.hardtanh_backward_outf(in.get(0), in.get(1), low, high, in.get(0))
                : torch.hardtanh_backward(in.get(0), in.get(1), low, high));
    }

    /** Inputs: gradient, weights; attributes: those of Conv, equal pads given once, and the input's shape without the batch. */
    private static Kernel convolution(NodeContext node) {
        Attributes a = node.attributes();
        long[] strides = required(node, "strides");
        long[] pads = required(node, "pads");
        long[] dilations = required(node, "dilations");
        long[] shape = required(node, "shape");
        long[] none = new long[strides.length];
        long group = a.getInt("group", 1);
        boolean single = strides.length == 2 && shape[0] == 1;
        return Kernel.of(in -> {
            Tensor g = in.get(0);
            if (single && g.numel() > 0) {
                return columns(g, in.get(1), shape, dilations, pads, strides);
            }
            long[] full = new long[shape.length + 1];
            full[0] = g.size(0);
            System.arraycopy(shape, 0, full, 1, shape.length);
            // Only the input's shape and layout are read, and the result takes both.
            Tensor input = torch.empty(full, g.options(), layout(full));
            BoolPointer onlyInput =
                    new BoolPointer(3).put(0, true).put(1, false).put(2, false);
            return new Tensor(torch.convolution_backward(
                            g,
                            input,
                            in.get(1),
                            new LongArrayRefOptional(),
                            strides,
                            pads,
                            dilations,
                            false,
                            none,
                            group,
                            onlyInput)
                    .get0());
        });
    }

    /**
     * As a product of matrices, whose result is added up where kernels overlap. For an input of one channel this is two to six times
     * as fast as a direct algorithm, which computes as many channels as fit into the processor's registers; from three on it is slower.
     */
    private static Tensor columns(
            Tensor g, Tensor weight, long[] shape, long[] dilations, long[] pads, long[] strides) {
        Tensor kernels = weight.reshape(weight.size(0), -1).t();
        Tensor each = kernels.unsqueeze(0).expand(g.size(0), kernels.size(0), kernels.size(1));
        Tensor columns = each.bmm(g.flatten(2, 3));
        long[] size = {shape[1], shape[2]};
        long[] kernel = {weight.size(2), weight.size(3)};
        return torch.col2im(columns, size, kernel, dilations, pads, strides);
    }

    private static MemoryFormatOptional layout(long[] shape) {
        return shape.length == 4 ? new MemoryFormatOptional(MemoryFormat.ChannelsLast) : Tensors.noFormat();
    }

    private static long[] required(NodeContext node, String name) {
        long[] values = node.attributes().getInts(name);
        if (values == null) {
            throw node.unsupported("expected attribute " + name + ", found none");
        }
        return values;
    }

    /** Inputs: gradient, a tensor whose shape it takes. */
    private static Tensor reshape(Inputs in) {
        return in.get(0).reshape(Tensors.dims(in.get(1)));
    }

    /** Inputs: gradient, output of a recorded node, the leaf of its record to differentiate by. The record may be swept again. */
    private static Tensor local(Inputs in) {
        return gradient(in.get(1), in.get(2), in.get(0));
    }

    static Tensor gradient(Tensor y, Tensor x, Tensor cotangent) {
        if (!y.requires_grad()) {
            return torch.zeros_like(x);
        }
        TensorVector found = torch.grad(
                new TensorVector(y),
                new TensorVector(x),
                new TensorVector(cotangent),
                new BoolOptional(true),
                false,
                true);
        Tensor g = new Tensor(found.get(0));
        return g.defined() ? g : torch.zeros_like(x);
    }
}
