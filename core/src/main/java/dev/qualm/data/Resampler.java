package dev.qualm.data;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;

/**
 * Antialiased resizing that gives the numbers of Pillow's {@code Image.resize} (and so of torchvision's {@code Resize}
 * on Pillow images, which most vision models were trained behind). UINT8 images are computed in Pillow's 8-bit mode and
 * agree bit for bit; other types are computed in its float mode.
 */
public final class Resampler {
    /*
     * The image is resized along x, then along y. Output pixel i has its centre at (i + 0.5) *
     * scale in the input, scale = in / out. The filter is widened by max(scale, 1): that is the antialiasing. Weights
     * are evaluated at the input pixel centres inside the support and normalised to sum 1, so borders need no padding.
     *
     * 8-bit mode: weights are rounded to 22 fractional bits, and each of the two passes rounds half up and clips to
     * 0..255. An axis whose length does not change is skipped. These roundings are what makes an exact match possible.
     */
    private static final int FRACTION_BITS = 22;

    private Resampler() {}

    /**
     * Resizes one image.
     *
     * @param image {@code [h, w]} or {@code [h, w, c]}, UINT8 or any type that converts to float
     * @return the same rank with {@code height} and {@code width}; UINT8 for UINT8, else FLOAT32
     * @throws ShapeException if the rank is not 2 or 3, the image is empty, or a target size is not positive
     */
    public static Array resize(Array image, int height, int width, Filter filter) {
        if (image.rank() != 2 && image.rank() != 3) {
            throw new ShapeException("Expected an image [h, w] or [h, w, c] to resize, but found " + image);
        }
        if (image.size() == 0 || height < 1 || width < 1) {
            throw new ShapeException("Cannot resize " + image + " to " + height + " x " + width
                    + ": expected at least one pixel on both sides");
        }
        int h = image.dim(0);
        int w = image.dim(1);
        int c = image.rank() == 3 ? image.dim(2) : 1;
        int[] shape = image.rank() == 3 ? new int[] {height, width, c} : new int[] {height, width};
        Array.size(shape);
        Array.size(h, width, c);
        if (image.dtype() == DType.UINT8) {
            byte[] out = filter == Filter.NEAREST
                    ? nearest(image.bytes(), h, w, c, height, width)
                    : columns(rows(image.bytes(), h, w, c, width, filter), h, width * c, height, filter);
            return Array.ofUnsigned(out, shape);
        }
        float[] in = image.toFloats();
        float[] out = filter == Filter.NEAREST
                ? nearest(in, h, w, c, height, width)
                : columns(rows(in, h, w, c, width, filter), h, width * c, height, filter);
        return Array.of(out, shape);
    }

    /** For each output position: the first input pixel it uses, and the normalised weights from there on. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Weights(int[] first, double[][] values) {
        static Weights of(int in, int out, Filter filter) {
            double scale = (double) in / out;
            double stretch = Math.max(scale, 1);
            double support = filter.support() * stretch;
            int[] first = new int[out];
            double[][] values = new double[out][];
            for (int i = 0; i < out; i++) {
                double centre = (i + 0.5) * scale;
                int from = Math.max((int) (centre - support + 0.5), 0);
                int to = Math.min((int) (centre + support + 0.5), in);
                double[] w = new double[to - from];
                double sum = 0;
                for (int k = 0; k < w.length; k++) {
                    w[k] = filter.weight((from + k - centre + 0.5) * (1 / stretch));
                    sum += w[k];
                }
                for (int k = 0; sum != 0 && k < w.length; k++) {
                    w[k] /= sum;
                }
                first[i] = from;
                values[i] = w;
            }
            return new Weights(first, values);
        }

        int[] fixed(int i) {
            double[] w = values[i];
            int[] out = new int[w.length];
            for (int k = 0; k < w.length; k++) {
                double v = w[k] * (1 << FRACTION_BITS);
                out[k] = (int) (v < 0 ? v - 0.5 : v + 0.5);
            }
            return out;
        }
    }

    private static byte[] rows(byte[] in, int h, int w, int c, int width, Filter filter) {
        if (w == width) {
            return in;
        }
        Weights weights = Weights.of(w, width, filter);
        byte[] out = new byte[h * width * c];
        for (int x = 0; x < width; x++) {
            int[] k = weights.fixed(x);
            int from = weights.first[x];
            for (int y = 0; y < h; y++) {
                for (int ch = 0; ch < c; ch++) {
                    int sum = 1 << (FRACTION_BITS - 1);
                    int at = (y * w + from) * c + ch;
                    for (int weight : k) {
                        sum += (in[at] & 0xff) * weight;
                        at += c;
                    }
                    out[(y * width + x) * c + ch] = clip(sum);
                }
            }
        }
        return out;
    }

    private static byte[] columns(byte[] in, int h, int row, int height, Filter filter) {
        if (h == height) {
            return in.clone();
        }
        Weights weights = Weights.of(h, height, filter);
        byte[] out = new byte[height * row];
        for (int y = 0; y < height; y++) {
            int[] k = weights.fixed(y);
            int from = weights.first[y];
            for (int x = 0; x < row; x++) {
                int sum = 1 << (FRACTION_BITS - 1);
                int at = from * row + x;
                for (int weight : k) {
                    sum += (in[at] & 0xff) * weight;
                    at += row;
                }
                out[y * row + x] = clip(sum);
            }
        }
        return out;
    }

    private static byte clip(int sum) {
        return (byte) Math.max(0, Math.min(255, sum >> FRACTION_BITS));
    }

    private static float[] rows(float[] in, int h, int w, int c, int width, Filter filter) {
        if (w == width) {
            return in;
        }
        Weights weights = Weights.of(w, width, filter);
        float[] out = new float[h * width * c];
        for (int x = 0; x < width; x++) {
            double[] k = weights.values[x];
            int from = weights.first[x];
            for (int y = 0; y < h; y++) {
                for (int ch = 0; ch < c; ch++) {
                    double sum = 0;
                    int at = (y * w + from) * c + ch;
                    for (double weight : k) {
                        sum += in[at] * weight;
                        at += c;
                    }
                    out[(y * width + x) * c + ch] = (float) sum;
                }
            }
        }
        return out;
    }

    private static float[] columns(float[] in, int h, int row, int height, Filter filter) {
        if (h == height) {
            return in.clone();
        }
        Weights weights = Weights.of(h, height, filter);
        float[] out = new float[height * row];
        for (int y = 0; y < height; y++) {
            double[] k = weights.values[y];
            int from = weights.first[y];
            for (int x = 0; x < row; x++) {
                double sum = 0;
                int at = from * row + x;
                for (double weight : k) {
                    sum += in[at] * weight;
                    at += row;
                }
                out[y * row + x] = (float) sum;
            }
        }
        return out;
    }

    private static byte[] nearest(byte[] in, int h, int w, int c, int height, int width) {
        byte[] out = new byte[height * width * c];
        copyNearest(in, out, h, w, c, height, width);
        return out;
    }

    private static float[] nearest(float[] in, int h, int w, int c, int height, int width) {
        float[] out = new float[height * width * c];
        copyNearest(in, out, h, w, c, height, width);
        return out;
    }

    private static void copyNearest(Object in, Object out, int h, int w, int c, int height, int width) {
        int[] ys = nearestPositions(h, height);
        int[] xs = nearestPositions(w, width);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                System.arraycopy(in, (ys[y] * w + xs[x]) * c, out, (y * width + x) * c, c);
            }
        }
    }

    /**
     * Accumulated rather than multiplied, as Pillow does: exact ties would otherwise fall to the other side now and
     * then.
     */
    private static int[] nearestPositions(int in, int out) {
        int[] positions = new int[out];
        double scale = (double) in / out;
        double at = scale * 0.5;
        for (int i = 0; i < out; i++) {
            positions[i] = Math.min((int) at, in - 1);
            at += scale;
        }
        return positions;
    }
}
