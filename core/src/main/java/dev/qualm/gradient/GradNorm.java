package dev.qualm.gradient;

import dev.qualm.ShapeException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.network.Head;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * GradNorm (Huang, Geng, Li, NeurIPS 2021): the p-norm of the gradient of KL(uniform, softmax(z / T)) by the weight of the last
 * linear layer, without its bias. <b>Large values mean familiar inputs</b>; negate it for a score of distrust.
 *
 * <p>Works best for outliers far from a network trained on very many classes; on small networks it can be worse than chance. The
 * authors' program sums over the classes where the paper averages: its values are K times these.
 */
/*
 * The gradient is the outer product of (p - u) / T and the features phi, so its norm is the product of the norms:
 * S = ||phi||_p ||p - u||_p / T. No backward pass. In the 1-norm, the bias would add ||p - u||_1 / T.
 */
public final class GradNorm {
    /** Below this spread of z / T the difference of p and u loses more than two of its digits if p is formed first. */
    private static final double NEARLY_UNIFORM = 1e-2;

    private GradNorm() {}

    /** GradNorm with T = 1 and the 1-norm, the paper's choice, {@code [n]}. Costs one forward pass. */
    public static double[] of(Network network, Array batch) {
        return of(network, Map.of(network.input().name(), batch), 1, 1);
    }

    /**
     * GradNorm of a batch.
     *
     * @param temperature T, positive
     * @param p order of the norm, positive or infinite
     * @throws UnsupportedModelException if the logits do not come from a linear layer
     */
    public static double[] of(Network network, Map<String, Array> batch, double temperature, double p) {
        Head head = network.structure().head();
        if (head == null || !network.structure().trueLogits()) {
            throw new UnsupportedModelException(
                    "GradNorm needs logits that come from a linear layer (Gemm, MatMul or 1x1 Conv)"
                            + " of the network, but '" + network.structure().logits()
                            + "' does not; name the right output, or use"
                            + " GradientMetrics with the loss klToUniform on the layer of your choice");
        }
        String logits = network.structure().logits();
        double[] all = new double[Math.max(0, Batches.rows(batch))];
        int at = 0;
        for (Map<String, Array> part : Batches.cut(network, batch, Integer.MAX_VALUE)) {
            double[] found = network.runWhole(part, List.of(logits, head.features()), values -> {
                Array z = matrix(Tensors.toArray(values.apply(logits)), logits);
                return of(network, z, values.apply(head.features()), temperature, p);
            });
            all = at + found.length > all.length ? Arrays.copyOf(all, at + found.length) : all;
            System.arraycopy(found, 0, all, at, found.length);
            at += found.length;
        }
        return all;
    }

    /** The usual norm needs no copy of the features: they are summed where they are. */
    private static double[] of(Network network, Array logits, Tensor features, double temperature, double p) {
        boolean averaged = Objects.requireNonNull(network.structure().head()).averaged();
        if (p != 1 || averaged || features.dim() < 2 || features.numel() == 0) {
            return of(logits, features(network, Tensors.toArray(features)), temperature, p);
        }
        int n = (int) features.size(0);
        if (logits.dim(0) != n || features.numel() / n != width(network)) {
            return of(logits, features(network, Tensors.toArray(features)), temperature, p); // says what is wrong
        }
        // The engine adds pairwise, so rounding does not grow with the number of features.
        Tensor sums = features.reshape(n, -1).abs().sum(new long[] {1}, false, new ScalarTypeOptional());
        double[] out = Tensors.toArray(sums).toDoubles();
        double[][] z = Logits.rows(logits);
        check(temperature, p);
        for (int i = 0; i < n; i++) {
            out[i] *= ofLogits(z[i], temperature, p);
        }
        return out;
    }

    /**
     * The input of the last linear layer as a matrix, its mean over positions if the layer's results are averaged ({@link Head#averaged}).
     *
     * @param found that input as the network computed it, {@code [n, d]}, {@code [n, d, 1, ...]} or, to be averaged, {@code [n, d, h, w]}
     * @return {@code [n, d]}
     * @throws UnsupportedModelException if the logits do not come from a linear layer
     * @throws ShapeException if the layer is applied more than once per input, as on sequences
     */
    public static Array features(Network network, @Nullable Array found) {
        int d = width(network);
        Head head = Objects.requireNonNull(network.structure().head());
        String name = head.features();
        Array features = matrix(found, name);
        if (features.dim(0) == 0) {
            return features.reshape(0, d);
        }
        if (head.averaged() && features.dim(1) > d && features.dim(1) % d == 0) {
            return means(features, d);
        }
        if (features.dim(1) != d) {
            throw new ShapeException(
                    "GradNorm needs the last linear layer to be applied once per input: expected features" + " [n, " + d
                            + "], but found " + found + " in '" + name + "'");
        }
        return features;
    }

    /** Means of each channel, {@code [n, d]} of {@code [n, d positions]}. */
    private static Array means(Array features, int d) {
        int n = features.dim(0);
        int positions = features.dim(1) / d;
        double[] out = new double[Math.multiplyExact(n, d)];
        for (int k = 0; k < out.length; k++) {
            double sum = 0;
            for (int s = 0; s < positions; s++) {
                sum += features.get(k * positions + s);
            }
            out[k] = sum / positions;
        }
        return Array.of(out, n, d);
    }

    /** Inputs of the last linear layer. */
    private static int width(Network network) {
        Head head = network.structure().head();
        Array weight = head == null ? null : network.graph().initializers().get(head.weight());
        if (head == null || weight == null) {
            throw new UnsupportedModelException(
                    "The logits '" + network.structure().logits()
                            + "' do not come from a linear layer, so there are no features; use a network with a head");
        }
        return weight.dim(head.classesFirst() ? 1 : 0);
    }

    private static Array matrix(@Nullable Array a, String name) {
        if (a == null || a.rank() < 2) {
            throw new ShapeException("Expected tensor '" + name + "' to have a batch axis and another, but found " + a);
        }
        return a.reshape(a.dim(0), a.dim(0) == 0 ? 0 : a.size() / a.dim(0));
    }

    /**
     * GradNorm from logits and features that are at hand.
     *
     * @param logits {@code [n, K]}
     * @param features input of the last linear layer, {@code [n, d]}
     * @param temperature T, positive
     * @param p order of the norm, positive or infinite
     * @return one value per row
     */
    public static double[] of(Array logits, Array features, double temperature, double p) {
        if (logits.rank() != 2 || features.rank() != 2 || logits.dim(0) != features.dim(0)) {
            throw new ShapeException("Expected logits [n, K] and features [n, d] of the same n, but found " + logits
                    + " and " + features);
        }
        check(temperature, p);
        double[][] z = Logits.rows(logits);
        int d = features.dim(1);
        double[] wide = features.dtype() == DType.FLOAT32 ? new double[0] : features.toDoubles();
        double[] out = new double[z.length];
        for (int i = 0; i < out.length; i++) {
            double phi = features.dtype() == DType.FLOAT32
                    ? norm(features.floats(), i * d, (i + 1) * d, p)
                    : norm(wide, i * d, (i + 1) * d, p);
            out[i] = phi * ofLogits(z[i], temperature, p);
        }
        return out;
    }

    private static void check(double temperature, double p) {
        if (!(temperature > 0) || Double.isInfinite(temperature)) {
            throw new IllegalArgumentException("Expected a positive temperature, but found " + temperature);
        }
        if (!(p > 0)) {
            throw new IllegalArgumentException("Expected a positive order p, but found " + p);
        }
    }

    /** The second factor, {@code |p - u| / T}. */
    private static double ofLogits(double[] z, double temperature, double p) {
        double[] difference = difference(z, temperature);
        return norm(difference, 0, difference.length, p) / temperature;
    }

    private static double norm(double[] x, int from, int to, double p) {
        if (p == 1) {
            double sum = 0;
            for (int i = from; i < to; i++) {
                sum += Math.abs(x[i]);
            }
            return sum;
        }
        Moments m = new Moments(new double[] {p});
        m.add(x, from, to);
        return m.norm(p);
    }

    /** The paper's norm is the one that many will ask for on many features; four sums hide the latency of additions. */
    private static double norm(float[] x, int from, int to, double p) {
        if (p != 1) {
            Moments m = new Moments(new double[] {p});
            m.add(x, from, to);
            return m.norm(p);
        }
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = from;
        for (; i < to - 3; i += 4) {
            a += Math.abs(x[i]);
            b += Math.abs(x[i + 1]);
            c += Math.abs(x[i + 2]);
            d += Math.abs(x[i + 3]);
        }
        for (; i < to; i++) {
            a += Math.abs(x[i]);
        }
        return a + b + (c + d);
    }

    /** {@code softmax(z / T) - u}. */
    private static double[] difference(double[] z, double temperature) {
        double largest = z[0];
        double smallest = z[0];
        for (double v : z) {
            largest = Math.max(largest, v);
            smallest = Math.min(smallest, v);
        }
        if ((largest - smallest) / temperature < NEARLY_UNIFORM) {
            return Loss.klToUniform()
                    .gradient(Arrays.stream(z).map(v -> v / temperature).toArray());
        }
        double[] p = Loss.softmax(z, temperature);
        for (int k = 0; k < p.length; k++) {
            p[k] -= 1.0 / p.length;
        }
        return p;
    }
}
