package dev.qualm.report;

import dev.qualm.report.chart.HistogramChart;
import dev.qualm.report.chart.Legend;
import dev.qualm.report.chart.Line;
import dev.qualm.report.chart.RocChart;
import dev.qualm.report.html.Element;
import dev.qualm.report.html.Html;
import dev.qualm.report.html.Numbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Small multiples: one histogram panel per score, one ROC panel per set. */
final class CurveSections {
    private final ScoreReport report;

    CurveSections(ScoreReport report) {
        this.report = report;
    }

    Html histograms() {
        Element grid = Html.el("div", "grid");
        for (Histogram h : report.histograms()) {
            List<HistogramChart.Strip> strips = new ArrayList<>();
            long undefined = 0;
            for (int i = 0; i < h.sets().size(); i++) {
                Histogram.Counts c = h.sets().get(i);
                undefined += c.undefined();
                if (i > 0) {
                    strips.add(new HistogramChart.Strip(c.dataset(), c.shares(), i - 1));
                }
            }
            Histogram.Counts reference = h.sets().get(0);
            String quantity = h.logarithmic() ? "log₁₀ of the score" : "score";
            double[] edges =
                    h.logarithmic() ? Arrays.stream(h.edges()).map(Math::log10).toArray() : h.edges();
            Html svg = new HistogramChart(
                            h.score(),
                            quantity + " (larger = less trustworthy)",
                            edges,
                            reference.dataset(),
                            reference.shares(),
                            strips)
                    .svg();
            String note = undefined == 0 ? "" : Numbers.count(undefined) + " images undefined";
            grid.add(panel(h.score(), note, svg));
        }
        return grid.html();
    }

    Html histogramLegend() {
        List<String> names = report.outSets().stream().map(OutSet::name).toList();
        return Legend.areas(report.inDistribution(), names);
    }

    Html rocs() {
        List<String> scores = report.rows().stream().map(ScoreRow::name).toList();
        Element grid = Html.el("div", "grid");
        for (RocSet set : report.rocs()) {
            List<Line> lines = set.curves().stream()
                    .map(c -> new Line(c.score(), c.falsePositive(), c.truePositive(), scores.indexOf(c.score())))
                    .toList();
            OutSet out = report.outSets().stream()
                    .filter(o -> o.name().equals(set.dataset()))
                    .findFirst()
                    .orElseThrow();
            Html svg =
                    new RocChart("ROC curves, " + set.dataset(), set.dataset(), report.inDistribution(), lines).svg();
            grid.add(panel(set.dataset(), out.kind().label() + ", n = " + Numbers.count(out.images()), svg));
        }
        return grid.html();
    }

    Html rocLegend() {
        return Legend.lines(report.rows().stream().map(ScoreRow::name).toList());
    }

    private static Html panel(String title, String note, Html svg) {
        return Html.el("figure", "panel")
                .add(Html.el("figcaption").text(title).add(Html.el("small").text(note)))
                .add(svg)
                .html();
    }
}
