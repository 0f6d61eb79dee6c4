package dev.qualm.report.sheet;

import dev.qualm.report.chart.Rgb;
import java.awt.image.BufferedImage;
import org.jspecify.annotations.Nullable;

/** Something drawn on a {@link Sheet}. Lengths are pixels at natural size, from the upper left corner. */
public sealed interface Mark {
    /** @param tip what the pointer shows in an SVG, or null */
    record Rect(
            double x,
            double y,
            double width,
            double height,
            Rgb fill,
            @Nullable String tip) implements Mark {}

    record Line(double x1, double y1, double x2, double y2, double stroke, Rgb colour) implements Mark {}

    /** A picture stretched to a rectangle; its pixels keep their edges unless it shrinks. */
    record Image(BufferedImage pixels, double x, double y, double width, double height) implements Mark {}

    /** Text with its baseline at {@code y}. */
    record Text(String text, double x, double y, Lettering lettering, Rgb colour, Anchor anchor) implements Mark {}

    /** Which point of a text lies at its position. */
    enum Anchor {
        START,
        MIDDLE,
        END,
        /** The start, from where the text rises to the right at 45 degrees. */
        RISING
    }
}
