package dev.qualm.network.operator;

import dev.qualm.network.graph.Attributes;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * BatchNormalization: inputs x, scale, bias, running mean, running variance.
 *
 * <p>Which statistics normalise: the running ones, unless the network is being trained ({@link NodeContext#training()}:
 * the batch's, and the running tensors are updated in place, with the unbiased variance) or the node itself asks for it
 * by the attribute {@code training_mode} (the batch's, and new running statistics as outputs, with the biased variance,
 * as ONNX defines). Files of older operator sets often still list training outputs; at inference these hand on the
 * running statistics.
 */
final class BatchNormalization {
    private BatchNormalization() {}

    static Kernel create(NodeContext node) {
        Attributes a = node.attributes();
        double epsilon = a.getFloat("epsilon", 1e-5f);
        double momentum = a.getFloat("momentum", 0.9f);
        int outputs = node.node().outputs().size();
        boolean perChannel = node.opset() >= 9 || a.getInt("spatial", 1) != 0;
        boolean batchStatistics = a.getInt("training_mode", 0) != 0;
        if (node.training() || batchStatistics) {
            if (!perChannel) {
                throw node.unsupported("expected spatial = 1 in training, found 0");
            }
            return node.training()
                    ? in -> outputs(outputs, train(in, epsilon, momentum), in.get(3), in.get(4))
                    : in -> trainingMode(in, outputs, epsilon, momentum);
        }
        Scalar shift = NodeContext.scalar(epsilon);
        return in ->
                outputs(outputs, perChannel ? infer(in, epsilon, shift) : perElement(in, shift), in.get(3), in.get(4));
    }

    private static Tensor infer(Inputs in, double epsilon, Scalar shift) {
        Tensor x = in.get(0);
        // A vector is a batch of one channel.
        return x.dim() == 1 ? infer(x.unsqueeze(1), in, epsilon, shift).squeeze(1) : infer(x, in, epsilon, shift);
    }

    private static Tensor infer(Tensor x, Inputs in, double epsilon, Scalar shift) {
        Tensor mean = in.get(3);
        Tensor var = in.get(4);
        if (mean.requires_grad() || var.requires_grad()) {
            // The engine's kernel has no derivative for running statistics.
            long[] channels = perChannel(x);
            Tensor factor = in.get(1).div(var.add(shift).sqrt()).reshape(channels);
            return x.sub(mean.reshape(channels)).mul(factor).add(in.get(2).reshape(channels));
        }
        return torch.batch_norm(
                x, option(in.get(1)), option(in.get(2)), option(mean), option(var), false, 0, epsilon, false);
    }

    /** Statistics for every element of a sample, an option of operator sets before 9. */
    private static Tensor perElement(Inputs in, Scalar shift) {
        Tensor factor = in.get(1).div(in.get(4).add(shift).sqrt());
        return in.get(0).sub(in.get(3)).mul(factor).add(in.get(2));
    }

    private static Tensor train(Inputs in, double epsilon, double momentum) {
        // ONNX's momentum weighs the old statistics, the engine's the new ones.
        return torch.batch_norm(
                in.get(0),
                option(in.get(1)),
                option(in.get(2)),
                option(in.get(3)),
                option(in.get(4)),
                true,
                1 - momentum,
                epsilon,
                false);
    }

    private static Tensor[] trainingMode(Inputs in, int outputs, double epsilon, double momentum) {
        Tensor x = in.get(0);
        TensorOptional none = new TensorOptional();
        Tensor y = torch.batch_norm(x, option(in.get(1)), option(in.get(2)), none, none, true, 0, epsilon, false);
        if (outputs == 1) {
            return new Tensor[] {y};
        }
        long[] axes = Norms.axesExcept(x, 1);
        Tensor mean = Norms.mean(x, axes);
        Tensor var = Norms.mean(x.sub(mean).square(), axes);
        Scalar old = new Scalar(momentum);
        Scalar fresh = new Scalar(1 - momentum);
        Tensor newMean = in.get(3).mul(old).add(mean.flatten(), fresh);
        Tensor newVar = in.get(4).mul(old).add(var.flatten(), fresh);
        return new Tensor[] {y, newMean, newVar};
    }

    /** The result, and copies of the running statistics for outputs 1 and 2 (and 3 and 4) if the node has them. */
    private static Tensor[] outputs(int count, Tensor y, Tensor mean, Tensor var) {
        Tensor[] all = new Tensor[count];
        all[0] = y;
        for (int i = 1; i < count; i++) {
            all[i] = (i % 2 == 1 ? mean : var).clone();
        }
        return all;
    }

    private static long[] perChannel(Tensor x) {
        long[] shape = new long[(int) x.dim()];
        Arrays.fill(shape, 1);
        shape[1] = -1;
        return shape;
    }

    private static TensorOptional option(Tensor t) {
        return new TensorOptional(t);
    }
}
