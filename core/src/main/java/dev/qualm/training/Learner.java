package dev.qualm.training;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.Recording;
import dev.qualm.network.Tape;
import dev.qualm.network.engine.Engine;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/** The weights of a network while they are being learnt, apart from the network's own, and the steps that move them. */
final class Learner {
    /** The engine's numbers for "mean over the batch" and "no label is ignored". */
    private static final long MEAN = 1;

    private static final long NONE_IGNORED = -100;

    private final Network network;
    private final double labelSmoothing;
    private final Map<String, Tensor> weights = new LinkedHashMap<>();
    private final NativeOptimizer optimizer;

    /** Lives in the caller's open scope. */
    Learner(Network network, WeightRoles roles, Optimizer settings, double labelSmoothing) {
        this.network = network;
        this.labelSmoothing = labelSmoothing;
        List<Tensor> decayed = roles.decayed().stream().map(w -> leaf(w, true)).toList();
        List<Tensor> plain = roles.plain().stream().map(w -> leaf(w, true)).toList();
        roles.statistics().forEach(w -> leaf(w, false));
        optimizer = new NativeOptimizer(settings, decayed, plain);
    }

    private Tensor leaf(String name, boolean learnt) {
        Array first = Objects.requireNonNull(network.graph().initializers().get(name));
        Tensor t = Tensors.of(first, Precision.FLOAT32);
        t = first.rank() == 4 ? t.contiguous(MemoryFormat.ChannelsLast) : t;
        t = t.set_requires_grad(learnt);
        weights.put(name, t);
        return t;
    }

    /**
     * What one step found before it moved the weights.
     *
     * @param loss mean cross-entropy; where it is not finite the weights were not moved
     * @param correct items whose largest logit was at their label, or whose one logit was on its side of 0
     */
    record Step(double loss, int correct) {}

    /**
     * One step down the gradient of the mean cross-entropy of a batch.
     *
     * @param batch {@code [n, ...]}
     * @param labels {@code [n]}
     */
    Step step(Array batch, int[] labels, double learningRate) {
        Recording recording = new Recording(Set.of(), Set.of(), weights, true);
        try (NativeScope scope = NativeScope.recording();
                Tape tape = Tape.record(network, batch, recording)) {
            Tensor logits = tape.logits();
            try {
                Tensor loss = loss(logits, labels);
                double value = loss.item_double();
                if (Double.isFinite(value)) {
                    optimizer.clear();
                    loss.backward();
                    optimizer.step(learningRate);
                }
                return new Step(value, correct(Tensors.toArray(logits), labels));
            } catch (RuntimeException e) {
                throw Engine.failure("Training step with " + batch, e);
            }
        }
    }

    private Tensor loss(Tensor logits, int[] labels) {
        if (logits.size(1) == 1) {
            float[] targets = new float[labels.length];
            for (int i = 0; i < targets.length; i++) {
                targets[i] = (float) (labels[i] * (1 - labelSmoothing) + labelSmoothing / 2);
            }
            Tensor target = Tensors.of(Array.of(targets, targets.length, 1), Precision.FLOAT32);
            return torch.binary_cross_entropy_with_logits(
                    logits, target, new TensorOptional(), new TensorOptional(), MEAN);
        }
        long[] targets = Arrays.stream(labels).asLongStream().toArray();
        Tensor target = Tensors.of(Array.of(targets, targets.length), Precision.FLOAT32);
        return torch.cross_entropy_loss(logits, target, new TensorOptional(), MEAN, NONE_IGNORED, labelSmoothing);
    }

    private static int correct(Array logits, int[] labels) {
        int classes = logits.dim(1);
        int correct = 0;
        for (int i = 0; i < labels.length; i++) {
            int best = classes == 1 && logits.get(i) > 0 ? 1 : 0;
            for (int k = 1; k < classes; k++) {
                best = logits.get(i * classes + k) > logits.get(i * classes + best) ? k : best;
            }
            correct += best == labels[i] ? 1 : 0;
        }
        return correct;
    }

    /**
     * Copies of all weights and running statistics, by name.
     *
     * @throws TrainingException if one of them is not finite
     */
    Map<String, Array> weights() {
        Map<String, Array> out = new LinkedHashMap<>();
        weights.forEach((name, t) -> {
            Array a = Tensors.toArray(t);
            for (int i = 0; i < a.size(); i++) {
                if (!Double.isFinite(a.get(i))) {
                    throw new TrainingException("Training diverged at its end: weight '" + name + "' holds " + a.get(i)
                            + ". Lower the learning rate.");
                }
            }
            out.put(name, a);
        });
        return out;
    }
}
