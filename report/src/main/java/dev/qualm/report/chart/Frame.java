package dev.qualm.report.chart;

import dev.qualm.report.html.Element;
import dev.qualm.report.html.Html;

/** The box a chart draws in, with its grid, tick labels and axis labels. */
final class Frame {
    private static final String GRID = Palette.Role.LINE.css();
    private static final String LABEL = Palette.Role.MUTED.css();

    private final Axis xAxis;
    private final Axis yAxis;
    private final double left;
    private final double top;
    private final double right;
    private final double bottom;
    final Scale x;
    final Scale y;

    /** Margins leave room for tick and axis labels. */
    Frame(double width, double height, Axis xAxis, Axis yAxis) {
        this.xAxis = xAxis;
        this.yAxis = yAxis;
        left = 46;
        top = 10;
        right = width - 12;
        bottom = height - 38;
        x = new Scale(xAxis.min(), xAxis.max(), left, right);
        y = new Scale(yAxis.min(), yAxis.max(), bottom, top);
    }

    Html draw() {
        Element g = Html.el("g");
        Ticks xs = Ticks.of(xAxis.min(), xAxis.max(), (int) Math.max(2, (right - left) / 50));
        for (int i = 0; i < xs.values().length; i++) {
            double px = x.at(xs.values()[i]);
            g.add(Svg.line(px, top, px, bottom, GRID));
            g.add(Svg.text(px, bottom + 15, "middle", LABEL, xs.label(i)));
        }
        Ticks ys = Ticks.of(yAxis.min(), yAxis.max(), (int) Math.max(2, (bottom - top) / 45));
        for (int i = 0; i < ys.values().length; i++) {
            double py = y.at(ys.values()[i]);
            g.add(Svg.line(left, py, right, py, GRID));
            g.add(Svg.text(left - 7, py + 4, "end", LABEL, ys.label(i)));
        }
        g.add(Svg.text((left + right) / 2, bottom + 32, "middle", LABEL, xAxis.label()));
        double middle = (top + bottom) / 2;
        g.add(Svg.text(0, 0, "middle", LABEL, yAxis.label())
                .attr("transform", "translate(12 " + (int) middle + ") rotate(-90)"));
        return g.html();
    }

    double left() {
        return left;
    }

    double right() {
        return right;
    }

    double top() {
        return top;
    }

    double bottom() {
        return bottom;
    }
}
