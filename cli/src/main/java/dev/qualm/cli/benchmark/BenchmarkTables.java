package dev.qualm.cli.benchmark;

import dev.qualm.evaluate.Cell;
import dev.qualm.evaluate.EvaluationReport;
import dev.qualm.evaluate.FloorVerdict;
import dev.qualm.evaluate.LeftOut;
import dev.qualm.evaluate.ModelEvaluation;
import dev.qualm.evaluate.Role;
import dev.qualm.evaluate.RoleRanks;
import dev.qualm.evaluate.View;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A comparison over several models in Markdown: a table for each group of sets, detectors by their mean rank in it. */
record BenchmarkTables(EvaluationReport report) {
    /** A column: one set in one view. */
    private record Column(String set, View view) {
        String title() {
            return set + (view == View.FAILURES && !set.equals(ModelEvaluation.WRONG) ? ", failures" : "");
        }
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        models(lines);
        for (Role role : Role.values()) {
            for (View view : View.values()) {
                group(role, view, lines);
            }
        }
        combinations(lines);
        return lines;
    }

    private void combinations(List<String> lines) {
        lines.add("");
        lines.add("### A combination of all that learnt nothing from the set");
        lines.add("");
        lines.add("| set | left out | knowing it (optimistic) | "
                + report.settings().baseline() + " |");
        lines.add("|---|---|---|---|");
        for (LeftOut first : report.models().get(0).leftOut()) {
            List<LeftOut> all = report.models().stream()
                    .flatMap(m -> m.leftOut().stream())
                    .filter(l -> l.set().equals(first.set()) && l.role() == first.role())
                    .toList();
            lines.add(String.format(
                    Locale.ROOT,
                    "| %s | %.3f [%.3f, %.3f] | %.3f | %.3f |",
                    first.set(),
                    mean(all, LeftOut::honest),
                    all.stream().mapToDouble(l -> l.interval().low()).min().orElse(Double.NaN),
                    all.stream().mapToDouble(l -> l.interval().high()).max().orElse(Double.NaN),
                    mean(all, LeftOut::optimistic),
                    mean(all, LeftOut::baseline)));
        }
    }

    private static double mean(List<LeftOut> all, ToDoubleFunction<LeftOut> of) {
        return all.stream().mapToDouble(of).average().orElse(Double.NaN);
    }

    private void models(List<String> lines) {
        lines.add("| model | ordinary items | right | " + attacks().stream().collect(Collectors.joining(" | ")) + " |");
        lines.add("|---|---|---|" + "---|".repeat(attacks().size()));
        for (ModelEvaluation m : report.models()) {
            StringBuilder row = new StringBuilder(String.format(
                    Locale.ROOT,
                    "| %s | %d | %.1f %% |",
                    m.scored().name(),
                    m.scored().id().size(),
                    100 * m.accuracy()));
            m.scored().sets().stream()
                    .filter(s -> s.attack() != null)
                    .forEach(s -> row.append(String.format(
                            Locale.ROOT,
                            " %d of %d |",
                            s.attack() == null ? 0 : s.attack().broken(),
                            s.attack() == null ? 0 : s.attack().attacked())));
            lines.add(row.toString());
        }
    }

    private List<String> attacks() {
        return report.models().get(0).scored().sets().stream()
                .filter(s -> s.attack() != null)
                .map(s -> "broken by " + s.name())
                .toList();
    }

    private void group(Role role, View view, List<String> lines) {
        List<Column> columns = report.cells().stream()
                .filter(c -> c.role() == role && c.view() == view)
                .map(c -> new Column(c.set(), view))
                .distinct()
                .toList();
        if (columns.isEmpty()) {
            return;
        }
        RoleRanks ranks = report.ranks().stream()
                .filter(r -> r.role() == role && r.view() == view)
                .findFirst()
                .orElse(null);
        boolean stamped = report.cells().stream().anyMatch(c -> c.role() == role && c.nonAdaptive());
        lines.add("");
        lines.add("### " + role.words().substring(0, 1).toUpperCase(Locale.ROOT)
                + role.words().substring(1)
                + (role == Role.COVARIATE_SHIFTED ? ": " + view.words() : "")
                + (stamped ? " (" + EvaluationReport.NON_ADAPTIVE + ")" : ""));
        lines.add("");
        StringBuilder head = new StringBuilder("| detector | mean rank |");
        columns.forEach(c -> head.append(' ').append(c.title()).append(" |"));
        lines.add(head + " above the floor | passes | x forward |");
        lines.add("|---|" + "---|".repeat(columns.size() + 4));
        detectors(ranks).forEach(d -> lines.add(row(d, role, columns, ranks)));
        if (ranks != null) {
            lines.add("");
            lines.add(String.format(
                    Locale.ROOT,
                    "%d blocks of model and set; Friedman p = %.2g, critical difference of mean ranks %.1f.",
                    ranks.blocks().size(),
                    ranks.friedman().pValue(),
                    ranks.criticalDifference()));
        }
    }

    private List<String> detectors(@Nullable RoleRanks ranks) {
        return report.cells().stream()
                .map(Cell::detector)
                .distinct()
                .sorted(Comparator.comparingDouble(d -> rank(ranks, d)))
                .toList();
    }

    private static double rank(@Nullable RoleRanks ranks, String detector) {
        return ranks == null || !ranks.detectors().contains(detector) ? Double.POSITIVE_INFINITY : ranks.rank(detector);
    }

    private String row(String detector, Role role, List<Column> columns, @Nullable RoleRanks ranks) {
        double rank = rank(ranks, detector);
        StringBuilder row = new StringBuilder("| `" + detector + "` | ")
                .append(Double.isInfinite(rank) ? "-" : String.format(Locale.ROOT, "%.1f", rank))
                .append(" |");
        int above = 0;
        int rivals = 0;
        for (Column column : columns) {
            List<Cell> cells = report.cells().stream()
                    .filter(c -> c.detector().equals(detector)
                            && c.set().equals(column.set)
                            && c.view() == column.view
                            && c.role() == role)
                    .toList();
            row.append(' ').append(auroc(cells)).append(" |");
            above += (int)
                    cells.stream().filter(c -> c.floor() == FloorVerdict.ABOVE).count();
            rivals += (int)
                    cells.stream().filter(c -> c.floor() != FloorVerdict.FLOOR).count();
        }
        List<Cell> own = report.cells().stream()
                .filter(c -> c.detector().equals(detector))
                .toList();
        return row.append(rivals == 0 ? " floor" : " " + above + " of " + rivals)
                .append(String.format(
                        Locale.ROOT,
                        " | %.0f | %.1f |",
                        own.get(0).cost().passes(),
                        own.stream()
                                .mapToDouble(c -> c.cost().ratio())
                                .average()
                                .orElse(Double.NaN)))
                .toString();
    }

    /** Mean over models, with the lowest and highest end of their intervals. */
    private static String auroc(List<Cell> cells) {
        List<Cell> known = cells.stream().filter(c -> c.numbers() != null).toList();
        if (known.isEmpty()) {
            return "-";
        }
        double mean = known.stream().mapToDouble(Cell::auroc).average().orElseThrow();
        double low = known.stream()
                .mapToDouble(
                        c -> Objects.requireNonNull(c.numbers()).aurocInterval().low())
                .min()
                .orElseThrow();
        double high = known.stream()
                .mapToDouble(
                        c -> Objects.requireNonNull(c.numbers()).aurocInterval().high())
                .max()
                .orElseThrow();
        return String.format(Locale.ROOT, "%.3f [%.3f, %.3f]", mean, low, high);
    }
}
