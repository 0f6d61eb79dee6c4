package dev.qualm.report.chart;

import dev.qualm.report.html.Element;
import dev.qualm.report.html.Html;
import dev.qualm.report.html.Numbers;
import java.util.List;

/**
 * Estimates with their intervals, one row per method and one column per data set, all on the scale 0 to 1.
 *
 * @param reference where chance lies, drawn as a dashed line
 * @param columns each with as many estimates as there are rows
 */
public record IntervalChart(
        String title, String quantity, double reference, List<String> rows, List<Column> columns) {
    private static final double ROW = 22;
    private static final double LABELS = 150;
    private static final double COLUMN = 158;

    /** @param estimates one per row, each {@code {value, low, high}}, NaN where missing */
    public record Column(String name, List<double[]> estimates) {
        public Column {
            estimates = List.copyOf(estimates);
        }
    }

    public IntervalChart {
        rows = List.copyOf(rows);
        columns = List.copyOf(columns);
        for (Column c : columns) {
            if (c.estimates().size() != rows.size()) {
                throw new IllegalArgumentException("Column '" + c.name() + "' has " + c.estimates().size()
                        + " estimates, but there are " + rows.size() + " rows");
            }
        }
    }

    /** The chart as an {@code svg} element. */
    public Html svg() {
        double width = LABELS + COLUMN * columns.size();
        double bottom = 30 + ROW * rows.size();
        Element svg = Svg.root(width, bottom + 36, title, quantity + " with intervals for " + rows.size() + " scores on "
                + columns.size() + " data sets; the dashed line is chance.");
        for (int r = 0; r < rows.size(); r++) {
            double y = 30 + ROW * (r + 0.5);
            svg.add(Svg.text(LABELS - 22, y + 4, "end", Palette.Role.INK.css(), rows.get(r)));
        }
        for (int c = 0; c < columns.size(); c++) {
            column(columns.get(c), LABELS + COLUMN * c, bottom, svg);
        }
        return svg.html();
    }

    private void column(Column column, double left, double bottom, Element svg) {
        Scale x = new Scale(0, 1, left, left + COLUMN - 26);
        String muted = Palette.Role.MUTED.css();
        svg.add(Svg.text((x.r0() + x.r1()) / 2, 16, "middle", Palette.Role.INK.css(), column.name())
                .attr("font-weight", "600"));
        Ticks ticks = Ticks.of(0, 1, 2);
        for (int i = 0; i < ticks.values().length; i++) {
            double px = x.at(ticks.values()[i]);
            svg.add(Svg.line(px, 26, px, bottom, Palette.Role.LINE.css()));
            svg.add(Svg.text(px, bottom + 14, "middle", muted, ticks.label(i)));
        }
        svg.add(Svg.line(x.at(reference), 26, x.at(reference), bottom, Palette.Role.REFERENCE.css())
                .attr("stroke-dasharray", "3 3"));
        svg.add(Svg.text((x.r0() + x.r1()) / 2, bottom + 30, "middle", muted, quantity));
        for (int r = 0; r < rows.size(); r++) {
            double y = 30 + ROW * (r + 0.5);
            double[] e = column.estimates().get(r);
            if (Double.isNaN(e[0])) {
                svg.add(Svg.text((x.r0() + x.r1()) / 2, y + 4, "middle", muted, Numbers.MISSING));
            } else {
                svg.add(dot(rows.get(r) + " on " + column.name(), e, x, y));
            }
        }
    }

    private Element dot(String name, double[] e, Scale x, double y) {
        Element g = Html.el("g");
        String text = name + ": " + Numbers.fixed(e[0], 3);
        if (!Double.isNaN(e[1]) && !Double.isNaN(e[2])) {
            g.add(Svg.line(x.clamped(e[1]), y, x.clamped(e[2]), y, Palette.series(0)).attr("stroke-width", "2"));
            text += " (" + Numbers.fixed(e[1], 3) + " to " + Numbers.fixed(e[2], 3) + ")";
        }
        return g.add(Svg.circle(x.clamped(e[0]), y, 4, Palette.series(0))).add(Svg.tooltip(text));
    }
}
