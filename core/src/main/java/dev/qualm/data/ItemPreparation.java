package dev.qualm.data;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The steps of a {@link Preprocessing} on one item. */
final class ItemPreparation {
    private ItemPreparation() {}

    static Array prepare(Preprocessing p, Array item, Layout stored) {
        if (item.rank() == 1) {
            if (p.resize() != null || p.crop() != null || p.colour() != null) {
                throw new ShapeException("Expected an image to resize, crop or convert, but found a row " + item
                        + "; give rows the shape of an image first, or drop these settings (" + p + ")");
            }
            return Array.of(normalise(p, item.toFloats(), item.size(), item), item.dim(0));
        }
        if (item.rank() != 2 && item.rank() != 3) {
            throw new ShapeException("Expected a row, [h, w] or an image with channels, but found " + item);
        }
        Array image = colour(channelsLast(item, stored), p.colour());
        Resize resize = p.resize();
        if (resize != null && image.size() > 0) {
            int[] target = resize.target(image.dim(0), image.dim(1));
            image = Resampler.resize(image, target[0], target[1], p.filter());
        }
        Crop crop = p.crop();
        if (crop != null) {
            image = crop(image, crop);
        }
        int h = image.dim(0);
        int w = image.dim(1);
        int c = image.dim(2);
        float[] values = normalise(p, image.toFloats(), c, item);
        return p.layout() == Layout.NHWC
                ? Array.of(values, h, w, c)
                : Array.of(channelsFirst(values, h, w, c), c, h, w);
    }

    private static Array channelsLast(Array item, Layout stored) {
        if (item.rank() == 2) {
            return item.reshape(item.dim(0), item.dim(1), 1);
        }
        if (stored == Layout.NHWC || item.dim(0) == 1) {
            return stored == Layout.NHWC ? item : item.reshape(item.dim(1), item.dim(2), 1);
        }
        int c = item.dim(0);
        int h = item.dim(1);
        int w = item.dim(2);
        if (item.dtype() == DType.UINT8) {
            byte[] out = new byte[item.size()];
            for (int i = 0; i < out.length; i++) {
                out[i] = item.bytes()[i % c * h * w + i / c];
            }
            return Array.ofUnsigned(out, h, w, c);
        }
        float[] in = item.toFloats();
        float[] out = new float[in.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = in[i % c * h * w + i / c];
        }
        return Array.of(out, h, w, c);
    }

    private static float[] channelsFirst(float[] in, int h, int w, int c) {
        if (c == 1) {
            return in;
        }
        float[] out = new float[in.length];
        for (int i = 0; i < in.length; i++) {
            out[i % c * h * w + i / c] = in[i];
        }
        return out;
    }

    private static Array colour(Array image, @Nullable Colour wanted) {
        int c = image.dim(2);
        if (wanted == null || (wanted == Colour.GREY && c == 1) || (wanted == Colour.RGB && c == 3)) {
            return image;
        }
        // One, three or four channels are grey, RGB, RGB and alpha; two are grey and alpha.
        if (c < 1 || c > 4) {
            throw new ShapeException("Expected 1 to 4 channels to convert to " + wanted + ", but found " + c + " in "
                    + image + "; drop the colour setting, or state the stored layout");
        }
        int h = image.dim(0);
        int w = image.dim(1);
        int k = wanted.channels();
        boolean grey = c < 3;
        if (image.dtype() == DType.UINT8) {
            byte[] in = image.bytes();
            byte[] out = new byte[Array.size(h, w, k)];
            for (int i = 0; i < out.length; i++) {
                int p = i / k * c;
                out[i] = grey ? in[p] : wanted == Colour.GREY ? luma(in, p) : in[p + source(wanted, i % k)];
            }
            return Array.ofUnsigned(out, h, w, k);
        }
        float[] in = image.toFloats();
        float[] out = new float[Array.size(h, w, k)];
        for (int i = 0; i < out.length; i++) {
            int p = i / k * c;
            out[i] = grey
                    ? in[p]
                    : wanted == Colour.GREY
                            ? (float) (0.299 * in[p] + 0.587 * in[p + 1] + 0.114 * in[p + 2])
                            : in[p + source(wanted, i % k)];
        }
        return Array.of(out, h, w, k);
    }

    private static int source(Colour wanted, int channel) {
        return wanted == Colour.BGR ? 2 - channel : channel;
    }

    /** BT.601 in 16-bit fixed point with rounding: Pillow's numbers; the three weights sum to 65536. */
    private static byte luma(byte[] in, int p) {
        int sum = (in[p] & 0xff) * 19595 + (in[p + 1] & 0xff) * 38470 + (in[p + 2] & 0xff) * 7471;
        return (byte) ((sum + 0x8000) >> 16);
    }

    private static Array crop(Array image, Crop crop) {
        int w = image.dim(1);
        int c = image.dim(2);
        int[] origin = crop.origin(image.dim(0), w);
        Array source = image.dtype() == DType.UINT8 ? image : image.asFloat32();
        Array out = Array.zeros(source.dtype(), crop.height(), crop.width(), c);
        for (int y = 0; y < crop.height(); y++) {
            int from = ((origin[0] + y) * w + origin[1]) * c;
            System.arraycopy(source.data(), from, out.data(), y * crop.width() * c, crop.width() * c);
        }
        return out;
    }

    private static float[] normalise(Preprocessing p, float[] in, int channels, Array item) {
        double[] mean = perChannel("mean", p.mean(), 0, channels, item);
        double[] std = perChannel("std", p.std(), 1, channels, item);
        float[] out = new float[in.length];
        for (int i = 0; i < in.length; i++) {
            int c = i % channels;
            out[i] = (float) ((in[i] * p.scale() - mean[c]) / std[c]);
        }
        return out;
    }

    private static double[] perChannel(String name, List<Double> values, double otherwise, int channels, Array item) {
        if (values.size() > 1 && values.size() != channels) {
            throw new ShapeException("Expected one " + name + " or one for each of " + channels + " channels of " + item
                    + ", but found " + values.size());
        }
        double[] out = new double[channels];
        for (int c = 0; c < channels; c++) {
            out[c] = values.isEmpty() ? otherwise : values.get(values.size() == 1 ? 0 : c);
        }
        return out;
    }
}
