package dev.qualm.network.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** The activation functions that recurrent operators name in attributes. */
final class RecurrentActivations {
    private static final float ABSENT = Float.NaN;

    private final NodeContext node;
    private final float[] alphas;
    private final float[] betas;
    private int nextAlpha;
    private int nextBeta;

    private RecurrentActivations(NodeContext node) {
        this.node = node;
        alphas = orEmpty(node.attributes().getFloats("activation_alpha"));
        betas = orEmpty(node.attributes().getFloats("activation_beta"));
    }

    /**
     * The functions of all directions, in order.
     *
     * @param defaults names for one direction, used when the node names none
     */
    static List<UnaryOperator<Tensor>> of(NodeContext node, List<String> defaults, int directions) {
        List<String> names = node.attributes().getStrings("activations");
        if (names == null || names.isEmpty()) {
            names = new ArrayList<>();
            for (int d = 0; d < directions; d++) {
                names.addAll(defaults);
            }
        }
        if (names.size() != defaults.size() * directions) {
            throw node.unsupported(
                    "expected " + defaults.size() * directions + " names in activations, found " + names);
        }
        RecurrentActivations read = new RecurrentActivations(node);
        return names.stream().map(read::function).toList();
    }

    /** Parameters are handed out in order to the functions that take them, as the lists leave out the others. */
    private UnaryOperator<Tensor> function(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "relu" -> torch::relu;
            case "tanh" -> Tensor::tanh;
            case "sigmoid" -> Tensor::sigmoid;
            case "softsign" -> x -> x.div(x.abs().add(new Scalar(1.0)));
            case "softplus" -> torch::softplus;
            case "affine" -> {
                Scalar alpha = alpha(1);
                Scalar beta = beta(0);
                yield x -> x.mul(alpha).add(beta);
            }
            case "scaledtanh" -> {
                Scalar alpha = alpha(ABSENT);
                Scalar beta = beta(ABSENT);
                yield x -> x.mul(beta).tanh().mul(alpha);
            }
            case "leakyrelu" -> {
                Scalar alpha = alpha(0.01f);
                yield x -> torch.leaky_relu(x, alpha);
            }
            case "thresholdedrelu" -> {
                Scalar alpha = alpha(1);
                Scalar zero = NodeContext.scalar(0.0);
                yield x -> torch.threshold(x, alpha, zero);
            }
            case "hardsigmoid" -> {
                Scalar alpha = alpha(0.2f);
                Scalar beta = beta(0.5f);
                Scalar zero = NodeContext.scalar(0.0);
                Scalar one = NodeContext.scalar(1.0);
                yield x -> torch.hardtanh(x.mul(alpha).add(beta), zero, one);
            }
            case "elu" -> {
                Scalar alpha = alpha(1);
                Scalar one = NodeContext.scalar(1.0);
                yield x -> torch.elu(x, alpha, one, one);
            }
            default -> throw node.unsupported("expected a known activation, found '" + name + "'");
        };
    }

    private Scalar alpha(float otherwise) {
        return value("activation_alpha", nextAlpha < alphas.length ? alphas[nextAlpha++] : otherwise);
    }

    private Scalar beta(float otherwise) {
        return value("activation_beta", nextBeta < betas.length ? betas[nextBeta++] : otherwise);
    }

    private Scalar value(String attribute, float v) {
        if (Float.isNaN(v)) {
            throw node.unsupported("expected a value in " + attribute
                    + " for every activation that has no default, found " + "too few");
        }
        return NodeContext.scalar((double) v);
    }

    private static float[] orEmpty(float @Nullable [] values) {
        return values == null ? new float[0] : values;
    }
}
