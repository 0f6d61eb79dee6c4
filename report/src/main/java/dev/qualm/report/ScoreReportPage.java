package dev.qualm.report;

import dev.qualm.report.html.Html;
import dev.qualm.report.html.Numbers;
import dev.qualm.report.html.Table;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A {@link ScoreReport} as one HTML file that needs nothing else. */
public final class ScoreReportPage {
    private ScoreReportPage() {}

    /** The page. The same report gives the same text. */
    public static String render(ScoreReport report) {
        SummarySection summary = new SummarySection(report);
        CurveSections curves = new CurveSections(report);
        DoubtedSection doubted = new DoubtedSection(report);
        String against = "Each column pair sets " + report.inDistribution() + " (n = "
                + Numbers.count(report.inImages()) + ") against one set that should be doubted.";
        ReportPage page = new ReportPage(report.title(), ReportPage.lead(report.summary(), report.provenance()));
        page.section(
                "summary", "Summary", against, summary.table(), summary.legend(), ReportPage.notes(report.notes()));
        page.section(
                "intervals",
                "How sure these numbers are",
                "A stroke is an AUROC, the bar around it its interval; the dashed line is chance.",
                summary.intervals());
        if (!report.histograms().isEmpty()) {
            page.section(
                    "histograms",
                    "Score histograms",
                    "One panel per score, one row per set; the grey shape is " + report.inDistribution()
                            + " and equal areas are equal shares. The outermost bins hold everything beyond the axis; "
                            + "a peak cut off for lack of room carries its share.",
                    curves.histogramLegend(),
                    curves.histograms());
        }
        if (!report.rocs().isEmpty()) {
            page.section(
                    "roc",
                    "ROC curves",
                    "A curve nearer to the upper left corner separates better; the dashed diagonal is chance.",
                    curves.rocLegend(),
                    curves.rocs());
        }
        if (doubted.present()) {
            page.section("doubted", "Most doubted images", doubted.intro(), doubted.ordinary(), doubted.cards());
        }
        page.section("scores", "What was asked", "", questions(report), sets(report));
        return page.render();
    }

    /** Writes the page as UTF-8; an existing file is replaced only when the new one is complete. */
    public static void write(ScoreReport report, Path file) {
        AtomicFile.write(file, render(report).getBytes(StandardCharsets.UTF_8));
    }

    private static Html questions(ScoreReport report) {
        Table table = new Table("Scores; all grow with distrust")
                .column("Score")
                .column("Looks at")
                .column("Question")
                .number("passes", "Cost per image in forward passes of the model", false);
        for (ScoreRow row : report.rows()) {
            table.row(
                    Html.text(row.name()),
                    List.of(
                            Table.Cell.text(row.family()),
                            new Table.Cell(Html.text(row.question()), null, "prose", 0),
                            Table.Cell.number(SummarySection.passes(row.passes()), row.passes())));
        }
        return table.html();
    }

    private static Html sets(ScoreReport report) {
        Table table = new Table("Sets that should be doubted")
                .column("Set")
                .column("Kind")
                .column("Made of")
                .number("images", "Number of images", false);
        for (OutSet set : report.outSets()) {
            table.row(
                    Html.text(set.name()),
                    List.of(
                            Table.Cell.text(set.kind().label()),
                            new Table.Cell(Html.text(set.description()), null, "prose", 0),
                            Table.Cell.number(Numbers.count(set.images()), set.images())));
        }
        return table.html();
    }
}
