package dev.qualm.gradient;

import dev.qualm.array.Array;
import dev.qualm.gradient.NodeGradient.Outer;
import dev.qualm.gradient.NodeGradient.Sparse;
import dev.qualm.gradient.Parameters.Parameter;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Collects the statistics of the gradients of one weight, input by input.
 */
/*
 * Gradients arrive for a loss scaled per input to a largest logit derivative of 1, so that no confidence underflows float32; the
 * scale comes back in double when the metrics are written, except for transforms of whole gradients, which see true values.
 *
 * One use without a whole-gradient transform is summarised in closed form where there is one. Everything else is formed for as
 * many inputs at a time as suit the caches, copied out and summarised in one pass in double: as fast as the engine's reductions and
 * exact.
 */
final class ParameterMoments {
    /** Numbers that go through the forming of gradients at once: within the second-level cache, and too few for fresh pages. */
    private static final long FORMED = 3 << 18;

    private final GradientTransform transform;
    private final double[] powers;
    private final double[] scales;
    private float[] buffer = new float[0];

    /**
     * @param scales what the collected gradients must be multiplied with, one per input
     */
    ParameterMoments(GradientTransform transform, double[] powers, double[] scales) {
        this.transform = transform;
        this.powers = powers;
        this.scales = scales;
    }

    /** Moments per input, or null if a use has no per-sample form. */
    Moments @Nullable [] of(Parameter parameter, Recorded tape) {
        if (parameter.derived() || parameter.uses().isEmpty()) {
            return null;
        }
        List<NodeGradient> uses = new ArrayList<>();
        for (Parameters.Use use : parameter.uses()) {
            NodeGradient g = NodeGradients.of(use, tape);
            if (g == null) {
                return null;
            }
            uses.add(g);
        }
        Moments[] moments = empty(tape.count());
        boolean whole = transform instanceof GradientTransform.Custom;
        if (uses.size() == 1 && !whole) {
            Outer outer = uses.get(0).outer();
            if (outer != null) {
                outer(outer, moments);
                return moments;
            }
            Sparse sparse = uses.get(0).sparse();
            if (sparse != null) {
                sparse(sparse, moments);
                return moments;
            }
        }
        long entries = Math.max(1, Array.size(parameter.shape()));
        long work = uses.stream().mapToLong(NodeGradient::work).sum() + entries;
        int parts = (int) Math.min(tape.count(), (tape.count() * work + FORMED - 1) / FORMED);
        int step = (tape.count() + parts - 1) / Math.max(1, parts);
        for (int from = 0; from < tape.count(); from += step) {
            int to = Math.min(tape.count(), from + step);
            try (NativeScope scope = NativeScope.values()) {
                boolean ordered = whole || uses.size() > 1;
                Tensor sum = uses.get(0).formed(from, to, ordered);
                for (NodeGradient g : uses.subList(1, uses.size())) {
                    sum = sum.add(g.formed(from, to, ordered));
                }
                rows(sum, from, parameter.shape(), moments);
            }
        }
        return moments;
    }

    Moments[] empty(int count) {
        Moments[] moments = new Moments[count];
        Arrays.setAll(moments, i -> new Moments(powers));
        return moments;
    }

    /**
     * Adds formed gradients.
     *
     * @param gradients {@code [rows, entries]}
     * @param first index of the first row's input
     * @param shape of one gradient, for transforms of whole gradients
     */
    void rows(Tensor gradients, int first, int[] shape, Moments[] moments) {
        int n = (int) gradients.size(0);
        int width = n == 0 ? 0 : (int) (gradients.numel() / n);
        if (transform instanceof GradientTransform.None && Tensors.is(gradients, ScalarType.Float)) {
            if (buffer.length < n * width) {
                buffer = new float[n * width];
            }
            gradients.contiguous().data_ptr_float().get(buffer, 0, n * width);
            for (int i = 0; i < n; i++) {
                moments[first + i].add(buffer, i * width, (i + 1) * width);
            }
            return;
        }
        Array a = Tensors.toArray(gradients);
        if (transform instanceof GradientTransform.Custom custom) {
            double[] all = a.toDoubles();
            for (int i = 0; i < n; i++) {
                double[] g = Arrays.copyOfRange(all, i * width, (i + 1) * width);
                for (int j = 0; j < width; j++) {
                    g[j] *= scales[first + i];
                }
                double[] out = custom.function().apply(Array.of(g, shape)).toDoubles();
                moments[first + i].add(out, 0, out.length);
            }
        } else {
            double[] all = transformed(a);
            for (int i = 0; i < n; i++) {
                moments[first + i].add(all, i * width, (i + 1) * width);
            }
        }
    }

    private double[] transformed(Array a) {
        double[] all = a.toDoubles();
        if (!(transform instanceof GradientTransform.None)) {
            for (int i = 0; i < all.length; i++) {
                all[i] = transform.applyAsDouble(all[i]);
            }
        }
        return all;
    }

    /** Magnitude and square of a product are products; a factor goes to one side. */
    private void outer(Outer outer, Moments[] moments) {
        if (transform instanceof GradientTransform.None && Tensors.is(outer.left(), ScalarType.Float)) {
            float[] left = Tensors.toArray(outer.left()).floats();
            float[] right = Tensors.toArray(outer.right()).floats();
            int p = left.length / moments.length;
            int q = right.length / moments.length;
            for (int i = 0; i < moments.length; i++) {
                Moments l = new Moments(powers);
                l.add(left, i * p, (i + 1) * p);
                Moments r = new Moments(powers);
                r.add(right, i * q, (i + 1) * q);
                moments[i].add(Moments.product(l, r));
            }
            return;
        }
        double[] left = transformed(Tensors.toArray(outer.left()));
        Array rightArray = Tensors.toArray(outer.right());
        double[] right =
                transform instanceof GradientTransform.Scale ? rightArray.toDoubles() : transformed(rightArray);
        int p = left.length / moments.length;
        int q = right.length / moments.length;
        for (int i = 0; i < moments.length; i++) {
            Moments l = new Moments(powers);
            l.add(left, i * p, (i + 1) * p);
            Moments r = new Moments(powers);
            r.add(right, i * q, (i + 1) * q);
            moments[i].add(Moments.product(l, r));
        }
    }

    private void sparse(Sparse sparse, Moments[] moments) {
        long[] rows = Tensors.toLongs(sparse.rows().to(ScalarType.Long));
        double[] g = Tensors.toArray(sparse.gradients()).toDoubles();
        int n = moments.length;
        int looks = rows.length / n;
        int width = g.length / Math.max(1, rows.length);
        for (int i = 0; i < n; i++) {
            java.util.Map<Long, double[]> sums = new java.util.LinkedHashMap<>();
            for (int t = 0; t < looks; t++) {
                double[] sum = sums.computeIfAbsent(rows[i * looks + t], k -> new double[width]);
                for (int j = 0; j < width; j++) {
                    sum[j] += g[(i * looks + t) * width + j];
                }
            }
            for (double[] sum : sums.values()) {
                double[] entries = transformed(Array.of(sum, width));
                moments[i].add(entries, 0, width);
            }
            moments[i].addZeros((sparse.height() - sums.size()) * width);
        }
    }
}
