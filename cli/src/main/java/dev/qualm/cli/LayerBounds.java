package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.attack.Box;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A box and what strengths are measured in.
 *
 * @param unit in words
 */
record LayerBounds(Box box, String unit) {
    /**
     * The valid inputs, and the unit of strengths.
     *
     * @param asked LOW..HIGH of the command line, or null
     * @param inputs a few items
     */
    static LayerBounds of(@Nullable String asked, InputFit fit, Array inputs) {
        boolean image = inputs.rank() == 4 && (inputs.dim(1) == 1 || inputs.dim(1) == 3);
        if (image) {
            PixelBox pixels = PixelBox.of(asked, fit, fit.stored(), inputs);
            double[] unit = new double[pixels.low().length];
            for (int c = 0; c < unit.length; c++) {
                unit[c] = pixels.high()[c] - pixels.low()[c];
            }
            return new LayerBounds(new Box(pixels.low(), pixels.high(), unit), "pixels of 0 to 1, " + pixels);
        }
        if (asked == null) {
            Box open = Box.of(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
            return new LayerBounds(open, "the unit of the model's input, without bounds");
        }
        Matcher m = Pattern.compile("(.+?)\\.\\.(.+)").matcher(asked);
        try {
            if (m.matches()) {
                double low = Double.parseDouble(m.group(1));
                double high = Double.parseDouble(m.group(2));
                if (low < high) {
                    return new LayerBounds(
                            Box.of(low, high), "the unit of the model's input, from " + low + " to " + high);
                }
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new QualmException("Expected --box LOW..HIGH with a low below a high, such as -3..3, but found " + asked);
    }
}
