package dev.qualm.detect.fitted;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Class means and the tied covariance of the features, by true class (the predicted one where that is unknown). */
/*
 * Each batch is centred on its own class means, and what the means of batch and past differ by joins as one more row per class (Chan,
 * Golub, LeVeque 1983): no sum of squares that cancels, and the outer products, the costly part, run over whole batches, in tiles that
 * stay in the cache.
 */
public final class Moments implements Statistic<Moments> {
    private static final int TILE = 512;
    private static final int ROWS = 4;

    private final Of what;
    private final int d;
    private final long[] count;
    private final double[][] mean;
    /** Upper triangle of the scatter around the class means, by rows. */
    private final double[][] scatter;

    /** Decompositions that several detectors ask for; those of 2,048 features take half a minute each. */
    private @Nullable Eigen tiedEigen;

    private @Nullable Eigen aroundEigen;
    private double[] around = {};

    /** These moments. */
    public enum Of implements Need<Moments> {
        FEATURES,
        /** Features scaled to length 1, of all classes as one. */
        DIRECTIONS;

        @Override
        public Moments empty(Site site) {
            return new Moments(this, this == FEATURES ? site.classes() : 1, site.features());
        }

        @Override
        public Class<Moments> type() {
            return Moments.class;
        }
    }

    private Moments(Of what, int classes, int d) {
        this.what = what;
        this.d = d;
        count = new long[classes];
        mean = new double[classes][d];
        scatter = new double[d][d];
    }

    @Override
    public void add(Readings batch) {
        int[] inBatch = new int[count.length];
        double[][] batchMean = new double[count.length][];
        for (int i = 0; i < batch.size(); i++) {
            int c = classOf(batch, i);
            double[] m = batchMean[c] == null ? batchMean[c] = new double[d] : batchMean[c];
            double[] h = row(batch, i);
            inBatch[c]++;
            for (int j = 0; j < d; j++) {
                m[j] += (h[j] - m[j]) / inBatch[c];
            }
        }
        double[][] rows = new double[batch.size()][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Vectors.minus(row(batch, i), batchMean[classOf(batch, i)]);
        }
        addOuterProducts(rows);
        join(inBatch, batchMean);
    }

    private int classOf(Readings batch, int i) {
        return what == Of.FEATURES ? batch.labelOrPrediction(i) : 0;
    }

    private double[] row(Readings batch, int i) {
        return what == Of.FEATURES ? batch.features(i) : Vectors.unit(batch.features(i));
    }

    @Override
    public void merge(Moments other) {
        for (int i = 0; i < d; i++) {
            for (int j = i; j < d; j++) {
                scatter[i][j] += other.scatter[i][j];
            }
        }
        int[] one = new int[count.length];
        for (int c = 0; c < one.length; c++) {
            one[c] = Math.toIntExact(other.count[c]);
        }
        join(one, other.mean);
    }

    private void join(int[] more, double[][] means) {
        tiedEigen = null;
        aroundEigen = null;
        double[][] between = new double[count.length][];
        int n = 0;
        for (int c = 0; c < count.length; c++) {
            if (more[c] == 0) {
                continue;
            }
            double total = count[c] + more[c];
            double[] delta = Vectors.minus(means[c], mean[c]);
            if (count[c] > 0) {
                between[n++] = Vectors.scaled(delta, Math.sqrt(count[c] * (more[c] / total)));
            }
            for (int j = 0; j < d; j++) {
                mean[c][j] = count[c] == 0 ? means[c][j] : mean[c][j] + delta[j] * (more[c] / total);
            }
            count[c] += more[c];
        }
        addOuterProducts(Arrays.copyOf(between, n));
    }

    private void addOuterProducts(double[][] rows) {
        double[] zeros = new double[d];
        for (int from = 0; from < d; from += TILE) {
            int to = Math.min(d, from + TILE);
            for (int r = 0; r < rows.length; r += ROWS) {
                double[] a = rows[r];
                double[] b = r + 1 < rows.length ? rows[r + 1] : zeros;
                double[] c = r + 2 < rows.length ? rows[r + 2] : zeros;
                double[] e = r + 3 < rows.length ? rows[r + 3] : zeros;
                for (int i = 0; i < to; i++) {
                    axpy(scatter[i], Math.max(i, from), to, a, b, c, e, i);
                }
            }
        }
    }

    private static void axpy(double[] s, int from, int to, double[] a, double[] b, double[] c, double[] e, int i) {
        double ai = a[i];
        double bi = b[i];
        double ci = c[i];
        double ei = e[i];
        for (int j = from; j < to; j++) {
            s[j] += ai * a[j] + bi * b[j] + (ci * c[j] + ei * e[j]);
        }
    }

    long total() {
        long n = 0;
        for (long c : count) {
            n += c;
        }
        return n;
    }

    /** Means of the classes that have items. */
    double[][] means() {
        double[][] out = new double[count.length][];
        int n = 0;
        for (int c = 0; c < count.length; c++) {
            if (count[c] > 0) {
                out[n++] = mean[c].clone();
            }
        }
        return Arrays.copyOf(out, n);
    }

    double[] mean() {
        double[] out = new double[d];
        double n = total();
        for (int c = 0; c < count.length; c++) {
            for (int j = 0; j < d; j++) {
                out[j] += mean[c][j] * (count[c] / n);
            }
        }
        return out;
    }

    /** Covariance around the class means, divided by n, {@code [d][d]}. */
    double[][] tied() {
        return covariance(scatter);
    }

    /** Of {@link #tied}. */
    Eigen tiedEigen() {
        if (tiedEigen == null) {
            tiedEigen = Eigen.of(tied());
        }
        return tiedEigen;
    }

    /** Of {@link #around}. */
    Eigen eigenAround(double[] origin) {
        if (aroundEigen == null || !Arrays.equals(origin, around)) {
            aroundEigen = Eigen.of(around(origin));
            around = origin.clone();
        }
        return aroundEigen;
    }

    /** Covariance around the mean of all, divided by n. */
    double[][] pooled() {
        return around(mean());
    }

    /** Second moment around any origin, divided by n. */
    double[][] around(double[] origin) {
        Moments copy = new Moments(what, count.length, d);
        for (int i = 0; i < d; i++) {
            System.arraycopy(scatter[i], 0, copy.scatter[i], 0, d);
        }
        double[][] rows = new double[count.length][];
        for (int c = 0; c < rows.length; c++) {
            rows[c] = Vectors.scaled(Vectors.minus(mean[c], origin), Math.sqrt(count[c]));
        }
        copy.addOuterProducts(rows);
        return covariance(copy.scatter);
    }

    private double[][] covariance(double[][] upper) {
        double n = total();
        double[][] out = new double[d][d];
        for (int i = 0; i < d; i++) {
            for (int j = i; j < d; j++) {
                out[i][j] = upper[i][j] / n;
                out[j][i] = out[i][j];
            }
        }
        return out;
    }
}
