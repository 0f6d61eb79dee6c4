package dev.qualm.data;

import dev.qualm.QualmException;
import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import java.util.Random;

/** Seeded changes of images that a network should notice: rotations and noise. UINT8 in, UINT8 out; else FLOAT32. */
public final class Perturbations {
    private Perturbations() {}

    /**
     * Turns images about their centre, with bilinear interpolation.
     *
     * @param images {@code [h, w]}, one image or a batch of images with channels
     * @param layout order of the axes where there are channels
     * @param degrees counter-clockwise as the image is seen
     * @param fill value outside the image
     */
    public static Array rotate(Array images, Layout layout, double degrees, double fill) {
        int rank = images.rank();
        if (rank < 2 || rank > 4 || !Double.isFinite(degrees)) {
            throw new ShapeException(
                    "Expected images [h, w] with at most a batch and a channel axis, and a finite angle, but found "
                            + images + " and " + degrees);
        }
        boolean last = rank > 2 && layout == Layout.NHWC;
        int c = last ? images.dim(-1) : 1;
        int h = images.dim(last ? -3 : -2);
        int w = images.dim(last ? -2 : -1);
        float[] in = images.toFloats();
        float[] out = new float[in.length];
        double cos = snap(Math.cos(Math.toRadians(degrees)));
        double sin = snap(Math.sin(Math.toRadians(degrees)));
        double cy = (h - 1) / 2.0;
        double cx = (w - 1) / 2.0;
        int plane = h * w * c;
        for (int i = 0; i < in.length; i++) {
            int within = i % plane;
            int row = within / c / w;
            int column = within / c % w;
            double dy = row - cy;
            double dx = column - cx;
            // Rows point down: the source of a counter-clockwise turn lies clockwise of the target.
            double x = cx + cos * dx - sin * dy;
            double y = cy + sin * dx + cos * dy;
            out[i] = (float) bilinear(in, i - within + within % c, h, w, c, y, x, fill);
        }
        return like(images, out);
    }

    /** Quarter turns must be exact; the cosine of 90 degrees is 6e-17. */
    private static double snap(double v) {
        return Math.abs(v - Math.rint(v)) < 1e-15 ? Math.rint(v) : v;
    }

    private static double bilinear(float[] in, int base, int h, int w, int c, double y, double x, double fill) {
        int y0 = (int) Math.floor(y);
        int x0 = (int) Math.floor(x);
        double fy = y - y0;
        double fx = x - x0;
        double sum = 0;
        for (int k = 0; k < 4; k++) {
            int yy = y0 + k / 2;
            int xx = x0 + k % 2;
            double weight = (k / 2 == 0 ? 1 - fy : fy) * (k % 2 == 0 ? 1 - fx : fx);
            boolean inside = yy >= 0 && yy < h && xx >= 0 && xx < w;
            if (weight != 0) {
                sum += weight * (inside ? in[base + (yy * w + xx) * c] : fill);
            }
        }
        return sum;
    }

    /**
     * Adds independent normal noise.
     *
     * @param sigma standard deviation in the units of the values
     */
    public static Array gaussianNoise(Array images, double sigma, long seed) {
        if (!(sigma >= 0) || !Double.isFinite(sigma)) {
            throw new QualmException("Expected a finite standard deviation of at least 0, but found " + sigma);
        }
        Random random = new Random(seed);
        float[] out = images.toFloats().clone();
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) (out[i] + sigma * random.nextGaussian());
        }
        return like(images, out);
    }

    /**
     * Images of nothing but uniform noise.
     *
     * @param low smallest value
     * @param high largest value
     * @return FLOAT32 of the given shape
     */
    public static Array uniformNoise(double low, double high, long seed, int... shape) {
        if (!(low < high) || !Double.isFinite(high - low)) {
            throw new QualmException("Expected a finite range of noise, but found " + low + " to " + high);
        }
        Random random = new Random(seed);
        float[] out = new float[Array.size(shape)];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) (low + (high - low) * random.nextDouble());
        }
        return Array.of(out, shape);
    }

    /**
     * A seed for one item of a data set, so that its noise does not depend on the batch it is read in.
     *
     * @param seed of the whole perturbation
     * @param row of the item in its source
     */
    public static long itemSeed(long seed, int row) {
        // The finaliser of SplitMix64 (Steele, Lea and Flood 2014): neighbouring rows get unrelated seeds.
        long z = seed + (row + 1L) * 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    private static Array like(Array original, float[] values) {
        if (original.dtype() != DType.UINT8) {
            return Array.of(values, original.shape());
        }
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Math.round(Math.max(0, Math.min(255, values[i])));
        }
        return Array.ofUnsigned(bytes, original.shape());
    }

    /**
     * The data set with every item turned, before preprocessing; see {@link #rotate(Array, Layout, double, double)}.
     */
    public static Dataset rotate(Dataset data, double degrees, double fill) {
        Layout stored = data.storedLayout();
        return data.map("rotated by " + degrees + " degrees", (item, row) -> rotate(item, stored, degrees, fill));
    }

    /**
     * The data set with noise added to every item, before preprocessing; see
     * {@link #gaussianNoise(Array, double, long)}.
     */
    public static Dataset gaussianNoise(Dataset data, double sigma, long seed) {
        return data.map(
                "with noise of deviation " + sigma, (item, row) -> gaussianNoise(item, sigma, itemSeed(seed, row)));
    }
}
