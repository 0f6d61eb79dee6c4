package dev.qualm.cli;

import dev.qualm.metric.Interval;
import dev.qualm.report.layers.LayerReport;
import dev.qualm.sustainability.LayerMovement;
import dev.qualm.sustainability.MostVulnerableLayers;
import dev.qualm.sustainability.PerturbationSize;
import dev.qualm.sustainability.SustainabilityResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A layer sustainability analysis as lines for a terminal. */
final class LayerText {
    private LayerText() {}

    /** A row per layer and a column per perturbation; a star marks the most vulnerable layers. */
    static List<String> of(LayerReport report) {
        SustainabilityResult result = report.result();
        List<String> lines = new ArrayList<>();
        lines.add(report.measure().label() + " of " + result.items() + " items, mean with interval");
        List<List<String>> columns = new ArrayList<>();
        List<String> names = new ArrayList<>(List.of("layer"));
        result.taps().forEach(t -> names.add(t.tensor()));
        columns.add(names);
        List<MostVulnerableLayers> marked = report.vulnerable();
        for (int k = 0; k < result.names().size(); k++) {
            List<String> column = new ArrayList<>(List.of(result.names().get(k)));
            for (LayerMovement m : result.of(result.names().get(k), report.measure())) {
                column.add(cell(m) + (marked.get(k).contains(m.tap()) ? " *" : "  "));
            }
            columns.add(column);
        }
        int rows = result.taps().size() + 1;
        for (int r = 0; r < rows; r++) {
            StringBuilder line = new StringBuilder();
            for (List<String> column : columns) {
                int width = column.stream().mapToInt(String::length).max().orElse(0);
                line.append(String.format(Locale.ROOT, "%-" + width + "s  ", column.get(r)));
            }
            lines.add(line.toString().stripTrailing());
        }
        for (PerturbationSize p : result.perturbations()) {
            lines.add(String.format(
                    Locale.ROOT, "%s moves inputs by L2 %.4g, Linf %.4g on average", p.name(), p.l2(), p.linf()));
        }
        for (MostVulnerableLayers m : marked) {
            String found = m.layers().isEmpty()
                    ? "none"
                    : String.join(
                            ", ",
                            m.layers().stream()
                                    .map(v ->
                                            v.tap().tensor() + String.format(Locale.ROOT, " (%.2f sigma)", v.sigmas()))
                                    .toList());
            lines.add(String.format(
                    Locale.ROOT,
                    "* most vulnerable to %s, eta %s: %s; mean of all %.4g, sigma %.4g",
                    m.perturbations().get(0),
                    Double.toString(m.eta()),
                    found,
                    m.mu(),
                    m.sigma()));
        }
        return lines;
    }

    private static String cell(LayerMovement m) {
        if (m.count() == 0) {
            return "undefined";
        }
        Interval i = m.interval();
        return i == null
                ? String.format(Locale.ROOT, "%.4g", m.value())
                : String.format(Locale.ROOT, "%.4g [%.4g, %.4g]", m.value(), i.low(), i.high());
    }
}
