package dev.qualm.report;

import dev.qualm.report.chart.IntervalChart;
import dev.qualm.report.html.Element;
import dev.qualm.report.html.Html;
import dev.qualm.report.html.Numbers;
import dev.qualm.report.html.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The table of all scores on all sets, and the same AUROCs as a chart of intervals. */
final class SummarySection {
    private static final double CHANCE_AUROC = 0.5;
    private static final double CHANCE_FPR = 0.95;

    private final ScoreReport report;

    SummarySection(ScoreReport report) {
        this.report = report;
    }

    Html table() {
        Table table = new Table("AUROC and FPR95 of each score on each set, with the cost per image");
        table.group(Html.EMPTY, 1).group(Html.text("Cost per image"), 2);
        table.column("Score");
        table.number("passes", "Cost per image in forward passes of the model", true);
        table.number("time", "Measured time per image", false);
        for (OutSet set : report.outSets()) {
            Html size = Html.el("small")
                    .text(set.kind().label() + ", n = " + Numbers.count(set.images()))
                    .html();
            table.group(Html.of(Html.el("span").text(set.name()).html(), size), 2);
            table.number("AUROC", "Area under the ROC curve, " + set.name() + "; larger is better", true);
            table.number(
                    "FPR95", "False-positive rate at 95 % detection, " + set.name() + "; smaller is better", false);
        }
        for (ScoreRow row : report.rows()) {
            table.row(name(row), cells(row));
        }
        return table.html();
    }

    private static Html name(ScoreRow row) {
        return Html.el("div", "name")
                .attr("title", row.question())
                .text(row.name())
                .add(Html.el("small").text(row.family()))
                .html();
    }

    private List<Table.Cell> cells(ScoreRow row) {
        List<Table.Cell> cells = new ArrayList<>();
        cells.add(new Table.Cell(Html.text(passes(row.passes())), row.passes(), "n first", 0));
        cells.add(time(row.millisPerImage()));
        for (int i = 0; i < row.cells().size(); i++) {
            ScoreRow.Cell cell = row.cells().get(i);
            double auroc = cell.auroc().value();
            double fpr = cell.fpr95().value();
            boolean bestAuroc = auroc == extreme(i, c -> c.auroc().value());
            boolean bestFpr = fpr == -extreme(i, c -> -c.fpr95().value());
            double aurocHeat = auroc >= CHANCE_AUROC ? (auroc - CHANCE_AUROC) / 0.5 : (auroc - CHANCE_AUROC) / 0.3;
            double fprHeat = fpr <= CHANCE_FPR ? (CHANCE_FPR - fpr) / CHANCE_FPR : (CHANCE_FPR - fpr) / 0.08;
            cells.add(cell(cell.auroc(), cell.undefined(), bestAuroc, aurocHeat, "n first"));
            cells.add(cell(cell.fpr95(), 0, bestFpr, fprHeat, "n"));
        }
        return cells;
    }

    private static Table.Cell time(double millis) {
        if (!Double.isNaN(millis)) {
            return Table.Cell.number(Numbers.millis(millis), millis);
        }
        Html reason = Html.el("small").text("not measured").html();
        return new Table.Cell(
                Html.of(Html.el("span", "value").text(Numbers.MISSING).html(), reason), millis, "n", 0);
    }

    /** Largest value of a column, NaN if all are missing, which equals nothing and so marks nothing. */
    private double extreme(int set, Function<ScoreRow.Cell, Double> value) {
        return report.rows().stream()
                .mapToDouble(r -> value.apply(r.cells().get(set)))
                .filter(v -> !Double.isNaN(v))
                .max()
                .orElse(Double.NaN);
    }

    private static Table.Cell cell(Estimate e, int undefined, boolean best, double heat, String classes) {
        if (e.reason() != null) {
            Html content = Html.of(
                    Html.el("span", "value").text(Numbers.MISSING).html(),
                    Html.el("small", "why").text(e.reason()).html());
            return new Table.Cell(content, Double.NaN, classes, 0);
        }
        Element value = Html.el("span", best ? "value best" : "value").text(Numbers.fixed(e.value(), 3));
        if (best) {
            value.attr("title", "Best point estimate in this column");
        }
        List<Html> parts = new ArrayList<>();
        parts.add(value.html());
        parts.add(Html.el("small").text(interval(e)).html());
        if (undefined > 0) {
            parts.add(Html.el("small")
                    .text(Numbers.count(undefined) + " undefined")
                    .html());
        }
        return new Table.Cell(Html.join(parts), e.value(), classes, Math.max(-1, heat));
    }

    private static String interval(Estimate e) {
        return e.bounded() ? bound(e.low()) + "–" + bound(e.high()) : "no interval";
    }

    /** As {@code .912}: the zero says nothing in a column of rates, and space is short. */
    private static String bound(double v) {
        String s = Numbers.fixed(v, 3);
        return s.startsWith("0.") ? s.substring(1) : s;
    }

    static String passes(double passes) {
        return passes == Math.rint(passes) ? Numbers.count((long) passes) : Numbers.fixed(passes, 1);
    }

    /** What the numbers mean: rules, marks and sizes. */
    Html legend() {
        Rules rules = report.rules();
        Element list = Html.el("dl", "rules");
        list.add(term("AUROC", rules.auroc())).add(term("FPR95", rules.fpr95()));
        list.add(term("Intervals", rules.intervals())).add(term("Time", rules.time()));
        list.add(term(
                "Marks",
                "Colour runs from chance (none) to perfect (blue); orange is worse than chance. "
                        + "A line under a bold number marks the best point estimate of its column: "
                        + "compare the intervals before calling it better."));
        boolean attack = report.outSets().stream().anyMatch(s -> s.kind() == OutSet.Kind.ATTACK);
        if (attack) {
            list.add(term(
                    "Non-adaptive",
                    "This attack fools the classifier and does not know the scores. "
                            + "An attacker who does can usually evade them: "
                            + "these columns are no evidence of robustness."));
        }
        return list.html();
    }

    private static Html term(String name, String text) {
        return Html.el("div")
                .add(Html.el("dt").text(name))
                .add(Html.el("dd").text(text))
                .html();
    }

    Html intervals() {
        List<IntervalChart.Column> columns = new ArrayList<>();
        for (int i = 0; i < report.outSets().size(); i++) {
            int set = i;
            List<double[]> estimates = report.rows().stream()
                    .map(r -> r.cells().get(set).auroc())
                    .map(e -> new double[] {e.value(), e.low(), e.high()})
                    .toList();
            columns.add(new IntervalChart.Column(report.outSets().get(i).name(), estimates));
        }
        List<String> names = report.rows().stream().map(ScoreRow::name).toList();
        Html svg = new IntervalChart("AUROC with intervals", "AUROC", CHANCE_AUROC, names, columns).svg();
        return Html.el("div", "scroll wide")
                .attr("tabindex", "0")
                .attr("role", "region")
                .attr("aria-label", "AUROC with intervals")
                .add(svg)
                .html();
    }
}
