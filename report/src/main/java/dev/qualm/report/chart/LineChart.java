package dev.qualm.report.chart;

import dev.qualm.report.html.Element;
import dev.qualm.report.html.Html;
import java.util.Arrays;
import java.util.List;

/**
 * Lines over two linear axes. Long lines lose only points that lie within a quarter of a pixel of what is drawn.
 *
 * @param title names the chart for readers who cannot see it
 * @param description says what it shows
 * @param diagonal whether to draw the line y = x, the mark of chance or of perfect calibration
 */
public record LineChart(
        String title,
        String description,
        Axis x,
        Axis y,
        List<Line> lines,
        boolean diagonal,
        double width,
        double height) {
    private static final double TOLERANCE = 0.25;

    public LineChart {
        lines = List.copyOf(lines);
    }

    public LineChart(String title, String description, Axis x, Axis y, List<Line> lines) {
        this(title, description, x, y, lines, false, 480, 300);
    }

    /** The chart as an {@code svg} element. */
    public Html svg() {
        Frame frame = new Frame(width, height, x, y);
        Element svg = Svg.root(width, height, title, description).add(frame.draw());
        if (diagonal) {
            double lo = Math.max(x.min(), y.min());
            double hi = Math.min(x.max(), y.max());
            svg.add(Svg.line(
                            frame.x.at(lo),
                            frame.y.at(lo),
                            frame.x.at(hi),
                            frame.y.at(hi),
                            Palette.Role.REFERENCE.css())
                    .attr("stroke-dasharray", "3 3"));
        }
        for (Line line : lines) {
            draw(line, frame, svg);
        }
        return svg.html();
    }

    private static void draw(Line line, Frame frame, Element svg) {
        int n = line.x().length;
        int start = 0;
        for (int i = 0; i <= n; i++) {
            if (i == n || Double.isNaN(line.x()[i]) || Double.isNaN(line.y()[i])) {
                if (i > start) {
                    svg.add(piece(line, start, i, frame));
                }
                start = i + 1;
            }
        }
    }

    private static Element piece(Line line, int from, int to, Frame frame) {
        double[] px = Arrays.stream(line.x(), from, to).map(frame.x::clamped).toArray();
        double[] py = Arrays.stream(line.y(), from, to).map(frame.y::clamped).toArray();
        int[] keep = Simplify.keep(px, py, TOLERANCE);
        double[] kx = Arrays.stream(keep).mapToDouble(i -> px[i]).toArray();
        double[] ky = Arrays.stream(keep).mapToDouble(i -> py[i]).toArray();
        String colour = Palette.series(line.style());
        Element path = keep.length == 1 ? Svg.circle(kx[0], ky[0], 2.5, colour) : Svg.path(kx, ky, colour);
        if (!Palette.dash(line.style()).isEmpty()) {
            path.attr("stroke-dasharray", Palette.dash(line.style()));
        }
        return path.add(Svg.tooltip(line.name()));
    }
}
