package dev.qualm.training;

import dev.qualm.array.Array;
import dev.qualm.network.Tape;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** The terms of what training minimises, as native scalars that can be differentiated. */
final class StepLosses {
    /** The engine's numbers for "mean over the batch", "sum" and "no label is ignored". */
    private static final long MEAN = 1;

    private static final long SUM = 2;
    private static final long NONE_IGNORED = -100;

    private StepLosses() {}

    /** Mean cross-entropy of logits {@code [n, classes]}; of one logit the binary one. */
    static Tensor crossEntropy(Tensor logits, int[] labels, double smoothing) {
        if (logits.size(1) == 1) {
            float[] targets = new float[labels.length];
            for (int i = 0; i < targets.length; i++) {
                targets[i] = (float) (labels[i] * (1 - smoothing) + smoothing / 2);
            }
            Tensor target = Tensors.of(Array.of(targets, targets.length, 1), Precision.FLOAT32);
            return torch.binary_cross_entropy_with_logits(
                    logits, target, new TensorOptional(), new TensorOptional(), MEAN);
        }
        return torch.cross_entropy_loss(logits, classes(labels), new TensorOptional(), MEAN, NONE_IGNORED, smoothing);
    }

    private static Tensor classes(int[] labels) {
        long[] targets = Arrays.stream(labels).asLongStream().toArray();
        return Tensors.of(Array.of(targets, targets.length), Precision.FLOAT32);
    }

    /** Mean over items of the divergence of the probabilities of {@code attacked} from those of {@code clean}. */
    static Tensor divergence(Tensor clean, Tensor attacked) {
        Tensor given = torch.log_softmax(clean, 1).exp();
        return torch.kl_div(torch.log_softmax(attacked, 1), given, SUM, false).div(new Scalar(clean.size(0)));
    }

    /** {@code |clean - attacked| / |clean|} of representations whose first axis is the batch. */
    static Tensor relativeError(Tensor clean, Tensor attacked, LayerPenalty.Over over) {
        boolean items = over == LayerPenalty.Over.ITEMS;
        Tensor a = rows(clean, items);
        Tensor moved = norms(rows(attacked, items).sub(a));
        Tensor size = norms(a);
        // A row without a size counts as 0 and is left out of the mean. It is replaced before the division: what
        // where() discards would
        // still make its gradient NaN.
        Tensor none = size.eq(new Scalar(0.0));
        Tensor ratio = moved.div(torch.where(none, torch.ones_like(size), size));
        Tensor counted = torch.where(none, torch.zeros_like(ratio), ratio);
        return counted.sum().div(none.logical_not().sum().clamp_min(new Scalar(1)));
    }

    private static Tensor rows(Tensor t, boolean items) {
        return t.reshape(items ? t.size(0) : 1, -1);
    }

    private static Tensor norms(Tensor rows) {
        return torch.linalg_vector_norm(rows, new Scalar(2.0), new long[] {1}, false, new ScalarTypeOptional());
    }

    /**
     * One-sample estimate of the mean squared Frobenius norm of the Hessian of each item's label logit by the input.
     *
     * @param tape with the input as leaf
     * @param leaf name of that input
     */
    static Tensor squaredHessianNorm(Tape tape, String leaf, int[] labels, Random random) {
        Tensor x = tape.value(leaf);
        Tensor logits = tape.logits();
        float[] chosen = new float[Math.toIntExact(logits.numel())];
        int count = Math.toIntExact(logits.size(1));
        for (int i = 0; i < labels.length; i++) {
            chosen[i * count + (count == 1 ? 0 : labels[i])] = 1;
        }
        float[] direction = new float[Math.toIntExact(x.numel())];
        for (int j = 0; j < direction.length; j++) {
            direction[j] = (float) random.nextGaussian();
        }
        Tensor cotangent = Tensors.of(Array.of(chosen, labels.length, count), Precision.FLOAT32);
        Tensor v = Tensors.of(Array.of(direction, Tensors.shape(x)), Precision.FLOAT32);
        Tensor gradient = tape.gradients(logits, cotangent, List.of(x), true).get(0);
        Tensor product = tape.gradients(gradient, v, List.of(x), true).get(0);
        return product.mul(product).sum().div(new Scalar(labels.length));
    }
}
