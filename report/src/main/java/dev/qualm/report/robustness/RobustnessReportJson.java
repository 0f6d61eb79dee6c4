package dev.qualm.report.robustness;

import dev.qualm.attack.AttackDiagnostics;
import dev.qualm.attack.Ball;
import dev.qualm.attack.Budget;
import dev.qualm.attack.RobustnessCell;
import dev.qualm.attack.RobustnessResult;
import dev.qualm.metric.Interval;
import dev.qualm.metric.Proportion;
import dev.qualm.report.ReportJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A {@link RobustnessReport} as JSON, for machines. */
public final class RobustnessReportJson {
    /** Name and version of the fields. */
    public static final String FORMAT = "qualm-robustness-1";

    private RobustnessReportJson() {}

    private record Fields(String data, String unit, List<Model> models) {}

    private record Model(
            String model,
            Accuracy clean,
            long unreadable,
            long nonFinite,
            long outside,
            List<Cell> cells,
            List<Score> scores,
            long passes,
            @Nullable Diagnostics diagnostics,
            List<String> warnings,
            Map<String, String> provenance) {}

    private record Accuracy(double value, long right, long n, double low, double high, double level) {}

    private record Cell(
            String attack,
            String norm,
            double epsilon,
            Accuracy accuracy,
            long attacked,
            long broken,
            long doubtful,
            double meanNorm,
            double maxNorm,
            long passes) {}

    private record Score(String attack, String norm, double sum, double mean) {}

    private record Diagnostics(
            String norm, double epsilon, int items, List<String> warnings, List<AttackDiagnostics.Rate> rates) {}

    /** The JSON text, with a line end. */
    public static String render(RobustnessReport report) {
        List<Model> models =
                report.models().stream().map(m -> model(m.name(), m.result())).toList();
        return ReportJson.render(FORMAT, new Fields(report.data(), report.unit(), models));
    }

    private static Model model(String name, RobustnessResult r) {
        List<Score> scores = new ArrayList<>();
        for (Ball ball : r.balls()) {
            for (String row : r.rows()) {
                RobustnessResult.Score s = r.score(row, ball);
                scores.add(new Score(s.attack(), ball.text(), s.sum(), s.mean()));
            }
        }
        return new Model(
                name,
                accuracy(r.clean(), r.cleanInterval()),
                r.unreadable(),
                r.nonFinite(),
                r.outside(),
                r.cells().stream().map(RobustnessReportJson::cell).toList(),
                scores,
                r.passes(),
                diagnostics(r.diagnostics(), r.diagnosed()),
                r.warnings(),
                r.provenance().entries());
    }

    private static Accuracy accuracy(Proportion p, Interval i) {
        return new Accuracy(p.value(), p.successes(), p.n(), i.low(), i.high(), i.level());
    }

    private static Cell cell(RobustnessCell c) {
        return new Cell(
                c.attack(),
                c.budget().ball().text(),
                c.budget().epsilon(),
                accuracy(c.accuracy(), c.interval()),
                c.attacked(),
                c.broken(),
                c.doubtful(),
                c.meanNorm(),
                c.maxNorm(),
                c.passes());
    }

    private static @Nullable Diagnostics diagnostics(@Nullable AttackDiagnostics signs, @Nullable Budget budget) {
        if (signs == null || budget == null) {
            return null;
        }
        List<String> warnings = signs.warnings().stream()
                .map(AttackDiagnostics.Warning::toString)
                .toList();
        return new Diagnostics(budget.ball().text(), budget.epsilon(), signs.inputs(), warnings, signs.rates());
    }
}
