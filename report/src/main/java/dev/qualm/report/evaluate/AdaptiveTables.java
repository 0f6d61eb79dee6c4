package dev.qualm.report.evaluate;

import dev.qualm.evaluate.AdaptiveResult;
import dev.qualm.report.ReportPage;
import dev.qualm.report.html.Html;
import dev.qualm.report.html.Numbers;
import dev.qualm.report.html.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Results of adaptive attacks on a page: a table of rungs for each detector, then what to make of it. */
final class AdaptiveTables {
    private AdaptiveTables() {}

    static List<Html> of(String model, AdaptiveResult result) {
        Table table = new Table(model + ", " + EvaluationWords.worst(result));
        table.column("Rung")
                .number("items", "Items attacked", false)
                .number("evaded", "Another class and no alarm, with the interval", true)
                .number("misclassified", "Another class, whatever the detector says", false)
                .number("passes", "Forward passes per item, on average", false)
                .column("how");
        for (AdaptiveResult.Rung r : result.rungs()) {
            if (r.items() > 0) {
                table.row(
                        Html.text(r.name()),
                        List.of(
                                Table.Cell.number(Numbers.count(r.items()), r.items()),
                                Table.Cell.number(EvaluationWords.share(r.evadedShare()), r.evaded()),
                                Table.Cell.text(EvaluationWords.share(r.misclassifiedShare())),
                                Table.Cell.number(String.format(Locale.ROOT, "%.0f", r.passes()), r.passes()),
                                Table.Cell.text(r.note())));
            }
        }
        List<String> notes = new ArrayList<>(EvaluationWords.absent(result));
        result.doubts().forEach(d -> notes.add("Warning: " + d));
        return notes.isEmpty() ? List.of(table.html()) : List.of(table.html(), ReportPage.notes(notes));
    }
}
