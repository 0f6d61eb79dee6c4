package dev.qualm.report.chart;

import dev.qualm.report.html.Element;
import dev.qualm.report.html.Html;
import dev.qualm.report.html.Numbers;
import java.util.List;

/**
 * Estimates with their intervals, one row per method and one column per data set, all on one scale that ends at 1 and
 * starts at the largest tenth below every interval and chance.
 *
 * @param reference where chance lies, drawn as a dashed line
 * @param columns each with as many estimates as there are rows
 */
public record IntervalChart(String title, String quantity, double reference, List<String> rows, List<Column> columns) {
    private static final double ROW = 22;
    private static final double WIDTH = 1120;
    private static final double LABELS = 140;
    private static final double MIN_COLUMN = 130;
    private static final double GAP = 26;

    /**
     * One data set.
     *
     * @param estimates one per row, each {@code {value, low, high}}, NaN where missing
     */
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
                throw new IllegalArgumentException("Column '" + c.name() + "' has "
                        + c.estimates().size() + " estimates, but there are " + rows.size() + " rows");
            }
        }
    }

    /** The chart as an {@code svg} element. */
    public Html svg() {
        double column = Math.max(MIN_COLUMN, Math.min(320, (WIDTH - LABELS) / Math.max(1, columns.size())));
        double width = LABELS + column * columns.size();
        double start = start();
        double bottom = 30 + ROW * rows.size();
        Element svg = Svg.root(
                width,
                bottom + 36,
                title,
                quantity + " with intervals for " + rows.size() + " scores on " + columns.size()
                        + " data sets; the dashed line is chance.");
        for (int r = 0; r < rows.size(); r++) {
            double y = 30 + ROW * (r + 0.5);
            svg.add(Svg.line(LABELS, y, width - GAP, y, Palette.Role.LINE.css()).attr("stroke-dasharray", "1 3"));
            svg.add(Svg.text(LABELS - 22, y + 4, "end", Palette.Role.INK.css(), rows.get(r)));
        }
        for (int c = 0; c < columns.size(); c++) {
            double left = LABELS + column * c;
            column(columns.get(c), new Scale(start, 1, left, left + column - GAP), bottom, svg);
        }
        return svg.html();
    }

    private double start() {
        double low = reference - 0.05;
        for (Column c : columns) {
            for (double[] e : c.estimates()) {
                low = Math.min(low, Double.isNaN(e[0]) ? low : Double.isNaN(e[1]) ? e[0] : Math.min(e[0], e[1]));
            }
        }
        return Math.max(0, Math.floor(low * 10) / 10);
    }

    private void column(Column column, Scale x, double bottom, Element svg) {
        String muted = Palette.Role.MUTED.css();
        svg.add(Svg.text((x.r0() + x.r1()) / 2, 16, "middle", Palette.Role.INK.css(), column.name())
                .attr("font-weight", "600"));
        Ticks ticks = Ticks.of(x.d0(), 1, 5);
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
                svg.add(mark(rows.get(r) + " on " + column.name(), e, x, y));
            }
        }
    }

    private static Element mark(String name, double[] e, Scale x, double y) {
        Element g = Html.el("g");
        String text = name + ": " + Numbers.fixed(e[0], 3);
        if (!Double.isNaN(e[1]) && !Double.isNaN(e[2])) {
            double left = x.clamped(e[1]);
            double span = Math.max(2, x.clamped(e[2]) - left);
            g.add(Svg.rect(left, y - 4.5, span, 9, Palette.series(0))
                    .attr("rx", "2")
                    .attr("fill-opacity", 0.4));
            text += " (" + Numbers.fixed(e[1], 3) + " to " + Numbers.fixed(e[2], 3) + ")";
        }
        double at = x.clamped(e[0]);
        return g.add(Svg.line(at, y - 7, at, y + 7, Palette.series(0)).attr("stroke-width", "2.5"))
                .add(Svg.tooltip(text));
    }
}
