package dev.qualm.report.robustness;

import dev.qualm.attack.AttackDiagnostics;
import dev.qualm.attack.Ball;
import dev.qualm.attack.RobustnessCell;
import dev.qualm.attack.RobustnessResult;
import dev.qualm.metric.Interval;
import dev.qualm.metric.Proportion;
import dev.qualm.report.ReportPage;
import dev.qualm.report.html.Html;
import dev.qualm.report.html.Numbers;
import dev.qualm.report.html.Table;
import dev.qualm.report.sheet.SvgSheet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A {@link RobustnessReport} as one HTML file that needs nothing else. */
public final class RobustnessReportPage {
    private RobustnessReportPage() {}

    /** The page. The same report gives the same text. */
    public static String render(RobustnessReport report) {
        ReportPage page = new ReportPage(report.title(), ReportPage.lead(report.verdict(), facts(report)));
        RobustnessFigure figure = new RobustnessFigure(report);
        String level = Numbers.significant(100 * report.first().level(), 2) + " %";
        List<Html> accuracies = new ArrayList<>();
        accuracies.add(ReportPage.notes(report.warnings()));
        accuracies.add(SvgSheet.element(figure.draw(), figure.title()));
        report.first().balls().forEach(ball -> accuracies.add(accuracies(report, ball)));
        page.section(
                "accuracy",
                "Accuracy under attack",
                "Percent of all items still answered right, with " + level
                        + " Wilson intervals. Items wrong from the start count"
                        + " as wrong. Every number is an upper bound: a stronger attack may break more. The worst case takes for"
                        + " each item the attack that broke it. R&G adds up the percentages of a row, clean included.",
                accuracies.toArray(Html[]::new));
        page.section(
                "costs",
                "What the attacks did",
                "Changes are measured in the norm of the budget, in " + report.unit()
                        + ". A pass is one input forward; a gradient counts as one more.",
                costs(report));
        for (int k = 0; k < report.models().size(); k++) {
            RobustnessReport.Model m = report.models().get(k);
            AttackDiagnostics signs = m.result().diagnostics();
            if (signs != null) {
                page.section(
                        "diagnostics-" + (k + 1),
                        "Signs of masked gradients" + (report.models().size() > 1 ? ": " + m.name() : ""),
                        "Within " + m.result().diagnosed() + " on " + signs.inputs()
                                + " items answered right. No warning is no proof.",
                        rates(signs),
                        ReportPage.notes(signs.warnings().stream()
                                .map(AttackDiagnostics.Warning::toString)
                                .toList()));
            }
        }
        page.section("settings", "Settings", "", settings(report));
        return page.render();
    }

    private static Map<String, String> facts(RobustnessReport report) {
        Map<String, String> facts = new LinkedHashMap<>();
        for (RobustnessReport.Model m : report.models()) {
            facts.put(
                    report.models().size() > 1 ? "Items, " + m.name() : "Items",
                    Numbers.count(m.result().items()));
        }
        facts.put("Data", report.data());
        facts.put("Epsilons in", report.unit());
        facts.put("Attacks", String.join(", ", report.first().attacks()));
        return facts;
    }

    private static Html accuracies(RobustnessReport report, Ball ball) {
        Table table = new Table("Accuracy in percent, " + ball.text());
        boolean several = report.models().size() > 1;
        table.column(several ? "Model, attack" : "Attack").number("clean", "Without attack", true);
        List<RobustnessCell> budgets = report.first().of(report.worst(), ball);
        budgets.forEach(c -> table.number(c.budget().radius(), "Within " + c.budget(), true));
        table.number("R&G", "Sum of the row", true).number("mean", "Mean of the row", false);
        for (RobustnessReport.Model m : report.models()) {
            RobustnessResult r = m.result();
            for (String row : r.rows()) {
                List<Table.Cell> cells = new ArrayList<>();
                cells.add(share(r.clean(), r.cleanInterval()));
                r.of(row, ball).forEach(c -> cells.add(share(c.accuracy(), c.interval())));
                RobustnessResult.Score score = r.score(row, ball);
                cells.add(Table.Cell.number(Numbers.fixed(score.sum(), 1), score.sum()));
                cells.add(Table.Cell.number(Numbers.fixed(score.mean(), 1), score.mean()));
                String name = RobustnessReport.name(row);
                table.row(Html.text(several ? m.name() + ", " + name : name), cells);
            }
        }
        return table.html();
    }

    private static Table.Cell share(Proportion p, Interval i) {
        String text = Numbers.fixed(100 * p.value(), 1) + " (" + Numbers.fixed(100 * i.low(), 1) + " to "
                + Numbers.fixed(100 * i.high(), 1) + ")";
        return new Table.Cell(Html.text(text), p.value(), "n first", 0);
    }

    private static Html costs(RobustnessReport report) {
        Table table = new Table("Attacks, budget by budget");
        table.column("Model, attack")
                .column("budget")
                .number("attacked", "Items attacked", true)
                .number("broken", "Items that got another answer", false)
                .number("mean change", "Mean size of the changes that broke an item", true)
                .number("largest", "Largest of these", false)
                .number("no gradient", "Items that met a zero gradient, NaN or infinity", false)
                .number("passes", "For each item attacked, a gradient counted as a pass", true);
        for (RobustnessReport.Model m : report.models()) {
            for (RobustnessCell c : m.result().cells()) {
                boolean all = c.attack().equals(RobustnessResult.ALL);
                double each = c.attacked() == 0 || all ? Double.NaN : (double) c.passes() / c.attacked();
                table.row(
                        Html.text(m.name() + ", " + RobustnessReport.name(c.attack())),
                        List.of(
                                Table.Cell.text(c.budget().toString()),
                                Table.Cell.number(Numbers.count(c.attacked()), c.attacked()),
                                Table.Cell.number(Numbers.count(c.broken()), c.broken()),
                                Table.Cell.number(Numbers.significant(c.meanNorm(), 3), c.meanNorm()),
                                Table.Cell.number(Numbers.significant(c.maxNorm(), 3), c.maxNorm()),
                                Table.Cell.number(Numbers.count(c.doubtful()), c.doubtful()),
                                Table.Cell.number(Numbers.fixed(each, 1), each)));
            }
        }
        return table.html();
    }

    private static Html rates(AttackDiagnostics signs) {
        Table table = new Table("Success rates of the diagnostic attacks");
        table.column("Attack").number("broken, %", "Share of the items answered right", true);
        signs.rates()
                .forEach(r -> table.row(
                        Html.text(r.attack()),
                        List.of(Table.Cell.number(Numbers.fixed(100 * r.success(), 1), r.success()))));
        return table.html();
    }

    private static Html settings(RobustnessReport report) {
        Table table = new Table("What made the numbers");
        table.column("Model, setting").column("value");
        for (RobustnessReport.Model m : report.models()) {
            m.result()
                    .provenance()
                    .entries()
                    .forEach((k, v) -> table.row(Html.text(m.name() + ", " + k), List.of(Table.Cell.text(v))));
        }
        return table.html();
    }
}
