package dev.qualm.attack;

/** Gaussian blur: rows, then columns, with a kernel of three standard deviations; edges are continued. */
final class Blur {
    private Blur() {}

    static double[] apply(double[] row, int channels, int height, int columns, double sigma) {
        if (sigma == 0) {
            return row;
        }
        int reach = (int) Math.ceil(3 * sigma);
        double[] kernel = new double[2 * reach + 1];
        double sum = 0;
        for (int k = 0; k < kernel.length; k++) {
            double d = (k - reach) / sigma;
            kernel[k] = Math.exp(-d * d / 2);
            sum += kernel[k];
        }
        for (int k = 0; k < kernel.length; k++) {
            kernel[k] /= sum;
        }
        double[] out = row;
        for (int c = 0; c < channels; c++) {
            out = along(out, c * height * columns, height, columns, columns, 1, kernel, reach);
            out = along(out, c * height * columns, columns, height, 1, columns, kernel, reach);
        }
        return out;
    }

    /** Lines that start {@code next} entries apart, with {@code length} entries {@code stride} apart. */
    private static double[] along(
            double[] x, int from, int lines, int length, int next, int stride, double[] kernel, int reach) {
        double[] out = x.clone();
        for (int line = 0; line < lines; line++) {
            int start = from + line * next;
            for (int p = 0; p < length; p++) {
                double sum = 0;
                for (int k = 0; k < kernel.length; k++) {
                    int q = Math.max(0, Math.min(length - 1, p + k - reach));
                    sum += kernel[k] * x[start + q * stride];
                }
                out[start + p * stride] = sum;
            }
        }
        return out;
    }
}
