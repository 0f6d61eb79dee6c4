package dev.qualm.network.operator;

import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Node;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Elementwise activation functions; the output has the input's shape {@code [...]} and type.
 *
 * <p>At a kink the derivative is that of the left side, as in libtorch: 0 for Relu at 0, {@code alpha} for LeakyRelu.
 */
final class ActivationOperators {
    /** Where log(1 + exp(z)) equals z in float64 to the last bit; libtorch's default of 20 is 2e-9 off there. */
    static final long LINEAR_FROM = 40;

    private ActivationOperators() {}

    static List<Operator> all() {
        return List.of(
                of("Relu", torch::relu).withInPlace(node -> kernel(torch::relu_)),
                Operator.of("LeakyRelu", node -> leakyRelu(node, false)).withInPlace(node -> leakyRelu(node, true)),
                Operator.of("PRelu", ActivationOperators::pRelu),
                Operator.of("ThresholdedRelu", ActivationOperators::thresholdedRelu),
                Operator.of("Elu", ActivationOperators::elu),
                Operator.of("Selu", ActivationOperators::selu),
                Operator.of("Celu", ActivationOperators::celu),
                Operator.of("Softplus", node -> softplus(one())),
                Operator.of("Softplus", node -> softplus(beta(node, 1))).inDomain(Node.QUALM_DOMAIN),
                Operator.of("SmoothClip", ClipOperators::smooth).inDomain(Node.QUALM_DOMAIN),
                of("Softsign", x -> x.div(x.abs().add(new Scalar(1)))),
                of("Sigmoid", torch::sigmoid).withInPlace(node -> kernel(torch::sigmoid_)),
                of("Tanh", torch::tanh).withInPlace(node -> kernel(torch::tanh_)),
                Operator.of("HardSigmoid", node -> hardSigmoid(node, false))
                        .withInPlace(node -> hardSigmoid(node, true)),
                of("HardSwish", torch::hardswish).withInPlace(node -> kernel(torch::hardswish_)),
                Operator.of("Gelu", ActivationOperators::gelu),
                of("Mish", torch::mish),
                Operator.of("Swish", ActivationOperators::swish));
    }

    private static Operator of(String type, UnaryOperator<Tensor> function) {
        return Operator.of(type, node -> kernel(function));
    }

    private static Kernel kernel(UnaryOperator<Tensor> function) {
        return Kernel.of(in -> function.apply(in.get(0)));
    }

    private static Scalar attribute(NodeContext node, String name, double otherwise) {
        return NodeContext.scalar(
                node.attributes().has(name) ? node.attributes().getFloat(name, 0) : otherwise);
    }

    private static Kernel leakyRelu(NodeContext node, boolean inPlace) {
        Scalar alpha = attribute(node, "alpha", 0.01f);
        return kernel(x -> inPlace ? torch.leaky_relu_(x, alpha) : torch.leaky_relu(x, alpha));
    }

    private static Kernel pRelu(NodeContext node) {
        boolean perChannel = node.opset() < 7;
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            Tensor slope = in.get(1);
            // Before opset 7 a slope [c] belongs to axis 1; later it is broadcast from the last axis like any operand.
            if (perChannel && slope.dim() == 1 && slope.size(0) > 1 && x.dim() > 1) {
                long[] shape = new long[(int) x.dim() - 1];
                java.util.Arrays.fill(shape, 1);
                shape[0] = slope.size(0);
                slope = slope.reshape(shape);
            }
            return torch.where(x.gt(new Scalar(0)), x, x.mul(slope));
        });
    }

    private static Kernel thresholdedRelu(NodeContext node) {
        Scalar alpha = attribute(node, "alpha", 1);
        Scalar zero = NodeContext.scalar(0L);
        return kernel(x -> torch.threshold(x, alpha, zero));
    }

    private static Kernel elu(NodeContext node) {
        Scalar alpha = attribute(node, "alpha", 1);
        Scalar one = NodeContext.scalar(1L);
        return kernel(x -> torch.elu(x, alpha, one, one));
    }

    private static Kernel selu(NodeContext node) {
        boolean first = node.opset() < 6;
        Scalar alpha = attribute(node, "alpha", first ? 1.6732f : 1.6732632f);
        Scalar gamma = attribute(node, "gamma", first ? 1.0507f : 1.050701f);
        Scalar one = NodeContext.scalar(1L);
        return kernel(x -> torch.elu(x, alpha, gamma, one));
    }

    private static Kernel celu(NodeContext node) {
        Scalar alpha = attribute(node, "alpha", 1);
        return kernel(x -> torch.celu(x, alpha));
    }

    /** The sharpness of a smooth stand-in: input {@code i}, a number that may differ from run to run, or else an attribute. */
    static Function<Inputs, Scalar> beta(NodeContext node, int i) {
        if (node.hasInput(i)) {
            return in -> {
                double beta = in.get(i).item_double();
                if (!(beta > 0) || Double.isInfinite(beta)) {
                    throw node.unsupported("expected a positive finite beta, but found " + beta);
                }
                return new Scalar(beta);
            };
        }
        float beta = node.attributes().getFloat("beta", 1);
        if (!(beta > 0) || Float.isInfinite(beta)) {
            throw node.unsupported("expected a positive finite beta, but found " + beta);
        }
        Scalar fixed = NodeContext.scalar((double) beta);
        return in -> fixed;
    }

    private static Function<Inputs, Scalar> one() {
        Scalar one = NodeContext.scalar(1.0);
        return in -> one;
    }

    /** log(1 + exp(beta x)) / beta; for large beta a smooth stand-in for Relu whose second derivative is not zero. */
    private static Kernel softplus(Function<Inputs, Scalar> beta) {
        Scalar linearFrom = NodeContext.scalar(LINEAR_FROM);
        return Kernel.of(in -> {
            Scalar b = beta.apply(in);
            return torch.softplus(normal(in.get(0), b), b, linearFrom);
        });
    }

    /**
     * Inputs of softplus and its slope, cut off where the exponential leaves the normal numbers: subnormal ones take the processor ten
     * times as long, and what is lost is far below the last bit of anything it is added to.
     */
    static Tensor normal(Tensor x, Scalar beta) {
        double least = Tensors.is(x, ScalarType.Float) ? -80 : -700;
        return torch.clamp_min(x, new Scalar(least / beta.toDouble()));
    }

    /* The engine's own hardsigmoid has no second derivative. */
    private static Kernel hardSigmoid(NodeContext node, boolean inPlace) {
        Scalar alpha = attribute(node, "alpha", 0.2f);
        Scalar beta = attribute(node, "beta", 0.5f);
        Scalar zero = NodeContext.scalar(0L);
        Scalar one = NodeContext.scalar(1L);
        return inPlace
                ? kernel(x -> torch.hardtanh_(x.mul_(alpha).add_(beta), zero, one))
                : kernel(x -> torch.hardtanh(x.mul(alpha).add(beta), zero, one));
    }

    private static Kernel gelu(NodeContext node) {
        String approximate = node.attributes().getString("approximate", "none");
        if (!approximate.equals("none") && !approximate.equals("tanh")) {
            throw node.unsupported("expected approximate 'none' or 'tanh', but found '" + approximate + "'");
        }
        return kernel(x -> torch.gelu(x, approximate));
    }

    private static Kernel swish(NodeContext node) {
        Scalar alpha = attribute(node, "alpha", 1);
        boolean plain = node.attributes().getFloat("alpha", 1) == 1;
        return plain ? kernel(torch::silu) : kernel(x -> x.mul(torch.sigmoid(x.mul(alpha))));
    }
}
