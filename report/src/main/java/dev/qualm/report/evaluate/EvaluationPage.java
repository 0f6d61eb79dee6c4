package dev.qualm.report.evaluate;

import dev.qualm.evaluate.AttackOutcome;
import dev.qualm.evaluate.Cell;
import dev.qualm.evaluate.Comparison;
import dev.qualm.evaluate.EvaluationReport;
import dev.qualm.evaluate.FloorVerdict;
import dev.qualm.evaluate.LeftOut;
import dev.qualm.evaluate.ModelEvaluation;
import dev.qualm.evaluate.RankNumbers;
import dev.qualm.evaluate.Role;
import dev.qualm.evaluate.RoleRanks;
import dev.qualm.evaluate.ScoredSet;
import dev.qualm.evaluate.SelectiveNumbers;
import dev.qualm.evaluate.View;
import dev.qualm.report.ReportPage;
import dev.qualm.report.html.Html;
import dev.qualm.report.html.Numbers;
import dev.qualm.report.html.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An {@link EvaluationReport} as one HTML file that needs nothing else. */
public final class EvaluationPage {
    private EvaluationPage() {}

    /** The page. The same report gives the same text. */
    public static String render(EvaluationReport report) {
        ReportPage page = new ReportPage(
                "Detectors put to the test", ReportPage.lead(EvaluationWords.verdict(report), facts(report)));
        List<String> notes = new ArrayList<>();
        if (report.stamped()) {
            notes.add(EvaluationReport.NON_ADAPTIVE_MEANS);
        }
        notes.addAll(report.warnings());
        page.section("sets", "What was tested", "", ReportPage.notes(notes), sets(report));
        for (Role role : Role.values()) {
            List<Html> tables = new ArrayList<>();
            for (ModelEvaluation m : report.models()) {
                for (String set : names(m, role)) {
                    for (View view : View.values()) {
                        List<Cell> cells = EvaluationWords.byAuroc(m.of(set, view));
                        if (!cells.isEmpty()) {
                            tables.add(cells(report, m, cells));
                        }
                    }
                }
            }
            report.ranks().stream().filter(r -> r.role() == role).forEach(r -> tables.add(ranks(r)));
            if (!tables.isEmpty()) {
                page.section(
                        role.text(), EvaluationWords.heading(role), role.words() + ".", tables.toArray(Html[]::new));
            }
        }
        List<Html> left = new ArrayList<>();
        report.models().stream().filter(m -> !m.leftOut().isEmpty()).forEach(m -> left.add(leftOut(m)));
        if (!left.isEmpty()) {
            page.section(
                    "left-out",
                    "Detectors learnt from the others",
                    "A logistic regression over all scores, judged on a set that it learnt nothing from. The number beside it, of one"
                            + " that knew other items of the set, is optimistic: nobody knows the next outlier or attack.",
                    left.toArray(Html[]::new));
        }
        List<Html> ladders = new ArrayList<>();
        report.models()
                .forEach(m -> m.adaptive()
                        .forEach(
                                a -> ladders.addAll(AdaptiveTables.of(m.scored().name(), a))));
        if (!ladders.isEmpty()) {
            page.section(
                    "adaptive",
                    "Attacked by those who know the detector",
                    "An item evades where it gets another class and raises no alarm, within the budget. Quote the worst"
                            + " case: it is what an attacker gets who may try everything. No small number is a proof.",
                    ladders.toArray(Html[]::new));
        }
        Html definitions = ReportPage.notes(report.settings().definitions());
        page.section("definitions", "Definitions", "", definitions, provenance(report));
        return page.render();
    }

    private static List<String> names(ModelEvaluation m, Role role) {
        return m.cells().stream()
                .filter(c -> c.role() == role)
                .map(Cell::set)
                .distinct()
                .toList();
    }

    private static Map<String, String> facts(EvaluationReport report) {
        Map<String, String> facts = new LinkedHashMap<>();
        if (report.stamped()) {
            facts.put("Stamp", EvaluationReport.NON_ADAPTIVE);
        }
        facts.put("Models", Integer.toString(report.models().size()));
        facts.put(
                "Detectors",
                Integer.toString(report.models().get(0).scored().detectors().size()));
        facts.put("Compared with", report.settings().baseline());
        return facts;
    }

    private static Html sets(EvaluationReport report) {
        Table table = new Table("Sets");
        table.column("Model, set")
                .column("role")
                .number("items", "Items with a prediction", true)
                .number("unreadable", "Items left out", false)
                .number("attacked", "Items predicted rightly that were attacked", true)
                .number("broken %", "Share of them that is predicted wrongly afterwards", false)
                .number("mean L∞", "Mean largest change of the broken ones, in the unit of the attack", false)
                .number("mean L2", "Mean Euclidean size of the change", false);
        for (ModelEvaluation m : report.models()) {
            List<ScoredSet> all = new ArrayList<>(List.of(m.scored().id()));
            all.addAll(m.scored().sets());
            for (ScoredSet s : all) {
                AttackOutcome a = s.attack();
                List<Table.Cell> cells = new ArrayList<>(List.of(
                        Table.Cell.text(s.role().text()),
                        Table.Cell.number(Numbers.count(s.size()), s.size()),
                        Table.Cell.number(Numbers.count(s.unreadable()), s.unreadable())));
                if (a == null) {
                    for (int i = 0; i < 4; i++) {
                        cells.add(Table.Cell.number("", Double.NaN));
                    }
                } else {
                    cells.add(Table.Cell.number(Numbers.count(a.attacked()), a.attacked()));
                    cells.add(number(100 * a.successRate(), 1));
                    cells.add(number(a.linf().mean(), 4));
                    cells.add(number(a.l2().mean(), 3));
                }
                table.row(Html.text(m.scored().name() + ", " + s.name()), cells);
            }
        }
        return table.html();
    }

    private static Table.Cell number(double value, int digits) {
        return Table.Cell.number(Numbers.fixed(value, digits), value);
    }

    private static Html cells(EvaluationReport report, ModelEvaluation m, List<Cell> cells) {
        Cell first = cells.get(0);
        boolean failures = first.view() == View.FAILURES;
        Table table = new Table((EvaluationWords.stamped(cells) ? EvaluationReport.NON_ADAPTIVE + ". " : "")
                + m.scored().name() + ", " + first.set() + ": " + first.view().words() + "; " + first.positives()
                + " to be caught, " + first.negatives() + " to be trusted");
        table.column("Detector")
                .column("floor")
                .number("AUROC", "With its interval", true)
                .number(
                        "− " + report.settings().baseline(),
                        "Difference of the AUROCs, with its adjusted p-value",
                        false);
        for (String rule : List.of("caught ≥", "kept ≥", "caught ≈")) {
            table.number("FPR95 " + rule, "In percent, and the rate that was reached", rule.equals("caught ≥"));
        }
        table.number("AUPR out", "Baseline: the share of positives", true)
                .number("AUPR in", "Baseline: the share of negatives", false)
                .number("AUTC", "Smaller is better", false);
        if (failures) {
            table.number("AURC", "Smaller is better", true)
                    .number("E-AURC", "AURC above the least possible", false)
                    .number("AUGRC", "Smaller is better", false)
                    .number("risk at 80 %", "Percent wrong among the most trusted 80 %", false);
        }
        table.number("passes", "Forward passes by count", true)
                .number("× forward", "Time, the forward included", false)
                .number("undefined", "Items without a score, left out", false);
        boolean all = EvaluationWords.stamped(cells);
        cells.forEach(c -> table.row(Html.text(c.detector()), row(c, failures, all)));
        return table.html();
    }

    private static List<Table.Cell> row(Cell c, boolean failures, boolean allStamped) {
        List<Table.Cell> row = new ArrayList<>();
        RankNumbers n = c.numbers();
        if (n == null) {
            row.add(Table.Cell.text(c.missing()));
            for (int i = 0; i < (failures ? 11 : 7); i++) {
                row.add(Table.Cell.text(""));
            }
        } else {
            row.add(Table.Cell.number(EvaluationWords.auroc(n), n.auroc().value()));
            Comparison b = c.baseline();
            row.add(Table.Cell.number(EvaluationWords.difference(b), b == null ? 0 : b.difference()));
            n.fpr().forEach(f -> row.add(Table.Cell.number(EvaluationWords.fpr(f), f.value())));
            row.add(number(n.auprOut().value(), 3));
            row.add(number(n.auprIn().value(), 3));
            row.add(number(n.autc().value(), 3));
            SelectiveNumbers s = c.selective();
            if (failures && s != null) {
                row.add(number(s.aurc().value(), 4));
                row.add(number(s.excess().value(), 4));
                row.add(number(s.augrc().value(), 4));
                row.add(number(100 * s.risk().value(), 1));
            }
        }
        row.add(number(c.cost().passes(), 0));
        row.add(number(c.cost().ratio(), 2));
        row.add(Table.Cell.number(Numbers.count(c.undefined()), c.undefined()));
        boolean below = c.floor() == FloorVerdict.BELOW;
        double heat = below ? -0.4 : c.floor() == FloorVerdict.ABOVE ? 0.4 : 0;
        String mark = EvaluationWords.mark(c, allStamped);
        String words = c.floor().words() + (mark.isEmpty() ? "" : "; " + mark);
        row.add(0, new Table.Cell(Html.text(words), null, "name", heat));
        return row;
    }

    private static Html ranks(RoleRanks r) {
        Table table = new Table("Mean ranks over " + r.blocks().size() + " models with sets, "
                + r.view().words()
                + "; Friedman p = " + Numbers.significant(r.friedman().pValue(), 2) + ", critical difference "
                + Numbers.fixed(r.criticalDifference(), 2));
        table.column("Detector")
                .number("mean rank", "1 is best", true)
                .number("adjusted p", "Against the baseline, after Holm", false);
        for (int d : EvaluationWords.byRank(r)) {
            int place = d;
            double p = r.pairs().stream()
                    .filter(pair -> pair.second() == place)
                    .mapToDouble(pair -> pair.adjusted())
                    .findFirst()
                    .orElse(Double.NaN);
            table.row(
                    Html.text(r.detectors().get(d)),
                    List.of(number(r.friedman().averageRank(d), 2), Table.Cell.number(Numbers.significant(p, 2), p)));
        }
        return table.html();
    }

    private static Html leftOut(ModelEvaluation m) {
        Table table = new Table(m.scored().name() + ": AUROC of learnt combinations");
        table.column("Set left out")
                .number("left out", "Learnt nothing from the set", true)
                .number("knowing it", "Optimistic: learnt from other items of the set", false)
                .number(m.settings().baseline(), "The baseline on the same items", false);
        for (LeftOut l : m.leftOut()) {
            String honest = Numbers.fixed(l.honest(), 3) + " ("
                    + Numbers.fixed(l.interval().low(), 3) + " to "
                    + Numbers.fixed(l.interval().high(), 3) + ")";
            table.row(
                    Html.text(l.set() + " (" + l.role().text() + ")"),
                    List.of(Table.Cell.number(honest, l.honest()), number(l.optimistic(), 3), number(l.baseline(), 3)));
        }
        return table.html();
    }

    private static Html provenance(EvaluationReport report) {
        Table table = new Table("What made the numbers");
        table.column("Model").column("what").column("value");
        for (ModelEvaluation m : report.models()) {
            m.provenance()
                    .entries()
                    .forEach((k, v) ->
                            table.row(Html.text(m.scored().name()), List.of(Table.Cell.text(k), Table.Cell.text(v))));
        }
        return table.html();
    }
}
