package dev.qualm.attack;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.Sweep;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Fast gradient sign method (Goodfellow, Shlens, Szegedy 2015, section 4): one step of size epsilon along the sign of the
 * gradient of the cross-entropy, clipped to the box of valid inputs. Costs 2 passes.
 *
 * @param epsilon step in units of the network's input, positive
 * @param low smallest valid input value, per channel (axis 1) or one for all
 * @param high largest valid input value, likewise
 */
public record Fgsm(double epsilon, float[] low, float[] high) {
    public Fgsm {
        if (!(epsilon > 0)) {
            throw new IllegalArgumentException("epsilon must be positive, but found " + epsilon);
        }
        if (low.length == 0 || low.length != high.length) {
            throw new ShapeException(
                    "Expected as many lower as upper bounds, but found " + low.length + " and " + high.length);
        }
        low = low.clone();
        high = high.clone();
    }

    /** An attack on inputs that live in {@code [low, high]} in every channel. */
    public static Fgsm of(double epsilon, float low, float high) {
        return new Fgsm(epsilon, new float[] {low}, new float[] {high});
    }

    /**
     * Attacks a batch.
     *
     * @param batch inputs, {@code [n, ...]}
     * @param labels the class whose cross-entropy is raised, {@code [n]}
     * @return inputs of the same shape, each entry within epsilon of the original and within the box
     */
    public Array attack(Network network, Array batch, int[] labels) {
        if (batch.rank() == 0 || labels.length != batch.dim(0)) {
            throw new ShapeException(
                    "Expected one label per input, but found " + labels.length + " labels for " + batch);
        }
        int rows = network.microBatch(java.util.Map.of(network.input().name(), batch));
        List<Array> parts = new ArrayList<>();
        for (int from = 0; from < labels.length; from += rows) {
            int to = Math.min(labels.length, from + rows);
            parts.add(step(network, batch.slice(from, to), java.util.Arrays.copyOfRange(labels, from, to)));
        }
        return parts.isEmpty() ? batch : Array.concat(parts);
    }

    private Array step(Network network, Array batch, int[] labels) {
        try (NativeScope scope = NativeScope.values();
                Sweep sweep = Sweep.of(network, batch)) {
            Tensor logits = sweep.logits();
            // Gradient of the cross-entropy with respect to the logits, written out: softmax minus one-hot.
            Tensor cotangent = torch.softmax(logits, 1);
            Tensor index = Tensors.of(Array.of(longs(labels), labels.length, 1), network.precision());
            cotangent.scatter_add_(
                    1, index, torch.ones_like(cotangent).narrow(1, 0, 1).neg());
            Array gradient = Tensors.toArray(sweep.gradient(cotangent));
            return moved(batch.asFloat32(), gradient);
        }
    }

    private Array moved(Array batch, Array gradient) {
        float[] x = batch.floats();
        float[] out = new float[x.length];
        int channels = batch.rank() > 1 ? batch.dim(1) : 1;
        if (low.length != 1 && low.length != channels) {
            throw new ShapeException("Expected bounds for 1 or " + channels + " channels, but found " + low.length);
        }
        int inner = 1;
        for (int a = 2; a < batch.rank(); a++) {
            inner *= batch.dim(a);
        }
        for (int i = 0; i < x.length; i++) {
            int c = low.length == 1 ? 0 : i / inner % channels;
            double moved = x[i] + epsilon * Math.signum(gradient.get(i));
            out[i] = (float) Math.min(high[c], Math.max(low[c], moved));
        }
        return Array.of(out, batch.shape());
    }

    private static long[] longs(int[] values) {
        return java.util.Arrays.stream(values).asLongStream().toArray();
    }
}
