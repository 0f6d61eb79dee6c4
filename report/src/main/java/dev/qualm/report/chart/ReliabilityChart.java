package dev.qualm.report.chart;

import dev.qualm.report.html.Element;
import dev.qualm.report.html.Html;
import dev.qualm.report.html.Numbers;
import java.util.List;

/**
 * Accuracy against confidence in bins, with perfect calibration as a diagonal. Each bin tells how many items it
 * holds, and the bar's opacity follows that number: a bin of three items should not look like one of three thousand.
 */
public record ReliabilityChart(String title, List<Bin> bins) {
    private static final double WIDTH = 340;
    private static final double HEIGHT = 330;

    /**
     * The items of one range of confidence.
     *
     * @param low smallest confidence of the bin
     * @param high largest
     * @param confidence mean confidence of the items in it, NaN if there are none
     * @param accuracy share of them predicted correctly, NaN if there are none
     */
    public record Bin(double low, double high, long count, double confidence, double accuracy) {
        public Bin {
            if (!(0 <= low && low <= high && high <= 1) || count < 0) {
                throw new IllegalArgumentException("A bin lies within 0 to 1 and has a count >= 0, but found " + low
                        + " to " + high + ", " + count);
            }
        }
    }

    public ReliabilityChart {
        bins = List.copyOf(bins);
    }

    /** The chart as an {@code svg} element. */
    public Html svg() {
        Frame frame = new Frame(WIDTH, HEIGHT, Axis.unit("confidence"), Axis.unit("accuracy"));
        long total = bins.stream().mapToLong(Bin::count).sum();
        long most = bins.stream().mapToLong(Bin::count).max().orElse(0);
        Element svg = Svg.root(
                        WIDTH,
                        HEIGHT,
                        title,
                        "Accuracy against confidence of " + total + " items in " + bins.size()
                                + " bins; the dashed diagonal is perfect calibration.")
                .add(frame.draw());
        for (Bin bin : bins) {
            if (bin.count() > 0 && !Double.isNaN(bin.accuracy())) {
                svg.add(bar(bin, most, frame));
            }
        }
        svg.add(Svg.line(frame.x.at(0), frame.y.at(0), frame.x.at(1), frame.y.at(1), Palette.Role.REFERENCE.css())
                .attr("stroke-dasharray", "3 3"));
        return svg.html();
    }

    private static Html bar(Bin bin, long most, Frame frame) {
        double left = frame.x.at(bin.low());
        double top = frame.y.clamped(bin.accuracy());
        double opacity = 0.25 + 0.6 * Math.sqrt((double) bin.count() / most);
        Element group = Html.el("g")
                .add(Svg.rect(
                                left + 0.75,
                                top,
                                frame.x.at(bin.high()) - left - 1.5,
                                frame.bottom() - top,
                                Palette.series(0))
                        .attr("fill-opacity", opacity));
        if (!Double.isNaN(bin.confidence())) {
            group.add(Svg.circle(frame.x.clamped(bin.confidence()), top, 3, Palette.series(1)));
        }
        return group.add(Svg.tooltip("confidence " + Numbers.fixed(bin.low(), 2) + " to " + Numbers.fixed(bin.high(), 2)
                        + ": accuracy " + Numbers.fixed(bin.accuracy(), 3) + ", mean confidence "
                        + Numbers.fixed(bin.confidence(), 3) + ", n = " + Numbers.count(bin.count())))
                .html();
    }
}
