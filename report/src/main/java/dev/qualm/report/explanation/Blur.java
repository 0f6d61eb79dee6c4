package dev.qualm.report.explanation;

/** Means over squares, twice: nearly a Gaussian. */
final class Blur {
    private Blur() {}

    /** @param radius of the square; it is cut at the borders */
    static double[] twice(double[] values, int height, int width, int radius) {
        double[] out = values;
        for (int i = 0; i < 2; i++) {
            out = along(out, height, width, radius, 1, width);
            out = along(out, width, height, radius, width, 1);
        }
        return out;
    }

    /** Running means along lines of {@code n} values that lie {@code step} apart; lines begin {@code next} apart. */
    private static double[] along(double[] values, int lines, int n, int radius, int step, int next) {
        double[] out = new double[values.length];
        double[] sums = new double[n + 1];
        for (int line = 0; line < lines; line++) {
            int from = line * next;
            for (int i = 0; i < n; i++) {
                sums[i + 1] = sums[i] + values[from + i * step];
            }
            for (int i = 0; i < n; i++) {
                int low = Math.max(0, i - radius);
                int high = Math.min(n, i + radius + 1);
                out[from + i * step] = (sums[high] - sums[low]) / (high - low);
            }
        }
        return out;
    }
}
