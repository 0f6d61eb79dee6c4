package dev.qualm.report.evaluate;

import dev.qualm.evaluate.AdaptiveResult;
import dev.qualm.evaluate.Cell;
import dev.qualm.evaluate.Comparison;
import dev.qualm.evaluate.EvaluationReport;
import dev.qualm.evaluate.RankNumbers;
import dev.qualm.evaluate.SelectiveNumbers;
import dev.qualm.metric.Proportion;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The cells of an {@link EvaluationReport}, one a line; a number that is not defined is an empty field. */
public final class EvaluationCsv {
    private static final String HEAD = "model,detector,set,role,view,stamp,negatives,positives,undefined_negatives,"
            + "undefined_positives,auroc,auroc_low,auroc_high,interval,aupr_out,aupr_in,prevalence,"
            + "fpr95_caught_at_least,tpr_caught_at_least,fpr95_kept_at_least,tpr_kept_at_least,"
            + "fpr95_caught_nearest,tpr_caught_nearest,autc,accuracy,aurc,e_aurc,augrc,risk_at_80,"
            + "difference_to_baseline,adjusted_p,floor,passes,ratio,"
            + "adaptive_items,adaptive_evaded,adaptive_evaded_low,adaptive_evaded_high";
    private static final int RANKED = 14;
    private static final int SELECTIVE = 5;
    private static final int ADAPTIVE = 4;

    private EvaluationCsv() {}

    /** The text: a header and a line for each cell. */
    public static String render(EvaluationReport report) {
        StringBuilder out = new StringBuilder(HEAD).append('\n');
        for (Cell c : report.cells()) {
            out.append(String.join(",", row(c))).append('\n');
        }
        return out.toString();
    }

    private static List<String> row(Cell c) {
        List<String> row = new ArrayList<>(List.of(
                quoted(c.model()),
                quoted(c.detector()),
                quoted(c.set()),
                c.role().text(),
                c.view().text(),
                c.nonAdaptive() ? EvaluationReport.NON_ADAPTIVE : "",
                Integer.toString(c.negatives()),
                Integer.toString(c.positives()),
                Integer.toString(c.undefinedNegatives()),
                Integer.toString(c.undefinedPositives())));
        RankNumbers n = c.numbers();
        if (n == null) {
            row.addAll(Collections.nCopies(RANKED, ""));
        } else {
            add(
                    row,
                    n.auroc().value(),
                    n.aurocInterval().low(),
                    n.aurocInterval().high());
            row.add(quoted(n.aurocInterval().method()));
            add(row, n.auprOut().value(), n.auprIn().value(), n.prevalence());
            n.fpr().forEach(f -> add(row, f.value(), f.achieved()));
            add(row, n.autc().value());
        }
        SelectiveNumbers s = c.selective();
        if (s == null) {
            row.addAll(Collections.nCopies(SELECTIVE, ""));
        } else {
            add(
                    row,
                    s.accuracy(),
                    s.aurc().value(),
                    s.excess().value(),
                    s.augrc().value(),
                    s.risk().value());
        }
        Comparison b = c.baseline();
        add(row, b == null ? Double.NaN : b.difference(), b == null ? Double.NaN : b.adjusted());
        row.add(c.floor().words());
        add(row, c.cost().passes(), c.cost().ratio());
        AdaptiveResult adaptive = c.adaptive();
        Proportion worst = adaptive == null ? null : adaptive.worst();
        if (worst == null) {
            row.addAll(Collections.nCopies(ADAPTIVE, ""));
        } else {
            row.add(Long.toString(worst.n()));
            add(row, worst.value(), worst.interval().low(), worst.interval().high());
        }
        return row;
    }

    private static void add(List<String> row, double... values) {
        for (double v : values) {
            row.add(Double.isNaN(v) ? "" : Double.toString(v));
        }
    }

    /** Quoted where needed; a leading sign that spreadsheets take for a formula stays text. */
    private static String quoted(String text) {
        String safe = text.matches("(?s)[=+@\\-].*") ? "'" + text : text;
        return safe.matches("(?s).*[\",\r\n].*") ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
    }
}
