package dev.qualm.report.chart;

import dev.qualm.metric.Quantiles;
import dev.qualm.report.html.Element;
import dev.qualm.report.html.Html;
import dev.qualm.report.html.Numbers;
import java.util.Arrays;
import java.util.List;

/**
 * How samples are spread, one row each on a common axis: a box from the lower to the upper quartile, a stroke at the median,
 * whiskers from the 10th to the 90th percentile, and a dot for each value beyond them.
 *
 * @param axis what is measured; values beyond it are drawn at its ends
 * @param reference a value drawn as a dashed line, NaN for none
 */
public record BoxChart(String title, Axis axis, double reference, List<Row> rows) {
    private static final double WIDTH = 560;
    private static final double LABELS = 150;
    private static final double RIGHT = 14;
    private static final double ROW = 34;
    private static final int LONGEST_LABEL = 24;

    /** Dots of larger samples would only make a line. */
    private static final int MOST_DOTS = 200;

    /**
     * One sample.
     *
     * @param values in any order; NaN counts as missing
     * @param style index into the palette
     */
    public record Row(String name, double[] values, int style) {
        public Row {
            values = values.clone();
        }
    }

    public BoxChart {
        rows = List.copyOf(rows);
    }

    /** The chart as an {@code svg} element. */
    public Html svg() {
        double bottom = 8 + ROW * rows.size();
        Scale x = new Scale(axis.min(), axis.max(), LABELS, WIDTH - RIGHT);
        Element svg = Svg.root(
                WIDTH,
                bottom + 38,
                title,
                axis.label() + " of " + rows.size() + " samples: boxes span the quartiles, strokes are medians, "
                        + "whiskers span the middle 80 %.");
        Ticks ticks = Ticks.of(axis.min(), axis.max(), 6);
        for (int i = 0; i < ticks.values().length; i++) {
            double at = x.at(ticks.values()[i]);
            svg.add(Svg.line(at, 6, at, bottom, Palette.Role.LINE.css()));
            svg.add(Svg.text(at, bottom + 14, "middle", Palette.Role.MUTED.css(), ticks.label(i)));
        }
        if (!Double.isNaN(reference)) {
            double at = x.clamped(reference);
            svg.add(Svg.line(at, 6, at, bottom, Palette.Role.INK.css()).attr("stroke-dasharray", "3 3"));
        }
        svg.add(Svg.text((x.r0() + x.r1()) / 2, bottom + 31, "middle", Palette.Role.MUTED.css(), axis.label()));
        for (int i = 0; i < rows.size(); i++) {
            svg.add(row(rows.get(i), x, 8 + ROW * (i + 0.5)));
        }
        return svg.html();
    }

    private static Element row(Row row, Scale x, double y) {
        int[] name = row.name().codePoints().toArray();
        String shown = name.length <= LONGEST_LABEL ? row.name() : new String(name, 0, LONGEST_LABEL - 1) + "…";
        Element g = Html.el("g").add(Svg.text(LABELS - 10, y + 4, "end", Palette.Role.INK.css(), shown));
        double[] values = Arrays.stream(row.values())
                .filter(v -> !Double.isNaN(v))
                .sorted()
                .toArray();
        if (values.length == 0) {
            return g.add(Svg.text(LABELS + 6, y + 4, "start", Palette.Role.MUTED.css(), "no value"));
        }
        double[] q = Quantiles.of(values, 0.1, 0.25, 0.5, 0.75, 0.9);
        double[] at = Arrays.stream(q)
                .map(v -> Double.isNaN(v) ? x.r0() : x.clamped(v))
                .toArray();
        String colour = Palette.series(row.style());
        g.add(Svg.tooltip(row.name() + ": median " + Numbers.significant(q[2], 3) + ", quartiles "
                + Numbers.significant(q[1], 3) + " and " + Numbers.significant(q[3], 3) + ", n = " + values.length));
        g.add(Svg.line(at[0], y, at[1], y, colour)).add(Svg.line(at[3], y, at[4], y, colour));
        g.add(Svg.line(at[0], y - 5, at[0], y + 5, colour)).add(Svg.line(at[4], y - 5, at[4], y + 5, colour));
        g.add(Svg.rect(at[1], y - 9, Math.max(1, at[3] - at[1]), 18, colour)
                .attr("rx", "2")
                .attr("fill-opacity", 0.28)
                .attr("stroke", colour));
        g.add(Svg.line(at[2], y - 9, at[2], y + 9, colour).attr("stroke-width", "2.5"));
        if (values.length <= MOST_DOTS) {
            for (double v : values) {
                if (v < q[0] || v > q[4]) {
                    g.add(Svg.circle(x.clamped(v), y, 2.2, colour).attr("fill-opacity", 0.7));
                }
            }
        }
        return g;
    }
}
