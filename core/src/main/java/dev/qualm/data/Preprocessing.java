package dev.qualm.data;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a stored item becomes the network's input. The steps, in this order, each optional: colour conversion, resize,
 * crop, {@code x * scale}, {@code (x - mean) / std} per channel, layout. Results are FLOAT32.
 *
 * <p>Items of rank 1 are rows of a table: only scale, mean and std apply, and their channels are the columns. Items of
 * rank 2 are grey images {@code [h, w]}, items of rank 3 images with channels. UINT8 images are resized with 8-bit
 * rounding, others in floats (see {@link Resampler}).
 *
 * @param resize the size to bring images to, or null to leave it
 * @param filter how to resize
 * @param crop the part to keep after resizing, or null for all of it
 * @param colour the channels the network wants, or null for those stored. Stored channels are grey, RGB or RGB with
 *     alpha; grey becomes RGB by repetition, RGB becomes grey by {@link Colour#GREY}, alpha is dropped
 * @param scale factor before mean and std, for example 1/255
 * @param mean one value for all channels, one per channel (in the order of {@code colour}), or empty for 0
 * @param std likewise, empty for 1
 * @param layout order of the axes of an image
 */
public record Preprocessing(
        @Nullable Resize resize,
        Filter filter,
        @Nullable Crop crop,
        @Nullable Colour colour,
        double scale,
        List<Double> mean,
        List<Double> std,
        Layout layout) {
    /** Nothing but the conversion to FLOAT32 {@code [c, h, w]}. */
    public static final Preprocessing NONE =
            new Preprocessing(null, Filter.BILINEAR, null, null, 1, List.of(), List.of(), Layout.NCHW);

    public Preprocessing {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (!Double.isFinite(scale) || scale == 0) {
            throw new QualmException("Expected a finite scale other than 0, but found " + scale);
        }
        check("mean", mean, colour);
        check("std", std, colour);
        for (double s : std) {
            if (s <= 0) {
                throw new QualmException("Expected every std to be greater than 0, but found " + std);
            }
        }
    }

    private static void check(String name, List<Double> values, @Nullable Colour colour) {
        for (double v : values) {
            if (!Double.isFinite(v)) {
                throw new QualmException("Expected finite numbers as " + name + ", but found " + values);
            }
        }
        if (colour != null && values.size() > 1 && values.size() != colour.channels()) {
            throw new QualmException("Expected one " + name + " or one for each of the " + colour.channels()
                    + " channels of " + colour + ", but found " + values);
        }
    }

    /**
     * A guess for a network whose model says nothing: pixels times 1/255, sized and coloured to fit. Callers should
     * print it.
     *
     * @param shape the network's input {@code [n, c, h, w]} or {@code [n, h, w, c]} with c = 1 or 3; sizes that are
     *     unknown are not positive and left as stored. Other shapes give {@link #NONE}
     */
    public static Preprocessing guess(int... shape) {
        if (shape.length != 4) {
            return NONE;
        }
        boolean first = shape[1] == 1 || shape[1] == 3;
        boolean last = !first && (shape[3] == 1 || shape[3] == 3);
        if (!first && !last) {
            return NONE;
        }
        int h = shape[first ? 2 : 1];
        int w = shape[first ? 3 : 2];
        Preprocessing p = NONE.withScale(1 / 255.0)
                .withColour((first ? shape[1] : shape[3]) == 1 ? Colour.GREY : Colour.RGB)
                .withLayout(first ? Layout.NCHW : Layout.NHWC);
        return h > 0 && w > 0 ? p.withResize(h, w) : p;
    }

    public Preprocessing withResize(@Nullable Resize size) {
        return new Preprocessing(size, filter, crop, colour, scale, mean, std, layout);
    }

    /** Resize to exactly {@code height} by {@code width}. */
    public Preprocessing withResize(int height, int width) {
        return withResize(new Resize.To(height, width));
    }

    /** Resize so that the shorter side gets {@code length}. */
    public Preprocessing withShorterSide(int length) {
        return withResize(new Resize.ShorterSide(length));
    }

    public Preprocessing withFilter(Filter method) {
        return new Preprocessing(resize, method, crop, colour, scale, mean, std, layout);
    }

    public Preprocessing withCrop(@Nullable Crop part) {
        return new Preprocessing(resize, filter, part, colour, scale, mean, std, layout);
    }

    /** Keep the middle {@code height} by {@code width} pixels. */
    public Preprocessing withCrop(int height, int width) {
        return withCrop(Crop.centre(height, width));
    }

    public Preprocessing withColour(@Nullable Colour channels) {
        return new Preprocessing(resize, filter, crop, channels, scale, mean, std, layout);
    }

    public Preprocessing withScale(double factor) {
        return new Preprocessing(resize, filter, crop, colour, factor, mean, std, layout);
    }

    public Preprocessing withMean(double... values) {
        return new Preprocessing(resize, filter, crop, colour, scale, box(values), std, layout);
    }

    public Preprocessing withStd(double... values) {
        return new Preprocessing(resize, filter, crop, colour, scale, mean, box(values), layout);
    }

    public Preprocessing withLayout(Layout axes) {
        return new Preprocessing(resize, filter, crop, colour, scale, mean, std, axes);
    }

    /**
     * One setting as text, the way it is written in {@code model.yaml} and on the command line, for example {@code
     * with("resize", "224x224")}; see {@link PreprocessingText}.
     *
     * @throws QualmException if the key is unknown (the message lists the legal ones) or the value is malformed
     */
    public Preprocessing with(String key, String value) {
        return PreprocessingText.apply(this, key, value);
    }

    private static List<Double> box(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    /**
     * Prepares one item.
     *
     * @param item {@code [features]}, {@code [h, w]}, {@code [h, w, c]} or {@code [c, h, w]}
     * @param stored which of the two an item of rank 3 is
     * @return FLOAT32 {@code [features]}, or {@code [c, h, w]} or {@code [h, w, c]} by the layout
     * @throws dev.qualm.ShapeException if the item does not fit the settings
     */
    public Array apply(Array item, Layout stored) {
        return ItemPreparation.prepare(this, item, stored);
    }

    /** The settings that differ from {@link #NONE}, as in {@code model.yaml}: {@code resize=224x224 scale=1/255}. */
    @Override
    public String toString() {
        return PreprocessingText.describe(this);
    }
}
