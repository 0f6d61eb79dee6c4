package dev.qualm.report.chart;

import dev.qualm.report.html.DataUri;
import dev.qualm.report.html.Element;
import dev.qualm.report.html.Html;
import dev.qualm.report.html.Numbers;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.function.DoubleFunction;

/**
 * A matrix as colours on a diverging scale: blue below the middle of the range, orange above. Up to {@value
 * #MAX_CELLS} rows and columns it is drawn with labels and a tooltip per cell; larger ones become a picture of one
 * pixel per cell.
 *
 * @param values rows of equal length; NaN is drawn as a hatched cell, in pictures as grey
 * @param labels names of rows and columns alike, or empty
 * @param low value at the blue end, for maps that are compared a fixed number such as -1
 * @param high value at the orange end
 * @param highlight row whose label is set in bold, or -1
 */
public record HeatMap(String title, double[][] values, List<String> labels, double low, double high, int highlight) {
    /** Largest number of rows or columns drawn cell by cell. */
    public static final int MAX_CELLS = 20;

    private static final double WIDTH = 300;

    public HeatMap {
        values = values.clone();
        labels = List.copyOf(labels);
        int columns = values.length == 0 ? 0 : values[0].length;
        if (columns == 0) {
            throw new IllegalArgumentException(
                    "Heat map '" + title + "' is empty: expected at least one row and one column");
        }
        for (int r = 0; r < values.length; r++) {
            values[r] = values[r].clone();
            if (values[r].length != columns) {
                throw new IllegalArgumentException("Heat map '" + title + "' expects " + columns + " columns, but row "
                        + r + " has " + values[r].length);
            }
        }
        boolean square = values.length == columns && labels.size() == columns;
        if (!labels.isEmpty() && !square) {
            throw new IllegalArgumentException("Heat map '" + title + "' is " + values.length + " x " + columns
                    + ", but has " + labels.size() + " labels for both axes");
        }
        if (!Double.isFinite(low) || !Double.isFinite(high) || !(low < high)) {
            throw new IllegalArgumentException(
                    "Expected a finite scale with low < high, but found " + low + " to " + high);
        }
    }

    /** A map of cosines, -1 to 1, so that all such maps compare. */
    public static HeatMap cosines(String title, double[][] values, List<String> labels, int highlight) {
        return new HeatMap(title, values, labels, -1, 1, highlight);
    }

    /** A map on its own scale, symmetric about zero. */
    public static HeatMap symmetric(String title, double[][] values, List<String> labels) {
        double max = 0;
        for (double[] row : values) {
            for (double v : row) {
                max = Double.isFinite(v) ? Math.max(max, Math.abs(v)) : max;
            }
        }
        double bound = max > 0 ? max : 1;
        return new HeatMap(title, values, labels, -bound, bound, -1);
    }

    /** The map: an {@code svg} element, or an {@code img} for a large one. */
    public Html html() {
        return values.length <= MAX_CELLS && values[0].length <= MAX_CELLS ? svg() : picture();
    }

    private Html svg() {
        double left = labels.isEmpty() ? 2 : 76;
        int rows = values.length;
        int columns = values[0].length;
        double cell = Math.min(30, (WIDTH - left - 22) / columns);
        double head = labels.isEmpty() ? 2 : 50;
        double width = labels.isEmpty() ? left + cell * columns + 2 : WIDTH;
        Element svg = Svg.root(width, head + cell * rows + 2, title, describe());
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                svg.add(cell(r, c, left + c * cell, head + r * cell, cell));
            }
        }
        for (int i = 0; i < labels.size(); i++) {
            double middle = (i + 0.5) * cell;
            svg.add(label(i, left - 6, head + middle + 3.5, "end"));
            svg.add(label(i, 0, 0, "start")
                    .attr(
                            "transform",
                            "translate(" + Numbers.coordinate(left + middle + 2) + " " + Numbers.coordinate(head - 5)
                                    + ") rotate(-45)"));
        }
        return svg.html();
    }

    private Element label(int i, double x, double y, String anchor) {
        String name = labels.get(i);
        int[] points = name.codePoints().toArray();
        String shown = points.length <= 12 ? name : new String(points, 0, 11) + "…";
        String colour = i == highlight ? Palette.Role.INK.css() : Palette.Role.MUTED.css();
        Element text = Svg.text(x, y, anchor, colour, shown).attr("font-size", "10.5");
        return i == highlight ? text.attr("font-weight", "700") : text;
    }

    private Html cell(int r, int c, double x, double y, double size) {
        double v = values[r][c];
        String names = labels.isEmpty() ? "row " + r + ", column " + c : labels.get(r) + " and " + labels.get(c);
        String fill = Double.isNaN(v) ? Palette.Role.SUNKEN.css() : Palette.diverging(unit(v));
        Element g = Html.el("g").add(Svg.rect(x, y, size - 1, size - 1, fill));
        if (Double.isNaN(v)) {
            g.add(Svg.line(x, y + size - 1, x + size - 1, y, Palette.Role.MUTED.css()));
        }
        String value = Double.isNaN(v) ? "undefined" : Numbers.fixed(v, 3);
        return g.add(Svg.tooltip(names + ": " + value)).html();
    }

    private double unit(double v) {
        return 2 * (v - low) / (high - low) - 1;
    }

    private Html picture() {
        int columns = values[0].length;
        BufferedImage image = pixels(values, 1, v -> Palette.divergingLight(unit(v)));
        return Html.el("img", "pixels heatmap")
                .attr("src", DataUri.png(image))
                .attr("width", Integer.toString(Math.min(600, Math.max(columns, 300))))
                .attr("alt", title + ": " + describe())
                .html();
    }

    /**
     * A matrix as pixels.
     *
     * @param values rows of equal length, at least one of each
     * @param block rows and columns that share a pixel, which shows the mean of those that are not NaN
     * @param colour of a value that is not NaN; where all are, the pixel is {@link Palette#UNDEFINED}
     */
    public static BufferedImage pixels(double[][] values, int block, DoubleFunction<Rgb> colour) {
        int rows = values.length;
        int columns = values[0].length;
        int height = (rows + block - 1) / block;
        int width = (columns + block - 1) / block;
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int r = 0; r < height; r++) {
            for (int c = 0; c < width; c++) {
                double sum = 0;
                int defined = 0;
                for (int a = r * block; a < Math.min(rows, (r + 1) * block); a++) {
                    for (int b = c * block; b < Math.min(columns, (c + 1) * block); b++) {
                        boolean known = !Double.isNaN(values[a][b]);
                        sum += known ? values[a][b] : 0;
                        defined += known ? 1 : 0;
                    }
                }
                Rgb pixel = defined == 0 ? Palette.UNDEFINED : colour.apply(sum / defined);
                image.setRGB(c, r, pixel.packed());
            }
        }
        return image;
    }

    private String describe() {
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        int missing = 0;
        for (double[] row : values) {
            for (double v : row) {
                missing += Double.isNaN(v) ? 1 : 0;
                min = Double.isNaN(v) ? min : Math.min(min, v);
                max = Double.isNaN(v) ? max : Math.max(max, v);
            }
        }
        String size = values.length + " by " + values[0].length + " values";
        String range = min > max ? "" : " from " + Numbers.fixed(min, 2) + " to " + Numbers.fixed(max, 2);
        return size + range + (missing == 0 ? "" : ", " + missing + " undefined") + "; colours run from blue at "
                + Numbers.significant(low, 2) + " to orange at " + Numbers.significant(high, 2) + ".";
    }
}
