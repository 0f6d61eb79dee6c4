package dev.qualm.evaluate.adaptive;

/** Arithmetic of gradients. */
final class Vectors {
    private Vectors() {}

    static double norm1(double[] a) {
        double sum = 0;
        for (double v : a) {
            sum += Math.abs(v);
        }
        return sum;
    }

    /** Euclidean; squares of small gradients underflow, so the largest entry is scaled to 1 first. */
    static double norm(double[] a) {
        double largest = 0;
        for (double v : a) {
            largest = Math.max(largest, Math.abs(v));
        }
        double square = 0;
        for (double v : a) {
            square += largest == 0 ? 0 : v / largest * (v / largest);
        }
        return largest * Math.sqrt(square);
    }

    static double[] unit(double[] a) {
        double norm = norm(a);
        double[] out = new double[a.length];
        for (int j = 0; j < a.length; j++) {
            out[j] = norm == 0 ? 0 : a[j] / norm;
        }
        return out;
    }

    /** What remains of {@code a} without its part along {@code b}; {@code a} itself if b is zero. */
    static double[] without(double[] a, double[] b) {
        double[] u = unit(b);
        double dot = 0;
        for (int j = 0; j < a.length; j++) {
            dot += a[j] * u[j];
        }
        double[] out = new double[a.length];
        for (int j = 0; j < a.length; j++) {
            out[j] = a[j] - dot * u[j];
        }
        return out;
    }

    /** {@code a - factor b}. */
    static double[] minus(double[] a, double factor, double[] b) {
        double[] out = new double[a.length];
        for (int j = 0; j < a.length; j++) {
            out[j] = a[j] - factor * b[j];
        }
        return out;
    }
}
