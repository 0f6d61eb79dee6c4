package dev.qualm.gradient;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.Recording;
import dev.qualm.network.Tape;

/** Cosine similarity maps straight from the paper: one cross-entropy gradient per class, textbook coefficients, one input. */
final class SlowMaps {
    private SlowMaps() {}

    static double[][] of(Network network, Array input, CosineSimilarityMaps options) {
        try (Tape tape = Tape.record(network, input, Recording.ofInput(network))) {
            double[] z = network.logits(input).toDoubles();
            int k = z.length;
            double[][] rows = new double[k][];
            for (int c = 0; c < k; c++) {
                double[] cotangent = cotangent(z, c, options.rescale());
                Array g = tape.gradient(
                        Array.of(cotangent, 1, k), network.structure().differentiable());
                rows[c] = reduce(g, options);
            }
            double[][] map = new double[k][k];
            for (int a = 0; a < k; a++) {
                for (int b = 0; b < k; b++) {
                    map[a][b] = dot(rows[a], rows[b]) / Math.sqrt(dot(rows[a], rows[a]) * dot(rows[b], rows[b]));
                }
            }
            return map;
        }
    }

    /** Softmax minus one-hot, through the Jacobian of z -> 10 z / max |z| written out in full. */
    private static double[] cotangent(double[] z, int c, boolean rescale) {
        int k = z.length;
        int m = 0;
        for (int i = 0; i < k; i++) {
            m = Math.abs(z[i]) > Math.abs(z[m]) ? i : m;
        }
        double s = rescale ? 10 / Math.abs(z[m]) : 1;
        double sum = 0;
        for (double v : z) {
            sum += Math.exp(s * v - s * Math.abs(z[m]));
        }
        double[] u = new double[k];
        for (int i = 0; i < k; i++) {
            u[i] = Math.exp(s * z[i] - s * Math.abs(z[m])) / sum - (i == c ? 1 : 0);
        }
        if (!rescale) {
            return u;
        }
        double[] v = new double[k];
        for (int i = 0; i < k; i++) {
            for (int j = 0; j < k; j++) {
                double jacobian = (i == j ? s : 0) - (i == m ? s * z[j] / z[m] : 0);
                v[i] += jacobian * u[j];
            }
        }
        return v;
    }

    private static double[] reduce(Array gradient, CosineSimilarityMaps options) {
        double[] g = gradient.toDoubles().clone();
        for (int i = 0; i < g.length && options.sign(); i++) {
            g[i] = Math.signum(g[i]);
        }
        if (options.channels() == ChannelReduction.NONE || gradient.rank() < 3) {
            return g;
        }
        int channels = gradient.dim(1);
        int positions = g.length / channels;
        double[] max = new double[positions];
        for (int p = 0; p < positions; p++) {
            max[p] = g[p];
            for (int ch = 1; ch < channels; ch++) {
                max[p] = Math.max(max[p], g[ch * positions + p]);
            }
        }
        return max;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
