package dev.qualm.report.sheet;

import dev.qualm.report.chart.Palette;
import dev.qualm.report.chart.Rgb;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Marks in drawing order, from which a PNG or an SVG is made; grows to what is drawn on it. */
public final class Sheet {
    public static final Rgb INK = Palette.Role.INK.light();
    public static final Rgb MUTED = Palette.Role.MUTED.light();
    public static final Rgb LINE = Palette.Role.LINE.light();
    public static final Rgb BAD = Palette.Role.BAD.light();
    public static final Rgb WHITE = new Rgb(255, 255, 255);

    private final List<Mark> marks = new ArrayList<>();
    private double width;
    private double height;

    /** Makes the sheet at least reach this point. */
    public void reach(double x, double y) {
        width = Math.max(width, x);
        height = Math.max(height, y);
    }

    /** In pixels at natural size. */
    public int width() {
        return (int) Math.ceil(width);
    }

    /** In pixels at natural size. */
    public int height() {
        return (int) Math.ceil(height);
    }

    /** What was drawn, the first at the bottom. */
    public List<Mark> marks() {
        return Collections.unmodifiableList(marks);
    }

    /** A filled rectangle; {@code tip} is what the pointer shows in an SVG, or null. */
    public void rect(double x, double y, double w, double h, Rgb fill, @Nullable String tip) {
        marks.add(new Mark.Rect(x, y, w, h, fill, tip));
        reach(x + w, y + h);
    }

    public void line(double x1, double y1, double x2, double y2, double stroke, Rgb colour) {
        marks.add(new Mark.Line(x1, y1, x2, y2, stroke, colour));
        reach(Math.max(x1, x2), Math.max(y1, y2));
    }

    /** The outline of a rectangle, drawn around it. */
    public void frame(double x, double y, double w, double h, double stroke, Rgb colour) {
        rect(x - stroke, y - stroke, w + 2 * stroke, stroke, colour, null);
        rect(x - stroke, y + h, w + 2 * stroke, stroke, colour, null);
        rect(x - stroke, y, stroke, h, colour, null);
        rect(x + w, y, stroke, h, colour, null);
    }

    /** A picture stretched to a rectangle. */
    public void image(BufferedImage pixels, double x, double y, double w, double h) {
        marks.add(new Mark.Image(pixels, x, y, w, h));
        reach(x + w, y + h);
    }

    /** Text with its baseline at {@code y}; the sheet grows to the width that {@link Lettering#width} tells. */
    public void text(String text, double x, double y, Lettering lettering, Rgb colour, Mark.Anchor anchor) {
        marks.add(new Mark.Text(text, x, y, lettering, colour, anchor));
        double w = lettering.width(text);
        double right = switch (anchor) {
            case START -> w;
            case MIDDLE -> w / 2;
            case END -> 0;
            case RISING -> w * Math.sqrt(0.5) + lettering.size();
        };
        reach(x + right, y + lettering.size() / 4);
    }

    /** Text that begins at {@code x}, with its baseline at {@code y}. */
    public void text(String text, double x, double y, Lettering lettering, Rgb colour) {
        text(text, x, y, lettering, colour, Mark.Anchor.START);
    }
}
