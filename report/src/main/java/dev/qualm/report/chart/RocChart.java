package dev.qualm.report.chart;

import dev.qualm.report.html.Html;
import java.util.List;

/**
 * Receiver operating characteristics: share of positives found against share of negatives accused, with chance as a
 * diagonal.
 *
 * @param title names the chart; {@code positives} and {@code negatives} name the two populations
 * @param curves x = false-positive rate, y = true-positive rate
 */
public record RocChart(String title, String positives, String negatives, List<Line> curves) {
    public RocChart {
        curves = List.copyOf(curves);
    }

    /** The chart as an {@code svg} element. */
    public Html svg() {
        String description = "True-positive rate on " + positives + " against false-positive rate on " + negatives
                + ", one line for each of " + curves.size() + " scores; the dashed diagonal is chance.";
        return new LineChart(
                        title,
                        description,
                        Axis.unit("share of " + negatives + " flagged"),
                        Axis.unit("share of " + positives + " flagged"),
                        curves,
                        true,
                        340,
                        330)
                .svg();
    }
}
