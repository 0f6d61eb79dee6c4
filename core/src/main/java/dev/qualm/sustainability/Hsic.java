package dev.qualm.sustainability;

/** Hilbert-Schmidt independence criterion of two Gram matrices of the same items, {@code [n, n]} row-major. */
final class Hsic {
    private Hsic() {}

    static double of(double[] k, double[] l, int n, boolean unbiased) {
        return unbiased ? unbiased(k, l, n) : biased(k, l, n);
    }

    /** {@code tr(K H L H) / (n - 1)^2} with the centring matrix H (Gretton et al., ALT 2005, eq. 9). */
    private static double biased(double[] k, double[] l, int n) {
        double[] a = centred(k, n);
        double[] b = centred(l, n);
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum / ((n - 1.0) * (n - 1.0));
    }

    /* Linear kernels may be centred before; the U-statistic does not change, but its terms do not cancel so much. */
    private static double unbiased(double[] k, double[] l, int n) {
        double[] a = centred(k, n);
        double[] b = centred(l, n);
        double trace = 0;
        double cross = 0;
        double sumA = 0;
        double sumB = 0;
        for (int i = 0; i < n; i++) {
            double rowA = 0;
            double rowB = 0;
            for (int j = 0; j < n; j++) {
                if (i != j) {
                    trace += a[i * n + j] * b[i * n + j];
                    rowA += a[i * n + j];
                    rowB += b[i * n + j];
                }
            }
            cross += rowA * rowB;
            sumA += rowA;
            sumB += rowB;
        }
        double m = n;
        return (trace + sumA * sumB / ((m - 1) * (m - 2)) - 2 / (m - 2) * cross) / (m * (m - 3));
    }

    private static double[] centred(double[] k, int n) {
        double[] rows = new double[n];
        double all = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                rows[i] += k[i * n + j] / n;
            }
            all += rows[i] / n;
        }
        double[] out = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                out[i * n + j] = k[i * n + j] - rows[i] - rows[j] + all;
            }
        }
        return out;
    }
}
