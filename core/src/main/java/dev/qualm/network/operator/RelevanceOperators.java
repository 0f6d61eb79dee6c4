package dev.qualm.network.operator;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Node;
import java.util.List;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** What explanations written as graphs consist of, beside standard operators and gradients. */
final class RelevanceOperators {
    private RelevanceOperators() {}

    static List<Operator> all() {
        return List.of(
                Operator.of("StableDivide", node -> divide(node, false))
                        .withInPlace(node -> divide(node, true))
                        .inDomain(Node.QUALM_DOMAIN),
                Operator.of("SecantDivide", node -> Kernel.of(RelevanceOperators::secant))
                        .inDomain(Node.QUALM_DOMAIN),
                Operator.of("ResizeLike", node -> Kernel.of(RelevanceOperators::resize))
                        .inDomain(Node.QUALM_DOMAIN),
                Operator.of("ClassSeed", RelevanceOperators::seed).inDomain(Node.QUALM_DOMAIN));
    }

    /**
     * Inputs: a numerator, a denominator z of its shape. Attributes: {@code epsilon}; {@code form}, one of {@code add} (z + epsilon sign z,
     * the sign of 0 being +1), {@code add-positive} (z + epsilon) and {@code clip} (|z| at least epsilon); {@code relative}, whether
     * epsilon counts in root mean squares of each row of z. Where the denominator is zero all the same, the result is.
     */
    private static Kernel divide(NodeContext node, boolean inPlace) {
        // A tensor, since float attributes have single precision.
        Array given = node.attributes().getTensor("epsilon");
        if (given == null || given.size() != 1) {
            throw node.unsupported("expected attribute epsilon, one number, but found " + given);
        }
        Scalar epsilon = NodeContext.scalar(given.get(0));
        Scalar zero = NodeContext.scalar(0.0);
        String form = node.attributes().getString("form", "add");
        boolean relative = node.attributes().getInt("relative", 0) != 0;
        if (!List.of("add", "add-positive", "clip").contains(form)) {
            throw node.unsupported("expected form add, add-positive or clip, but found " + form);
        }
        return Kernel.of(in -> {
            Tensor z = in.get(1);
            Tensor e = relative ? rootMeanSquare(z).mul(epsilon) : torch.scalar_tensor(epsilon, z.options());
            Tensor stable = switch (form) {
                case "add-positive" -> z.add(e);
                case "clip" -> torch.where(z.lt(zero), torch.minimum(z, e.neg()), torch.maximum(z, e));
                default -> signed(z, e);
            };
            if (given.get(0) != 0 && !relative) {
                Tensor a = in.get(0);
                return inPlace && Broadcasting.fits(a, stable) ? a.div_(stable) : a.div(stable);
            }
            // Without epsilon a sum of zero has no shares: what arrives there is lost, not infinite.
            Tensor none = stable.eq(zero);
            Tensor safe = torch.where(none, torch.ones_like(stable), stable);
            return in.get(0).div(safe).masked_fill(none, zero);
        });
    }

    /** Inputs: a change of the output, the change of the input, what stands for their ratio where the latter is less than input 3. */
    private static Tensor secant(Inputs in) {
        Tensor dx = in.get(1);
        Tensor tiny = dx.abs().lt(in.get(3));
        // Zero divided by zero would spoil the derivative of the other branch.
        Tensor safe = torch.where(tiny, torch.ones_like(dx), dx);
        return torch.where(tiny, in.get(2), in.get(0).div(safe));
    }

    /** Inputs: images, {@code [n, c, h, w]}; a tensor whose height and width they take, by bilinear interpolation. */
    private static Tensor resize(Inputs in) {
        Tensor like = in.get(1);
        return torch.upsample_bilinear2d(in.get(0), new long[] {like.size(2), like.size(3)}, false);
    }

    /** z + e sign(z), the sign of 0 being +: adding 0 makes that of -0. The engine's choice between two tensors is many times slower. */
    private static Tensor signed(Tensor z, Tensor e) {
        Tensor positive = z.add(new Scalar(0L));
        return torch.copysign(e, positive).add(z);
    }

    private static Tensor rootMeanSquare(Tensor z) {
        long[] axes = new long[(int) z.dim() - 1];
        for (int a = 0; a < axes.length; a++) {
            axes[a] = a + 1;
        }
        return axes.length == 0 ? z.abs() : z.square().mean(axes, true, none()).sqrt();
    }

    /**
     * The gradient of one quantity of each row by the logits, where a reverse pass begins.
     *
     * <p>Inputs: what holds the logits, {@code [n, ...]}; classes, INT64 {@code [n]}, negative for the largest logit's. Attributes:
     * {@code quantity}, one of {@code logit}, {@code margin} (to the largest other logit), {@code probability},
     * {@code log-probability}; {@code holds}, {@code logits} or {@code probabilities}; {@code start}, {@code one} or {@code value} (the
     * gradient times the quantity).
     */
    private static Kernel seed(NodeContext node) {
        String quantity = node.attributes().getString("quantity", "logit");
        boolean value = node.attributes().getString("start", "one").equals("value");
        boolean probabilities = node.attributes().getString("holds", "logits").equals("probabilities");
        if (!List.of("logit", "margin", "probability", "log-probability").contains(quantity)) {
            throw node.unsupported("expected a known quantity, but found " + quantity);
        }
        return Kernel.of(in -> {
            Tensor raw = in.get(0);
            Tensor z = raw.dim() == 1 ? raw.unsqueeze(1) : raw.flatten(1, -1);
            long classes = z.size(1);
            Tensor best = torch.argmax(z, new LongOptional(1), false);
            Tensor c = in.get(1);
            Tensor chosen = torch.where(c.lt(new Scalar(0L)), best, c);
            check(chosen, classes);
            Tensor one = torch.one_hot(chosen, classes).to(Tensors.type(z));
            Tensor s = probabilities ? ofProbabilities(z, one, quantity) : ofLogits(z, one, quantity, classes);
            if (value) {
                s = s.mul(value(z, one, s, quantity, probabilities));
            }
            return s.reshape(Tensors.dims(raw));
        });
    }

    private static void check(Tensor chosen, long classes) {
        long largest = chosen.numel() == 0 ? 0 : chosen.max().item_long();
        if (largest >= classes) {
            throw new UnsupportedModelException(
                    "Class " + largest + " was asked for, but the network has classes 0 to " + (classes - 1));
        }
    }

    private static Tensor ofLogits(Tensor z, Tensor one, String quantity, long classes) {
        return switch (quantity) {
            case "margin" -> one.sub(other(z, one, classes));
            case "probability" -> {
                Tensor p = torch.softmax(z, 1);
                yield p.mul(one).sum(new long[] {1}, true, none()).mul(one.sub(p));
            }
            case "log-probability" -> one.sub(torch.softmax(z, 1));
            default -> one;
        };
    }

    /** Logarithms of probabilities are logits up to a shift; d log p = dp / p. */
    private static Tensor ofProbabilities(Tensor p, Tensor one, String quantity) {
        return switch (quantity) {
            case "margin" -> one.sub(other(p, one, p.size(1))).div(p);
            case "probability" -> one;
            default -> one.div(p);
        };
    }

    private static Tensor other(Tensor z, Tensor one, long classes) {
        Tensor without = z.detach().masked_fill(one.to(ScalarType.Bool), new Scalar(Double.NEGATIVE_INFINITY));
        Tensor second = torch.argmax(without, new LongOptional(1), false);
        return torch.one_hot(second, classes).to(Tensors.type(z));
    }

    private static Tensor value(Tensor z, Tensor one, Tensor seed, String quantity, boolean probabilities) {
        Tensor log = probabilities ? z.log() : z;
        Tensor summed = switch (quantity) {
            case "margin" -> (probabilities ? seed.sign() : seed).mul(log);
            case "probability" -> (probabilities ? z : torch.softmax(z, 1)).mul(one);
            case "log-probability" -> (probabilities ? log : torch.log_softmax(z, 1)).mul(one);
            default -> log.mul(one);
        };
        return summed.sum(new long[] {1}, true, none());
    }

    private static ScalarTypeOptional none() {
        return new ScalarTypeOptional();
    }
}
