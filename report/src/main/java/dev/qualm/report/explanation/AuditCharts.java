package dev.qualm.report.explanation;

import dev.qualm.report.Histogram;
import dev.qualm.report.chart.Axis;
import dev.qualm.report.chart.BoxChart;
import dev.qualm.report.chart.HistogramChart;
import dev.qualm.report.chart.Legend;
import dev.qualm.report.html.Element;
import dev.qualm.report.html.Html;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How similar the maps are, as boxes and as histograms. */
final class AuditCharts {
    private static final int BINS = 24;
    private static final String ATTACKED = "attacked";
    private static final String SMOOTHED = "attacked, smoothed";
    private static final String CONTROL = "random control";

    private final AuditReport report;

    AuditCharts(AuditReport report) {
        this.report = report;
    }

    Html boxes() {
        Element grid = Html.el("div", "grid broad");
        panel(
                grid,
                "PCC to the original map",
                "1 = unmoved; the dashed line is the threshold",
                report.threshold(),
                original(true));
        panel(grid, "PCC to the target map", "1 = the attack shows what it wants", Double.NaN, target(true));
        panel(grid, "SSIM to the original map", "1 = unmoved", Double.NaN, original(false));
        panel(grid, "SSIM to the target map", "1 = the attack shows what it wants", Double.NaN, target(false));
        return grid.html();
    }

    private List<BoxChart.Row> original(boolean pcc) {
        return rows(
                pcc ? AuditMeasure.PCC_TO_ORIGINAL : AuditMeasure.SSIM_TO_ORIGINAL,
                pcc ? AuditMeasure.SMOOTHED_PCC_TO_ORIGINAL : AuditMeasure.SMOOTHED_SSIM_TO_ORIGINAL,
                pcc ? AuditMeasure.CONTROL_PCC_TO_ORIGINAL : AuditMeasure.CONTROL_SSIM_TO_ORIGINAL);
    }

    private List<BoxChart.Row> target(boolean pcc) {
        return rows(
                pcc ? AuditMeasure.PCC_TO_TARGET : AuditMeasure.SSIM_TO_TARGET,
                pcc ? AuditMeasure.SMOOTHED_PCC_TO_TARGET : AuditMeasure.SMOOTHED_SSIM_TO_TARGET);
    }

    /** Attacked, smoothed, control; those without any value are left out. */
    private List<BoxChart.Row> rows(AuditMeasure... measures) {
        List<String> names = List.of(ATTACKED, SMOOTHED, CONTROL);
        List<BoxChart.Row> rows = new ArrayList<>();
        for (int i = 0; i < measures.length; i++) {
            double[] values = measures[i].of(report.rows());
            if (values.length > 0) {
                rows.add(new BoxChart.Row(names.get(i), values, i));
            }
        }
        return rows;
    }

    private static void panel(Element grid, String title, String note, double reference, List<BoxChart.Row> rows) {
        if (rows.isEmpty()) {
            return;
        }
        double least = rows.stream()
                .flatMapToDouble(r -> Arrays.stream(r.values()))
                .filter(Double::isFinite)
                .min()
                .orElse(0);
        double low = Math.min(0, Math.floor(10 * least) / 10);
        Html svg = new BoxChart(title, new Axis(title, Math.max(-1, low), 1), reference, rows).svg();
        grid.add(figure(title, note, svg));
    }

    /** The same PCC as histograms against the random control; nothing without one. */
    Html histogram() {
        double[] control = AuditMeasure.CONTROL_PCC_TO_ORIGINAL.of(report.rows());
        double[] attacked = AuditMeasure.PCC_TO_ORIGINAL.of(report.rows());
        double[] smoothed = AuditMeasure.SMOOTHED_PCC_TO_ORIGINAL.of(report.rows());
        if (control.length == 0 || attacked.length == 0) {
            return Html.EMPTY;
        }
        Map<String, double[]> values = new LinkedHashMap<>();
        values.put(CONTROL, control);
        values.put(ATTACKED, attacked);
        if (smoothed.length > 0) {
            values.put("smoothed", smoothed);
        }
        double least =
                values.values().stream().flatMapToDouble(Arrays::stream).min().orElse(0);
        double low = Math.max(-1, Math.min(0, Math.floor(10 * least) / 10));
        Histogram h = Histogram.linear("PCC to the original map", CONTROL, values, BINS, low, 1);
        List<HistogramChart.Strip> strips = new ArrayList<>();
        for (int i = 1; i < h.sets().size(); i++) {
            Histogram.Counts counts = h.sets().get(i);
            strips.add(new HistogramChart.Strip(counts.dataset(), counts.shares(), i - 1));
        }
        Html svg = new HistogramChart(
                        h.score(),
                        h.score(),
                        h.edges(),
                        CONTROL,
                        h.sets().get(0).shares(),
                        strips)
                .svg();
        List<String> names = strips.stream().map(HistogramChart.Strip::name).toList();
        return Html.of(
                Legend.areas(CONTROL, names),
                Html.el("div", "grid").add(figure(h.score(), "", svg)).html());
    }

    private static Element figure(String title, String note, Html svg) {
        return Html.el("figure", "panel")
                .add(Html.el("figcaption").text(title).add(Html.el("small").text(note)))
                .add(svg);
    }
}
