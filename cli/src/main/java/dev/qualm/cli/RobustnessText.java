package dev.qualm.cli;

import dev.qualm.attack.Ball;
import dev.qualm.attack.RobustnessCell;
import dev.qualm.attack.RobustnessResult;
import dev.qualm.metric.Interval;
import dev.qualm.metric.Proportion;
import dev.qualm.report.robustness.RobustnessReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A robustness table as lines for a terminal. */
final class RobustnessText {
    private RobustnessText() {}

    /** A table for each model and norm, a row per attack; models that are compared are put side by side in the end. */
    static List<String> of(RobustnessReport report) {
        List<String> lines = new ArrayList<>();
        for (Ball ball : report.models().get(0).result().balls()) {
            for (RobustnessReport.Model m : report.models()) {
                RobustnessResult r = m.result();
                lines.add(String.format(
                        Locale.ROOT,
                        "%s: %% right of %d items, with %.0f%% interval; epsilon in %s",
                        m.name(),
                        r.items(),
                        100 * r.level(),
                        ball.text()));
                List<List<String>> rows = new ArrayList<>();
                rows.add(head("attack", r.of(report.worst(), ball), true));
                for (String row : r.rows()) {
                    rows.add(row(RobustnessReport.name(row), r, row, ball, true));
                }
                lines.addAll(aligned(rows));
                lines.add("");
            }
            if (report.models().size() > 1) {
                lines.add(RobustnessReport.name(report.worst()) + " of each model; epsilon in " + ball.text());
                List<List<String>> rows = new ArrayList<>();
                rows.add(head("model", report.models().get(0).result().of(report.worst(), ball), false));
                report.models().forEach(m -> rows.add(row(m.name(), m.result(), report.worst(), ball, false)));
                lines.addAll(aligned(rows));
                lines.add("");
            }
        }
        lines.remove(lines.size() - 1);
        return lines;
    }

    private static List<String> head(String first, List<RobustnessCell> cells, boolean costs) {
        List<String> head = new ArrayList<>(List.of(first, "clean"));
        cells.forEach(c -> head.add(c.budget().radius()));
        head.addAll(costs ? List.of("R&G", "mean", "passes/item") : List.of("R&G", "mean"));
        return head;
    }

    private static List<String> row(String name, RobustnessResult r, String attack, Ball ball, boolean costs) {
        List<String> row = new ArrayList<>(List.of(name, cell(r.clean(), r.cleanInterval())));
        long passes = 0;
        for (RobustnessCell c : r.of(attack, ball)) {
            row.add(cell(c.accuracy(), c.interval()));
            passes += c.passes();
        }
        RobustnessResult.Score score = r.score(attack, ball);
        row.add(String.format(Locale.ROOT, "%.1f", score.sum()));
        row.add(String.format(Locale.ROOT, "%.1f", score.mean()));
        if (costs) {
            boolean all = attack.equals(RobustnessResult.ALL);
            row.add(all ? "" : String.format(Locale.ROOT, "%.1f", (double) passes / r.items()));
        }
        return row;
    }

    private static String cell(Proportion p, Interval i) {
        return String.format(Locale.ROOT, "%.1f [%.1f, %.1f]", 100 * p.value(), 100 * i.low(), 100 * i.high());
    }

    private static List<String> aligned(List<List<String>> rows) {
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < row.size(); c++) {
                int column = c;
                int width = rows.stream()
                        .mapToInt(r -> r.get(column).length())
                        .max()
                        .orElse(0);
                line.append(String.format(Locale.ROOT, "%-" + Math.max(1, width) + "s  ", row.get(c)));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }
}
