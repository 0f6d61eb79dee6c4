package dev.qualm.report.explanation;

import dev.qualm.report.AtomicFile;
import dev.qualm.report.ReportPage;
import dev.qualm.report.html.Element;
import dev.qualm.report.html.Html;
import dev.qualm.report.html.Numbers;
import dev.qualm.report.html.Table;
import dev.qualm.report.sheet.SvgSheet;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An {@link AuditReport} as one HTML file that needs nothing else. */
public final class AuditReportPage {
    /** How many pictures the page shows at most. */
    public static final int SHOWN = 12;

    private AuditReportPage() {}

    /**
     * The page. The same report gives the same text.
     *
     * @param overviews by the rows' ids; those of {@link AuditReport#worst} are shown
     */
    public static String render(AuditReport report, Map<String, ManipulationOverview> overviews) {
        ReportPage page = new ReportPage(report.title(), ReportPage.lead(report.verdict(), facts(report)));
        AuditCharts charts = new AuditCharts(report);
        page.section(
                "similarity",
                "How far the explanations moved",
                "Boxes span the quartiles and whiskers the middle 80 % of the pictures; the stroke is the median.",
                charts.boxes(),
                ReportPage.notes(report.warnings()));
        Html histogram = charts.histogram();
        if (!histogram.isEmpty()) {
            page.section(
                    "histogram",
                    "Against a random change of equal size",
                    "The grey shape is the random control; equal areas are equal shares of the pictures.",
                    histogram);
        }
        page.section("numbers", "All numbers", "", AuditSummary.table(report), legend());
        Html worst = worst(report, overviews);
        if (!worst.isEmpty()) {
            page.section(
                    "worst",
                    "The explanations that moved farthest",
                    "Least similar to their original first; those with the prediction kept stand before the others.",
                    worst);
        }
        page.section("pictures", "Picture by picture", "", pictures(report));
        return page.render();
    }

    /** Writes the page as UTF-8; an existing file is replaced only when the new one is complete. */
    public static void write(AuditReport report, Map<String, ManipulationOverview> overviews, Path file) {
        AtomicFile.write(file, render(report, overviews).getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, String> facts(AuditReport report) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Model", report.model());
        facts.put("Data", report.data());
        facts.put("Explanation", report.method());
        facts.putAll(report.parameters());
        facts.putAll(report.provenance());
        return facts;
    }

    private static Html worst(AuditReport report, Map<String, ManipulationOverview> overviews) {
        Element grid = Html.el("div", "overviews");
        boolean any = false;
        for (AuditRow row : report.worst(SHOWN)) {
            ManipulationOverview overview = overviews.get(row.id());
            if (overview != null) {
                any = true;
                String pcc = "PCC " + Numbers.fixed(row.toOriginal().pcc(), 2) + " to the original"
                        + (row.classKept() ? "" : ", prediction changed");
                grid.add(Html.el("figure", "panel")
                        .add(Html.el("figcaption")
                                .add(Html.el("span", "cut").text(row.id()))
                                .add(Html.el("small").text(pcc)))
                        .add(SvgSheet.element(overview.draw(), overview.title())));
            }
        }
        return any ? grid.html() : Html.EMPTY;
    }

    private static Html legend() {
        return Html.el("dl", "rules")
                .add(term("PCC", "Pearson correlation of two maps: 1 if they agree, 0 if they have nothing in common."))
                .add(term("SSIM", "Structural similarity, with the range of the two maps as data range."))
                .add(term("L2 and L∞", "Size of the change of the picture, with pixels in 0 to 1."))
                .add(term(
                        "After smoothing",
                        "The attacked picture's map from the smoothed network beside the original's from the same "
                                + "network. The attack did not aim at these maps: one that does may move them too."))
                .html();
    }

    private static Element term(String name, String text) {
        return Html.el("div").add(Html.el("dt").text(name)).add(Html.el("dd").text(text));
    }

    private static Html pictures(AuditReport report) {
        Table table = new Table("One row per picture; a click on a number's head sorts");
        table.group(Html.EMPTY, 1)
                .group(Html.text("Prediction"), 2)
                .group(Html.text("Attacked map"), 3)
                .group(Html.text("Smoothed"), 2)
                .group(Html.text("Control"), 1)
                .group(Html.text("Change of the picture"), 3)
                .group(Html.text("Curvature"), 1)
                .group(Html.EMPTY, 1);
        table.column("Picture").column("class").number("p after", "Probability of that class after the attack", false);
        table.number("PCC orig.", "PCC of the attacked map to the original's", true)
                .number("SSIM orig.", "SSIM of the attacked map to the original's", false)
                .number("PCC target", "PCC of the attacked map to the target's", false)
                .number("PCC orig.", "PCC of the smoothed maps", true)
                .number("PCC target", "PCC of the smoothed maps", false)
                .number("PCC orig.", "PCC after a random change of equal size", true)
                .number("L2", "Euclidean norm, pixels in 0 to 1", true)
                .number("L∞", "Largest change of a pixel", false)
                .number("SSIM", "Structural similarity of the pictures", false)
                .number("λ max", "Largest absolute eigenvalue of the Hessian", true)
                .column("Result");
        report.rows().forEach(r -> table.row(Html.el("span", "cut").text(r.id()).html(), cells(report, r)));
        return table.html();
    }

    private static List<Table.Cell> cells(AuditReport report, AuditRow r) {
        return List.of(
                Table.Cell.text(r.prediction()),
                fixed(r.probabilityAfter(), 3, ""),
                fixed(r.toOriginal().pcc(), 2, " first"),
                fixed(r.toOriginal().ssim(), 2, ""),
                fixed(r.toTarget().pcc(), 2, ""),
                fixed(r.smoothedToOriginal().pcc(), 2, " first"),
                fixed(r.smoothedToTarget().pcc(), 2, ""),
                fixed(r.controlToOriginal().pcc(), 2, " first"),
                significant(r.change().l2(), " first"),
                significant(r.change().linf(), ""),
                fixed(r.change().ssim(), 3, ""),
                significant(r.curvature().largestEigenvalue(), " first"),
                result(report, r));
    }

    private static Table.Cell fixed(double v, int digits, String first) {
        return new Table.Cell(Html.text(Numbers.fixed(v, digits)), v, "n" + first, 0);
    }

    private static Table.Cell significant(double v, String first) {
        return new Table.Cell(Html.text(Numbers.significant(v, 3)), v, "n" + first, 0);
    }

    private static Table.Cell result(AuditReport report, AuditRow r) {
        if (!r.present()) {
            String why = r.status().equals(AuditRow.OK) ? "the similarity is undefined" : r.status();
            return new Table.Cell(Html.el("small", "why").text(why).html(), null, "", 0);
        }
        boolean moved = report.moved(r);
        String text = moved ? "moved" : r.classKept() ? "held" : "prediction changed";
        String classes = moved ? "badge out" : "badge";
        return new Table.Cell(Html.el("span", classes).text(text).html(), null, "", 0);
    }
}
