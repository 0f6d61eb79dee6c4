package dev.qualm.cli;

import dev.qualm.evaluate.AdaptiveResult;
import dev.qualm.evaluate.AttackOutcome;
import dev.qualm.evaluate.Cell;
import dev.qualm.evaluate.EvaluationReport;
import dev.qualm.evaluate.LeftOut;
import dev.qualm.evaluate.ModelEvaluation;
import dev.qualm.evaluate.RankNumbers;
import dev.qualm.evaluate.Role;
import dev.qualm.evaluate.RoleRanks;
import dev.qualm.evaluate.ScoredSet;
import dev.qualm.evaluate.SelectiveNumbers;
import dev.qualm.evaluate.View;
import dev.qualm.report.evaluate.EvaluationWords;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An evaluation for the terminal: a table for each set, never an average of near and far. */
final class EvaluateText {
    private EvaluateText() {}

    static List<String> of(EvaluationReport report) {
        List<String> lines = new ArrayList<>();
        if (report.stamped()) {
            lines.add(EvaluationReport.NON_ADAPTIVE_MEANS);
            lines.add("");
        }
        for (ModelEvaluation m : report.models()) {
            model(report, m, lines);
        }
        for (RoleRanks r : report.ranks()) {
            if (r.blocks().size() > 1) {
                ranks(r, report, lines);
            }
        }
        lines.addAll(EvaluationWords.findings(report));
        lines.add("");
        lines.add(
                "FPR95 in percent with the rate reached: positives caught, at least / negatives kept, at least / positives"
                        + " caught, nearest.");
        return lines;
    }

    private static void model(EvaluationReport report, ModelEvaluation m, List<String> lines) {
        ScoredSet id = m.scored().id();
        lines.add(m.scored().name() + ": " + id.size() + " ordinary items"
                + (Double.isNaN(m.accuracy())
                        ? ""
                        : String.format(Locale.ROOT, ", %.1f %% right", 100 * m.accuracy())));
        for (Role role : Role.values()) {
            List<String> sets = m.cells().stream()
                    .filter(c -> c.role() == role)
                    .map(Cell::set)
                    .distinct()
                    .toList();
            for (String set : sets) {
                for (View view : View.values()) {
                    List<Cell> cells = EvaluationWords.byAuroc(m.of(set, view));
                    if (!cells.isEmpty()) {
                        lines.add("");
                        lines.add(title(m, cells.get(0)));
                        lines.addAll(table(report, cells));
                    }
                }
            }
        }
        lines.add("");
        m.adaptive().forEach(a -> adaptive(a, lines));
        if (!m.leftOut().isEmpty()) {
            leftOut(m, lines);
        }
    }

    private static String title(ModelEvaluation m, Cell c) {
        StringBuilder text = new StringBuilder(EvaluationWords.heading(c.role()))
                .append(c.set().equals(ModelEvaluation.WRONG) ? "" : ": " + c.set())
                .append(", ")
                .append(c.view().words())
                .append(", ")
                .append(c.positives())
                .append(" to be caught and ")
                .append(c.negatives())
                .append(" to be trusted");
        for (ScoredSet s : m.scored().sets()) {
            AttackOutcome a = s.attack();
            if (s.name().equals(c.set()) && a != null) {
                text.append(String.format(
                        Locale.ROOT,
                        "; %d of %d broken, mean Linf %.3g, L2 %.3g",
                        a.broken(),
                        a.attacked(),
                        a.linf().mean(),
                        a.l2().mean()));
            }
        }
        return text.append(
                        EvaluationWords.stamped(m.of(c.set(), c.view()))
                                ? "  [" + EvaluationReport.NON_ADAPTIVE + "]"
                                : "")
                .toString();
    }

    private static List<String> table(EvaluationReport report, List<Cell> cells) {
        boolean failures = cells.get(0).view() == View.FAILURES;
        Columns columns = new Columns(true);
        List<String> head = new ArrayList<>(
                List.of("detector", "AUROC", "minus " + report.settings().baseline(), "FPR95"));
        head.addAll(failures ? List.of("AURC", "E-AURC", "AUGRC", "risk@80") : List.of("AUPR out", "AUPR in", "AUTC"));
        head.addAll(List.of("passes", "x forward", ""));
        columns.row(head.toArray(String[]::new));
        boolean all = EvaluationWords.stamped(cells);
        cells.forEach(c -> columns.row(row(c, failures, all)));
        return columns.lines();
    }

    private static String[] row(Cell c, boolean failures, boolean allStamped) {
        List<String> row = new ArrayList<>(List.of(c.detector()));
        RankNumbers n = c.numbers();
        SelectiveNumbers s = c.selective();
        if (n == null) {
            row.add(c.missing());
            row.addAll(List.of("", "", "", "", ""));
            if (failures) {
                row.add("");
            }
        } else {
            row.add(EvaluationWords.auroc(n));
            row.add(EvaluationWords.difference(c.baseline()));
            row.add(String.join(
                    " / ", n.fpr().stream().map(EvaluationWords::fpr).toList()));
            if (s != null) {
                row.add(number("%.4f", s.aurc().value()));
                row.add(number("%.4f", s.excess().value()));
                row.add(number("%.4f", s.augrc().value()));
                row.add(number("%.1f %%", 100 * s.risk().value()));
            } else {
                row.add(number("%.3f", n.auprOut().value()) + number(" (of %.2f)", n.prevalence()));
                row.add(number("%.3f", n.auprIn().value()));
                row.add(number("%.3f", n.autc().value()));
            }
        }
        row.add(number("%.0f", c.cost().passes()));
        row.add(number("%.2f", c.cost().ratio()));
        String note = switch (c.floor()) {
            case FLOOR, UNKNOWN -> "";
            case ABOVE -> "above the floor";
            case NOT_ABOVE, BELOW -> c.floor().words() + " (" + String.join(", ", c.notBeaten()) + ")";
        };
        String mark = EvaluationWords.mark(c, allStamped);
        note = note.isEmpty() || mark.isEmpty() ? note + mark : note + "; " + mark;
        row.add(c.undefined() == 0 ? note : note + " " + c.undefined() + " undefined");
        return row.toArray(String[]::new);
    }

    private static String number(String format, double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
    }

    private static void adaptive(AdaptiveResult a, List<String> lines) {
        lines.add("Adaptive attacks on " + EvaluationWords.worst(a));
        Columns columns = new Columns(true);
        columns.row("rung", "items", "evaded", "misclassified", "passes", "");
        for (AdaptiveResult.Rung r : a.rungs()) {
            if (r.items() > 0) {
                columns.row(
                        r.name(),
                        Integer.toString(r.items()),
                        EvaluationWords.share(r.evadedShare()),
                        EvaluationWords.share(r.misclassifiedShare()),
                        number("%.0f", r.passes()),
                        r.note());
            }
        }
        lines.addAll(columns.lines());
        EvaluationWords.absent(a).forEach(w -> lines.add("  " + w));
        a.doubts().forEach(w -> lines.add("  warning: " + w));
        lines.add("");
    }

    private static void leftOut(ModelEvaluation m, List<String> lines) {
        lines.add("Combination of all scores, AUROC on sets that it learnt nothing from");
        Columns columns = new Columns(true);
        columns.row("set", "left out", "knowing it (optimistic)", m.settings().baseline());
        for (LeftOut l : m.leftOut()) {
            columns.row(
                    l.set() + " (" + l.role().text() + ")",
                    String.format(
                            Locale.ROOT,
                            "%.3f [%.3f, %.3f]",
                            l.honest(),
                            l.interval().low(),
                            l.interval().high()),
                    number("%.3f", l.optimistic()),
                    number("%.3f", l.baseline()));
        }
        lines.addAll(columns.lines());
        lines.add("");
    }

    private static void ranks(RoleRanks r, EvaluationReport report, List<String> lines) {
        lines.add(EvaluationWords.heading(r.role()) + ", " + r.view().words() + ": mean ranks over "
                + r.blocks().size() + " models with sets; Friedman "
                + number("p = %.3g", r.friedman().pValue())
                + number(", critical difference %.2f", r.criticalDifference()));
        Columns columns = new Columns(true);
        columns.row("detector", "mean rank", "p against " + report.settings().baseline());
        for (int d : EvaluationWords.byRank(r)) {
            double p = r.pairs().stream()
                    .filter(pair -> pair.second() == d)
                    .mapToDouble(pair -> pair.adjusted())
                    .findFirst()
                    .orElse(Double.NaN);
            columns.row(r.detectors().get(d), number("%.2f", r.friedman().averageRank(d)), number("%.3f", p));
        }
        lines.addAll(columns.lines());
        lines.add("");
    }
}
