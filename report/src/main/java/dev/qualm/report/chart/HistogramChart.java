package dev.qualm.report.chart;

import dev.qualm.report.html.Element;
import dev.qualm.report.html.Html;
import dev.qualm.report.html.Numbers;
import java.util.List;

/**
 * One strip per compared set, each over the same bins and with the reference set behind it in grey. Heights are
 * shares of each set, on one scale for all strips, so areas compare whatever the sets' sizes.
 *
 * @param edges bin boundaries, ascending, one more than there are bins
 * @param reference share of the reference set in each bin
 * @param strips the compared sets
 */
public record HistogramChart(
        String title, String xLabel, double[] edges, String referenceName, double[] reference, List<Strip> strips) {
    private static final double WIDTH = 356;
    private static final double STRIP = 40;
    private static final double LABELS = 84;
    /**
     * A set that sits in a few bins would flatten all others: peaks above this many reference peaks are cut and
     * numbered.
     */
    private static final double CUT = 2.5;

    /**
     * One compared set.
     *
     * @param share share of this set in each bin; a sum below 1 is what lies outside the range or is undefined
     * @param style index into the palette
     */
    public record Strip(String name, double[] share, int style) {
        public Strip {
            share = share.clone();
        }
    }

    public HistogramChart {
        edges = edges.clone();
        reference = reference.clone();
        strips = List.copyOf(strips);
        for (Strip s : strips) {
            if (s.share().length != edges.length - 1 || reference.length != edges.length - 1) {
                throw new IllegalArgumentException("Histogram '" + title + "' has " + (edges.length - 1)
                        + " bins, but the reference has " + reference.length + " shares and '" + s.name() + "' "
                        + s.share().length);
            }
        }
    }

    /** The chart as an {@code svg} element. */
    public Html svg() {
        double bottom = 8 + STRIP * strips.size();
        double height = bottom + 36;
        Scale x = new Scale(edges[0], edges[edges.length - 1], LABELS, WIDTH - 10);
        double top = peak();
        Element svg = Svg.root(
                WIDTH,
                height,
                title,
                "Distribution of " + title + " on " + referenceName + " (grey, in every row) and on " + strips.size()
                        + " other sets, one row each.");
        String grid = Palette.Role.LINE.css();
        String label = Palette.Role.MUTED.css();
        Ticks ticks = Ticks.of(edges[0], edges[edges.length - 1], 4);
        for (int i = 0; i < ticks.values().length; i++) {
            double px = x.at(ticks.values()[i]);
            svg.add(Svg.line(px, 6, px, bottom, grid));
            svg.add(Svg.text(px, bottom + 14, "middle", label, ticks.label(i)));
        }
        svg.add(Svg.text((LABELS + WIDTH - 10) / 2, bottom + 30, "middle", label, xLabel));
        for (int i = 0; i < strips.size(); i++) {
            Strip strip = strips.get(i);
            double base = 8 + STRIP * (i + 1);
            Scale y = new Scale(0, top, base, base - STRIP + 5);
            Element row =
                    Html.el("g").add(Svg.tooltip(strip.name() + " (colour) against " + referenceName + " (grey)"));
            row.add(Svg.area(steps(reference, x, y), Palette.Role.REFERENCE.css(), 0.45));
            row.add(Svg.area(steps(strip.share(), x, y), Palette.series(strip.style()), 0.5)
                    .attr("stroke", Palette.series(strip.style())));
            row.add(Svg.line(LABELS, base, WIDTH - 10, base, label).attr("stroke-width", "0.75"));
            row.add(Svg.text(LABELS - 8, base - 6, "end", Palette.Role.INK.css(), strip.name()));
            if (max(strip.share()) == 0) {
                row.add(Svg.text(WIDTH - 10, base - 6, "end", label, "nowhere defined")
                        .attr("font-size", "10"));
            }
            cutLabel(strip, top, x, base, row);
            svg.add(row);
        }
        return svg.html();
    }

    private double peak() {
        double own = max(reference);
        double all = own;
        for (Strip s : strips) {
            all = Math.max(all, max(s.share()));
        }
        double cut = own > 0 ? Math.min(all, CUT * own) : all;
        return cut > 0 ? cut : 1;
    }

    private static double max(double[] share) {
        double max = 0;
        for (double v : share) {
            max = Math.max(max, v);
        }
        return max;
    }

    private static void cutLabel(Strip strip, double top, Scale x, double base, Element row) {
        double peak = max(strip.share());
        if (peak > top * 1.0000001) {
            boolean rightHalf = strip.share()[strip.share().length - 1] == peak;
            String text = "▲ " + Numbers.fixed(100 * peak, 0) + " %";
            row.add(Svg.text(x.r1() - (rightHalf ? 14 : 0), base - STRIP + 14, "end", Palette.Role.INK.css(), text)
                    .attr("font-size", "10"));
        }
    }

    private String steps(double[] share, Scale x, Scale y) {
        StringBuilder d = new StringBuilder();
        d.append('M').append(point(x.at(edges[0]), y.at(0)));
        for (int i = 0; i < share.length; i++) {
            double h = y.clamped(share[i]);
            d.append('L').append(point(x.at(edges[i]), h)).append('L').append(point(x.at(edges[i + 1]), h));
        }
        return d.append('L')
                .append(point(x.at(edges[edges.length - 1]), y.at(0)))
                .append('Z')
                .toString();
    }

    private static String point(double x, double y) {
        return Numbers.coordinate(x) + " " + Numbers.coordinate(y);
    }
}
