package dev.qualm.manipulation;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.attribution.DifferentiableMaps;
import dev.qualm.attribution.MapFunction;
import java.util.Random;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/** Maps whose derivatives are known on paper. */
final class Toys {
    private Toys() {}

    static double[][] matrix(long seed, int rows, int columns) {
        Random random = new Random(seed);
        double[][] out = new double[rows][columns];
        for (double[] row : out) {
            for (int j = 0; j < columns; j++) {
                row[j] = random.nextGaussian() / Math.sqrt(columns);
            }
        }
        return out;
    }

    static double[] times(double[][] a, double[] x) {
        double[] out = new double[a.length];
        for (int i = 0; i < out.length; i++) {
            for (int j = 0; j < x.length; j++) {
                out[i] += a[i][j] * x[j];
            }
        }
        return out;
    }

    static double[] transposedTimes(double[][] a, double[] y) {
        double[] out = new double[a[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < out.length; j++) {
                out[j] += a[i][j] * y[i];
            }
        }
        return out;
    }

    /**
     * The gradient maps of {@code W2 act(W1 x + b)}, act being softplus of a beta, ReLU at infinity. Given classes are
     * explained; the map's derivative at ReLU is exactly zero.
     */
    record Net(double[][] w1, double[] b, double[][] w2) {
        static Net random(long seed, int inputs, int hidden, int classes) {
            return new Net(
                    matrix(seed, hidden, inputs), matrix(seed + 1, 1, hidden)[0], matrix(seed + 2, classes, hidden));
        }

        DoubleFunction<DifferentiableMaps> maps() {
            return beta -> (batch, classes) -> new NetPoint(this, beta, batch, classes);
        }

        double[] preactivation(double[] x) {
            double[] z = times(w1, x);
            for (int i = 0; i < z.length; i++) {
                z[i] += b[i];
            }
            return z;
        }

        double[] logits(double[] x, double beta) {
            double[] z = preactivation(x);
            for (int i = 0; i < z.length; i++) {
                z[i] = Math.max(z[i], 0)
                        + (Double.isInfinite(beta) ? 0 : Math.log1p(Math.exp(-beta * Math.abs(z[i]))) / beta);
            }
            return times(w2, z);
        }

        double[] slopes(double[] x, double beta) {
            double[] z = preactivation(x);
            for (int i = 0; i < z.length; i++) {
                z[i] = Double.isInfinite(beta) ? (z[i] > 0 ? 1 : 0) : 1 / (1 + Math.exp(-beta * z[i]));
            }
            return z;
        }

        /** act'' of every unit times the weight to the class: H = W1^T diag(this) W1. */
        double[] bends(double[] x, double beta, int c) {
            double[] s = slopes(x, beta);
            for (int i = 0; i < s.length; i++) {
                s[i] = Double.isInfinite(beta) ? 0 : w2[c][i] * beta * s[i] * (1 - s[i]);
            }
            return s;
        }

        double[] gradient(double[] x, double beta, int c) {
            double[] s = slopes(x, beta);
            for (int i = 0; i < s.length; i++) {
                s[i] *= w2[c][i];
            }
            return transposedTimes(w1, s);
        }

        double[][] hessian(double[] x, double beta, int c) {
            double[] d = bends(x, beta, c);
            int n = x.length;
            double[][] h = new double[n][n];
            for (int k = 0; k < d.length; k++) {
                for (int i = 0; i < n; i++) {
                    for (int j = 0; j < n; j++) {
                        h[i][j] += d[k] * w1[k][i] * w1[k][j];
                    }
                }
            }
            return h;
        }
    }

    private static final class NetPoint implements DifferentiableMaps.Point {
        private final Net net;
        private final double beta;
        private final Array batch;
        private final int[] classes;
        private final double[][] x;

        NetPoint(Net net, double beta, Array batch, int[] classes) {
            this.net = net;
            this.beta = beta;
            this.batch = batch;
            this.classes = classes.clone();
            this.x = new double[classes.length][];
            for (int i = 0; i < x.length; i++) {
                x[i] = Rows.row(batch, i);
                if (this.classes[i] == MapFunction.PREDICTED) {
                    this.classes[i] = Math.max(0, Vectors.argmax(net.logits(x[i], beta)));
                }
            }
        }

        @Override
        public Array maps() {
            double[][] out = new double[x.length][];
            for (int i = 0; i < x.length; i++) {
                out[i] = net.gradient(x[i], beta, classes[i]);
            }
            return packed(out, batch.shape());
        }

        @Override
        public Array logits() {
            double[][] out = new double[x.length][];
            for (int i = 0; i < x.length; i++) {
                out[i] = net.logits(x[i], beta);
            }
            return packed(out, x.length, net.w2().length);
        }

        @Override
        public Array pullback(@Nullable Array u, @Nullable Array v) {
            double[][] out = new double[x.length][];
            for (int i = 0; i < x.length; i++) {
                double[] hidden = new double[net.w1().length];
                if (u != null) {
                    double[] bends = net.bends(x[i], beta, classes[i]);
                    double[] along = times(net.w1(), Rows.row(u, i));
                    for (int k = 0; k < hidden.length; k++) {
                        hidden[k] += bends[k] * along[k];
                    }
                }
                if (v != null) {
                    double[] slopes = net.slopes(x[i], beta);
                    double[] down = transposedTimes(net.w2(), Rows.row(v, i));
                    for (int k = 0; k < hidden.length; k++) {
                        hidden[k] += slopes[k] * down[k];
                    }
                }
                out[i] = transposedTimes(net.w1(), hidden);
            }
            return packed(out, batch.shape());
        }

        private Array packed(double[][] rows, int... shape) {
            double[] flat = new double[Array.size(shape)];
            for (int i = 0; i < rows.length; i++) {
                System.arraycopy(rows[i], 0, flat, i * rows[i].length, rows[i].length);
            }
            Array doubles = Array.of(flat, shape);
            return batch.dtype() == DType.FLOAT64 ? doubles : doubles.asFloat32();
        }

        @Override
        public void close() {}
    }

    /** A dense symmetric matrix. */
    record Dense(double[][] rows) implements HessianProducts {
        @Override
        public int size() {
            return rows.length;
        }

        @Override
        public double[][] times(double[][] probes) {
            double[][] out = new double[probes.length][];
            for (int i = 0; i < probes.length; i++) {
                out[i] = Toys.times(rows, probes[i]);
            }
            return out;
        }

        /** With given eigenvalues and random eigenvectors, by reflections. */
        static Dense withEigenvalues(long seed, double... values) {
            int n = values.length;
            double[][] a = new double[n][n];
            for (int i = 0; i < n; i++) {
                a[i][i] = values[i];
            }
            Random random = new Random(seed);
            for (int r = 0; r < 3 && n > 1; r++) {
                double[] v = random.doubles(n, -1, 1).toArray();
                double[] unit = Vectors.times(v, 1 / Vectors.norm(v));
                a = reflected(reflected(a, unit), unit);
            }
            return new Dense(a);
        }

        /** Rows of (Q a)^T with Q = I - 2 v v^T; twice gives Q a Q. */
        private static double[][] reflected(double[][] a, double[] v) {
            int n = v.length;
            double[] va = transposedTimes(a, v);
            double[][] out = new double[n][n];
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    out[j][i] = a[i][j] - 2 * v[i] * va[j];
                }
            }
            return out;
        }
    }
}
