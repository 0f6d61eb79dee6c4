package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.data.Colour;
import dev.qualm.data.Layout;
import dev.qualm.data.Preprocessing;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which values of a model's input are pixels: black and white per channel.
 *
 * @param low values of black, one per channel
 * @param high values of white, likewise
 * @param bgr whether channels are in the order blue, green, red
 * @param said where this is known from
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record PixelBox(double[] low, double[] high, boolean bgr, String said) {
    private static final double WHITE_BYTE = 255;

    /**
     * Finds the box.
     *
     * @param asked LOW..HIGH of the command line, or null
     * @param fit whose first item is of the model's shape
     * @param stored element type of the stored items
     * @param inputs images that are to be attacked, {@code [n, c, h, w]}, for the range if nothing else is known
     */
    static PixelBox of(@Nullable String asked, InputFit fit, DType stored, Array inputs) {
        if (inputs.rank() != 4 || (inputs.dim(1) != 1 && inputs.dim(1) != 3)) {
            boolean last = inputs.rank() == 4 && (inputs.dim(3) == 1 || inputs.dim(3) == 3);
            throw new QualmException(
                    "Expected a model that takes images with 1 or 3 channels first, [n, c, h, w], but its"
                            + " inputs are " + inputs
                            + (last ? "; export the model with channels first" : "")
                            + ". The library's ExplanationAttack takes any shape");
        }
        int channels = inputs.dim(1);
        Preprocessing steps = fit.steps();
        boolean bgr = steps.colour() == Colour.BGR;
        if (asked != null) {
            return parse(asked, channels, bgr);
        }
        boolean bytes = stored == DType.UINT8;
        boolean described = bytes || !steps.mean().isEmpty() || !steps.std().isEmpty() || steps.scale() != 1;
        if (steps.layout() == Layout.NCHW && described) {
            // Floats that are still to be normalised were scaled to 0..1 by whoever stored them, or are to be scaled
            // now.
            PixelRange ends = PixelRange.of(steps, channels, bytes ? WHITE_BYTE * steps.scale() : 1);
            // Adding 0 makes 0 of -0, which people would read.
            double[] black = Arrays.stream(ends.black()).map(v -> v + 0).toArray();
            return new PixelBox(black, ends.white(), bgr, "the preprocessing");
        }
        return observed(inputs, bgr);
    }

    private static PixelBox parse(String text, int channels, boolean bgr) {
        Matcher m = Pattern.compile("(.+?)\\.\\.(.+)").matcher(text);
        try {
            if (m.matches()) {
                double[] low = numbers(m.group(1), channels);
                double[] high = numbers(m.group(2), channels);
                boolean proper = low.length == channels && high.length == channels;
                for (int c = 0; c < channels && proper; c++) {
                    proper = low[c] < high[c] && Double.isFinite(high[c] - low[c]);
                }
                if (proper) {
                    return new PixelBox(low, high, bgr, "--box");
                }
            }
        } catch (NumberFormatException e) {
            // Said below, with what was expected.
        }
        throw new QualmException("Expected --box LOW..HIGH with one number or one for each of the " + channels
                + " channels on either side, each low below its high, such as -1..1, but found " + text);
    }

    private static double[] numbers(String text, int channels) {
        double[] found = Arrays.stream(text.split(",", -1))
                .mapToDouble(Double::parseDouble)
                .toArray();
        if (found.length != 1) {
            return found;
        }
        double[] all = new double[channels];
        Arrays.fill(all, found[0]);
        return all;
    }

    private static PixelBox observed(Array inputs, boolean bgr) {
        int channels = inputs.dim(1);
        int area = inputs.dim(2) * inputs.dim(3);
        double[] x = inputs.toDoubles();
        double[] low = new double[channels];
        double[] high = new double[channels];
        Arrays.fill(low, Double.POSITIVE_INFINITY);
        Arrays.fill(high, Double.NEGATIVE_INFINITY);
        for (int i = 0; i < x.length; i++) {
            int c = i / area % channels;
            if (Double.isFinite(x[i])) {
                low[c] = Math.min(low[c], x[i]);
                high[c] = Math.max(high[c], x[i]);
            }
        }
        for (int c = 0; c < channels; c++) {
            if (!(low[c] < high[c])) {
                throw new QualmException("Channel " + c + " of the images has no range to attack in (from " + low[c]
                        + " to " + high[c] + "); give the valid values with --box LOW..HIGH");
            }
        }
        return new PixelBox(low, high, bgr, "the range of the images given");
    }

    /** Whether it is a guess. */
    boolean guessed() {
        return said.startsWith("the range");
    }

    /** Input values as pixels of 0 to 1, RGB, of one image or row of them with channels first. */
    double[] pixels(double[] image) {
        int area = image.length / low.length;
        double[] out = new double[image.length];
        for (int i = 0; i < out.length; i++) {
            int c = i / area;
            out[shown(c) * area + i % area] = (image[i] - low[c]) / (high[c] - low[c]);
        }
        return out;
    }

    /** The image as an 8-bit file gives it back. */
    double[] rounded(double[] image) {
        int area = image.length / low.length;
        double[] out = new double[image.length];
        for (int i = 0; i < out.length; i++) {
            int c = i / area;
            double pixel = (image[i] - low[c]) / (high[c] - low[c]);
            double written = Math.min(1, Math.max(0, Math.rint(pixel * WHITE_BYTE) / WHITE_BYTE));
            out[i] = low[c] + written * (high[c] - low[c]);
        }
        return out;
    }

    private int shown(int channel) {
        return bgr ? low.length - 1 - channel : channel;
    }

    @Override
    public String toString() {
        return short4(low) + " to " + short4(high) + " (from " + said + ")";
    }

    private static String short4(double[] values) {
        return Arrays.stream(values)
                .mapToObj(v -> String.format(Locale.ROOT, "%.4g", v))
                .collect(Collectors.joining(", "));
    }
}
