package dev.qualm.metric;

/**
 * Structural similarity of two maps (SSIM; Wang, Bovik, Sheikh, Simoncelli 2004, section III.B), in [-1, 1]: the mean
 * over all windows that lie inside the map of luminance times contrast times structure, with K1 = 0.01 and K2 = 0.03.
 *
 * <p><b>Data range.</b> L, which scales the two constants, is the largest minus the smallest entry of <em>both</em>
 * maps together. With a fixed range of 1 maps whose entries are around 1e-5 come out near 1 whatever they show. So the
 * value does not change when both maps are multiplied by one positive number. NaN when that range is 0: both maps are
 * the same constant.
 *
 * <p><b>Small maps.</b> Along each axis the window is the largest odd number that neither exceeds {@code size} nor the
 * map's extent; values of windows of different sizes do not compare. A window of one entry has no variance: the uniform
 * kind is NaN there, the Gaussian kind compares values only.
 *
 * @param kind how entries of a window weigh
 * @param size window along each axis, odd
 */
/*
 * Both kinds of window are products of one window per axis, so that local means cost 2 * size per entry. Variances are
 * E[x^2] - E[x]^2 after the maps' own means are taken off: they do not depend on an offset, but their rounding does.
 */
public record StructuralSimilarity(Window kind, int size) implements MapSimilarity {
    private static final double K1 = 0.01;
    private static final double K2 = 0.03;
    private static final double SIGMA = 1.5;

    /** How the entries of a window weigh. */
    public enum Window {
        /** By a Gaussian of deviation 1.5; variances are those of the window. The paper. */
        GAUSSIAN,
        /** Alike; variances are divided by entries - 1. The default of scikit-image. */
        UNIFORM
    }

    public StructuralSimilarity {
        if (size < 1 || size % 2 == 0) {
            throw new MetricException("Expected an odd window size, but found " + size);
        }
    }

    /** The paper's: Gaussian, 11 x 11. */
    public static StructuralSimilarity gaussian() {
        return new StructuralSimilarity(Window.GAUSSIAN, 11);
    }

    /** scikit-image's default: uniform, 7 x 7. */
    public static StructuralSimilarity uniform() {
        return new StructuralSimilarity(Window.UNIFORM, 7);
    }

    @Override
    public String name() {
        return "ssim";
    }

    @Override
    public boolean growsWithLikeness() {
        return true;
    }

    @Override
    public double compare(double[] a, double[] b, int height, int width) {
        double low = a[0];
        double high = a[0];
        double meanA = 0;
        double meanB = 0;
        for (int i = 0; i < a.length; i++) {
            low = Math.min(low, Math.min(a[i], b[i]));
            high = Math.max(high, Math.max(a[i], b[i]));
        }
        double range = high - low;
        if (range == 0) {
            return Double.NaN;
        }
        // Divided by the range, so that neither squares nor constants can underflow; L is 1 from here on.
        double[] x = new double[a.length];
        double[] y = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            x[i] = a[i] / range;
            y[i] = b[i] / range;
            meanA += x[i] / a.length;
            meanB += y[i] / a.length;
        }
        return mean(x, y, meanA, meanB, height, width);
    }

    private double mean(double[] x, double[] y, double meanX, double meanY, int height, int width) {
        double[][] products = new double[5][x.length];
        for (int i = 0; i < x.length; i++) {
            double p = x[i] - meanX;
            double q = y[i] - meanY;
            products[0][i] = p;
            products[1][i] = q;
            products[2][i] = p * p;
            products[3][i] = q * q;
            products[4][i] = p * q;
        }
        double[] down = window(height);
        double[] across = window(width);
        for (int k = 0; k < products.length; k++) {
            products[k] = filter(products[k], height, width, down, across);
        }
        int entries = down.length * across.length;
        double unbiased = kind == Window.GAUSSIAN ? 1 : entries / (entries - 1.0);
        double sum = 0;
        int n = products[0].length;
        for (int i = 0; i < n; i++) {
            double p = products[0][i];
            double q = products[1][i];
            double vx = unbiased * (products[2][i] - p * p);
            double vy = unbiased * (products[3][i] - q * q);
            double vxy = unbiased * (products[4][i] - p * q);
            double ux = p + meanX;
            double uy = q + meanY;
            sum += (2 * ux * uy + K1 * K1)
                    * (2 * vxy + K2 * K2)
                    / ((ux * ux + uy * uy + K1 * K1) * (vx + vy + K2 * K2));
        }
        return sum / n;
    }

    private double[] window(int extent) {
        int fits = extent % 2 == 0 ? extent - 1 : extent;
        double[] w = new double[Math.min(size, fits)];
        double sum = 0;
        for (int i = 0; i < w.length; i++) {
            double d = i - w.length / 2;
            w[i] = kind == Window.GAUSSIAN ? Math.exp(-d * d / (2 * SIGMA * SIGMA)) : 1;
            sum += w[i];
        }
        for (int i = 0; i < w.length; i++) {
            w[i] /= sum;
        }
        return w;
    }

    /** Weighted means of all windows inside the map, {@code [height - down + 1][width - across + 1]}. */
    private static double[] filter(double[] map, int height, int width, double[] down, double[] across) {
        int rows = height - down.length + 1;
        int columns = width - across.length + 1;
        double[] half = new double[height * columns];
        for (int r = 0; r < height; r++) {
            for (int c = 0; c < columns; c++) {
                double sum = 0;
                for (int k = 0; k < across.length; k++) {
                    sum += across[k] * map[r * width + c + k];
                }
                half[r * columns + c] = sum;
            }
        }
        double[] out = new double[rows * columns];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                double sum = 0;
                for (int k = 0; k < down.length; k++) {
                    sum += down[k] * half[(r + k) * columns + c];
                }
                out[r * columns + c] = sum;
            }
        }
        return out;
    }
}
