package dev.qualm.attribution.evaluation;

import java.util.Arrays;

/**
 * Noisy linear imputation (Rong et al. 2022, section 4.2): each removed pixel becomes the weighted mean of its up to
 * eight neighbours, 1/6 for those that share an edge and 1/12 for the diagonal ones, plus normal noise. The removed
 * pixels' values depend on one another: a sparse linear system per channel.
 */
/*
 * Multiplied by the sum of each pixel's weights (less than 1 at the border) the system is symmetric and positive
 * definite as soon as one pixel is kept, for every removed pixel is then linked to a kept one. Conjugate gradients with
 * the diagonal as preconditioner, from the mean of the kept pixels; no matrix is stored.
 */
final class NoisyLinearImputation {
    private static final int[][] STEPS = {{-1, 0}, {1, 0}, {0, -1}, {0, 1}, {-1, -1}, {-1, 1}, {1, -1}, {1, 1}};
    private static final double TOLERANCE = 1e-9;

    private final int height;
    private final int width;
    private final int[] removed;
    private final int[] unknown;
    private final double[] diagonal;

    /**
     * @param gone the removed pixels, each once, in row-major numbering
     */
    NoisyLinearImputation(int height, int width, int[] gone) {
        this.height = height;
        this.width = width;
        removed = gone.clone();
        unknown = new int[height * width];
        Arrays.fill(unknown, -1);
        for (int u = 0; u < removed.length; u++) {
            unknown[removed[u]] = u;
        }
        diagonal = new double[removed.length];
        for (int u = 0; u < removed.length; u++) {
            for (int k = 0; k < STEPS.length; k++) {
                diagonal[u] += neighbour(removed[u], k) < 0 ? 0 : weight(k);
            }
        }
    }

    private static double weight(int k) {
        return k < 4 ? 1 / 6.0 : 1 / 12.0;
    }

    /** The pixel beside another, or -1 outside the image. */
    private int neighbour(int pixel, int k) {
        int r = pixel / width + STEPS[k][0];
        int c = pixel % width + STEPS[k][1];
        return r < 0 || c < 0 || r >= height || c >= width ? -1 : r * width + c;
    }

    /**
     * Replaces the removed pixels of one channel. When no pixel is kept they all become the channel's mean.
     *
     * @param channel where the channel begins in {@code values}
     * @param noise standard deviation of the noise
     */
    void apply(double[] values, int channel, double noise, Draws draws) {
        int pixels = height * width;
        double mean = 0;
        for (int p = 0; p < pixels; p++) {
            if (unknown[p] < 0) {
                mean += values[channel + p] / (pixels - removed.length);
            } else if (removed.length == pixels) {
                mean += values[channel + p] / pixels;
            }
        }
        double[] x = new double[removed.length];
        Arrays.fill(x, mean);
        if (removed.length < pixels) {
            solve(values, channel, x);
        }
        for (int u = 0; u < removed.length; u++) {
            values[channel + removed[u]] = x[u] + (noise == 0 ? 0 : noise * draws.gaussian());
        }
    }

    private void solve(double[] values, int channel, double[] x) {
        int n = x.length;
        double[] known = new double[n];
        for (int u = 0; u < n; u++) {
            for (int k = 0; k < STEPS.length; k++) {
                int p = neighbour(removed[u], k);
                if (p >= 0 && unknown[p] < 0) {
                    known[u] += weight(k) * values[channel + p];
                }
            }
        }
        double[] residual = times(x);
        for (int u = 0; u < n; u++) {
            residual[u] = known[u] - residual[u];
        }
        double stop = TOLERANCE * Math.max(norm(known), norm(residual));
        double[] direction = new double[n];
        double last = 0;
        for (int iteration = 0; iteration < n + 1000 && norm(residual) > stop; iteration++) {
            double product = 0;
            for (int u = 0; u < n; u++) {
                product += residual[u] * residual[u] / diagonal[u];
            }
            double keep = iteration == 0 ? 0 : product / last;
            for (int u = 0; u < n; u++) {
                direction[u] = residual[u] / diagonal[u] + keep * direction[u];
            }
            double[] image = times(direction);
            double step = product / dot(direction, image);
            for (int u = 0; u < n; u++) {
                x[u] += step * direction[u];
                residual[u] -= step * image[u];
            }
            last = product;
        }
    }

    private double[] times(double[] x) {
        double[] out = new double[x.length];
        for (int u = 0; u < out.length; u++) {
            double sum = diagonal[u] * x[u];
            for (int k = 0; k < STEPS.length; k++) {
                int p = neighbour(removed[u], k);
                if (p >= 0 && unknown[p] >= 0) {
                    sum -= weight(k) * x[unknown[p]];
                }
            }
            out[u] = sum;
        }
        return out;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double norm(double[] a) {
        return Math.sqrt(dot(a, a));
    }
}
