package dev.qualm.gradient;

import dev.qualm.array.Array;
import dev.qualm.network.Sweep;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/** Products of rows of cosine similarity maps, estimated from random directions instead of one sweep per class. */
/*
 * The derivative of the logits along a random direction r of the input, J r, tells every row at once: the row of class c has the
 * component v_c . J r along r, v_c being its cotangent. For normally distributed r these components are jointly normal over the
 * classes, and their correlations are the cosines. J r takes one pass in forward mode. All inputs share the directions, so that no
 * batch mate changes an estimate.
 */
final class MapEstimate {
    private static final int CORRECTIONS = 4096;

    private MapEstimate() {}

    /** Sums over directions of the products of components, by place, {@code [n][k][k]}. */
    static double[][][] products(Sweep sweep, Logits logits, ClassGradients g, int projections, long seed) {
        int n = logits.count();
        int k = g.rows();
        double[][][] sums = new double[n][k][k];
        SplittableRandom random = new SplittableRandom(seed);
        for (int j = 0; j < projections; j++) {
            try (NativeScope scope = NativeScope.values()) {
                Tensor along = sweep.tangent(
                        direction(random, g.input(), sweep.network().precision()));
                add(g, logits.tangent(Tensors.toArray(along)), sums);
            }
        }
        return sums;
    }

    private static Tensor direction(SplittableRandom random, Tensor like, Precision precision) {
        int[] shape = Tensors.shape(like);
        shape[0] = 1;
        double[] r = new double[Array.size(shape)];
        for (int i = 0; i < r.length; i++) {
            r[i] = random.nextGaussian();
        }
        Array a = Array.of(r, shape);
        Tensor one = Tensors.of(precision == Precision.FLOAT64 ? a : a.asFloat32(), precision);
        Tensor all = one.expand(Tensors.dims(like), false);
        return all.dim() == 4 ? all.contiguous(MemoryFormat.ChannelsLast) : all.contiguous();
    }

    private static void add(ClassGradients g, double[][] along, double[][][] sums) {
        for (int i = 0; i < along.length; i++) {
            ClassCotangents cotangents = g.cotangents(i);
            if (cotangents == null) {
                continue;
            }
            double[] components = cotangents.components(g.order(i), along[i]);
            for (int a = 0; a < components.length; a++) {
                for (int b = 0; b < components.length; b++) {
                    sums[i][a][b] += components[a] * components[b];
                }
            }
        }
    }

    /**
     * Corrects many correlations of as many pairs.
     *
     * @param n number of pairs, at least 4
     */
    static DoubleUnaryOperator correction(int n) {
        // The factor is smooth in r^2, and the interpolation's error of less than 1e-7 is far below the estimate's own.
        double[] table = new double[CORRECTIONS + 2];
        for (int i = 0; i < table.length; i++) {
            double r = Math.sqrt(Math.min(1, (i + 1e-9) / CORRECTIONS));
            table[i] = unbiased(r, n) / r;
        }
        return r -> {
            if (!(Math.abs(r) < 1)) {
                return unbiased(r, n);
            }
            double at = r * r * CORRECTIONS;
            int i = (int) at;
            return r * (table[i] + (at - i) * (table[i + 1] - table[i]));
        };
    }

    /**
     * The unbiased estimate of a normal correlation with known means (Olkin, Pratt 1958, equation 2.3, with one more degree of
     * freedom): {@code r F(1/2, 1/2; (n - 1) / 2; 1 - r^2)}.
     *
     * @param r sample correlation about zero of {@code n} pairs, at least 4
     */
    static double unbiased(double r, int n) {
        double z = 1 - r * r;
        double c = (n - 1) / 2.0;
        double term = 1;
        double sum = 1;
        for (int m = 0; m < 10_000 && term > 1e-17 * sum; m++) {
            term *= (0.5 + m) * (0.5 + m) / ((c + m) * (1 + m)) * z;
            sum += term;
        }
        return r * sum;
    }
}
