package dev.qualm.detect.fitted;

import dev.qualm.array.Array;
import dev.qualm.array.DType;

/**
 * Trusted items as directions, {@code b / |b|}, read where they are stored: nothing is copied, whatever their number. Products and sums are in
 * double precision.
 */
final class BankRows {
    private final int n;
    private final int d;
    private final float[] narrow;
    private final double[] wide;
    private final boolean floats;
    /** 1 / |b|, 0 for zeros, which stay zeros. */
    private final double[] scale;

    /** @param matrix {@code [n, d]} of finite floats of either size */
    BankRows(Array matrix) {
        n = matrix.dim(0);
        d = matrix.dim(1);
        floats = matrix.dtype() == DType.FLOAT32;
        narrow = floats ? matrix.floats() : new float[0];
        wide = floats ? new double[0] : matrix.toDoubles();
        scale = new double[n];
        double[] row = new double[d];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < d; j++) {
                row[j] = floats ? narrow[i * d + j] : wide[i * d + j];
            }
            double norm = Vectors.norm(row);
            scale[i] = norm > 0 ? 1 / norm : 0;
        }
    }

    int size() {
        return n;
    }

    /** Cosines between each row and a vector of length 1. */
    double[] cosines(double[] unit) {
        double[] out = new double[n];
        for (int i = 0; i < n; i++) {
            out[i] = scale[i] * (floats ? dot(narrow, i * d, unit) : dot(wide, i * d, unit));
        }
        return out;
    }

    /** Squared Euclidean distances between each row's direction and a vector; summed by differences, so that small ones are exact. */
    double[] squaredDistances(double[] unit) {
        double[] out = new double[n];
        for (int i = 0; i < n; i++) {
            out[i] = floats ? square(narrow, i * d, scale[i], unit) : square(wide, i * d, scale[i], unit);
        }
        return out;
    }

    private static double dot(float[] a, int at, double[] x) {
        double s = 0;
        double t = 0;
        double u = 0;
        double v = 0;
        int j = 0;
        for (; j + 4 <= x.length; j += 4) {
            s += a[at + j] * x[j];
            t += a[at + j + 1] * x[j + 1];
            u += a[at + j + 2] * x[j + 2];
            v += a[at + j + 3] * x[j + 3];
        }
        for (; j < x.length; j++) {
            s += a[at + j] * x[j];
        }
        return s + t + (u + v);
    }

    private static double dot(double[] a, int at, double[] x) {
        double s = 0;
        double t = 0;
        double u = 0;
        double v = 0;
        int j = 0;
        for (; j + 4 <= x.length; j += 4) {
            s += a[at + j] * x[j];
            t += a[at + j + 1] * x[j + 1];
            u += a[at + j + 2] * x[j + 2];
            v += a[at + j + 3] * x[j + 3];
        }
        for (; j < x.length; j++) {
            s += a[at + j] * x[j];
        }
        return s + t + (u + v);
    }

    private static double square(float[] a, int at, double scale, double[] x) {
        double s = 0;
        double t = 0;
        int j = 0;
        for (; j + 2 <= x.length; j += 2) {
            double e = x[j] - a[at + j] * scale;
            double f = x[j + 1] - a[at + j + 1] * scale;
            s += e * e;
            t += f * f;
        }
        for (; j < x.length; j++) {
            double e = x[j] - a[at + j] * scale;
            s += e * e;
        }
        return s + t;
    }

    private static double square(double[] a, int at, double scale, double[] x) {
        double s = 0;
        double t = 0;
        int j = 0;
        for (; j + 2 <= x.length; j += 2) {
            double e = x[j] - a[at + j] * scale;
            double f = x[j + 1] - a[at + j + 1] * scale;
            s += e * e;
            t += f * f;
        }
        for (; j < x.length; j++) {
            double e = x[j] - a[at + j] * scale;
            s += e * e;
        }
        return s + t;
    }
}
