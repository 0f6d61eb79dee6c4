package dev.qualm.detect.fitted;

import java.util.Arrays;

/** Arithmetic of rows, in double precision. */
final class Vectors {
    private Vectors() {}

    static boolean finite(double[] x) {
        for (double v : x) {
            if (!Double.isFinite(v)) {
                return false;
            }
        }
        return true;
    }

    static double dot(double[] a, double[] b) {
        double s = 0;
        double t = 0;
        int i = 0;
        for (; i < a.length - 1; i += 2) {
            s += a[i] * b[i];
            t += a[i + 1] * b[i + 1];
        }
        return i < a.length ? s + t + a[i] * b[i] : s + t;
    }

    static double sum(double[] x) {
        double s = 0;
        for (double v : x) {
            s += v;
        }
        return s;
    }

    static double norm1(double[] x) {
        double s = 0;
        for (double v : x) {
            s += Math.abs(v);
        }
        return s;
    }

    /** Euclidean norm, scaled so that squares neither overflow nor vanish. */
    static double norm(double[] x) {
        double largest = 0;
        for (double v : x) {
            largest = Math.max(largest, Math.abs(v));
        }
        if (largest == 0 || !Double.isFinite(largest)) {
            return largest;
        }
        double s = 0;
        for (double v : x) {
            s += v / largest * (v / largest);
        }
        return largest * Math.sqrt(s);
    }

    static double squaredDistance(double[] a, double[] b) {
        double s = 0;
        for (int i = 0; i < a.length; i++) {
            double d = a[i] - b[i];
            s += d * d;
        }
        return s;
    }

    static double[] minus(double[] a, double[] b) {
        double[] out = new double[a.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = a[i] - b[i];
        }
        return out;
    }

    static double[] scaled(double[] a, double factor) {
        double[] out = new double[a.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = a[i] * factor;
        }
        return out;
    }

    /** To length 1; zeros stay zeros: they are as far from one direction as from any other. */
    static double[] unit(double[] a) {
        double norm = norm(a);
        double[] out = a.clone();
        for (int i = 0; i < out.length && norm > 0; i++) {
            out[i] /= norm;
        }
        return out;
    }

    /** Matrix of rows times a vector. */
    static double[] times(double[][] rows, double[] x) {
        double[] out = new double[rows.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = dot(rows[i], x);
        }
        return out;
    }

    /** Sum of the k largest. */
    static double sumOfLargest(double[] values, int k) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double s = 0;
        for (int i = 0; i < k; i++) {
            s += sorted[sorted.length - 1 - i];
        }
        return s;
    }
}
