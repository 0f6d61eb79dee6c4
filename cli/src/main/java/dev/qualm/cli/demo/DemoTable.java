package dev.qualm.cli.demo;

import dev.qualm.report.Estimate;
import dev.qualm.report.OutSet;
import dev.qualm.report.ScoreRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Help.Ansi;

/** The summary as text: per score one line of AUROC and one of FPR95, each with its 95 % interval. */
final class DemoTable {
    private static final int CELL = 14;

    private final Ansi ansi;

    DemoTable(Ansi ansi) {
        this.ansi = ansi;
    }

    List<String> lines(List<ScoreRow> rows, List<OutSet> sets) {
        List<String> lines = new ArrayList<>();
        StringBuilder head = new StringBuilder(String.format(Locale.ROOT, "%-10s %-6s", "score", ""));
        for (OutSet s : sets) {
            head.append(String.format(Locale.ROOT, " %-" + CELL + "s", s.name()));
        }
        lines.add(bold(head + " passes ms/img"));
        String family = "";
        for (ScoreRow row : rows) {
            if (!row.family().equals(family)) {
                family = row.family();
                lines.add(ansi.string("@|faint " + family + "|@"));
            }
            lines.add(line(row, rows, true));
            lines.add(line(row, rows, false));
        }
        return lines;
    }

    private String line(ScoreRow row, List<ScoreRow> rows, boolean auroc) {
        StringBuilder text = new StringBuilder(
                String.format(Locale.ROOT, "%-10s %-6s", auroc ? row.name() : "", auroc ? "AUROC" : "FPR95"));
        for (int i = 0; i < row.cells().size(); i++) {
            Estimate e = estimate(row, i, auroc);
            String cell = String.format(Locale.ROOT, " %-" + CELL + "s", format(e));
            text.append(isBest(e, rows, i, auroc) ? bold(cell) : cell);
        }
        if (auroc) {
            text.append(String.format(Locale.ROOT, " %6.0f %6.2f", row.passes(), row.millisPerImage()));
        }
        return text.toString().stripTrailing();
    }

    private static Estimate estimate(ScoreRow row, int cell, boolean auroc) {
        ScoreRow.Cell c = row.cells().get(cell);
        return auroc ? c.auroc() : c.fpr95();
    }

    private static boolean isBest(Estimate e, List<ScoreRow> rows, int cell, boolean auroc) {
        double best = rows.stream()
                .mapToDouble(r -> estimate(r, cell, auroc).value())
                .filter(v -> !Double.isNaN(v))
                .map(v -> auroc ? v : -v)
                .max()
                .orElse(Double.NaN);
        return (auroc ? e.value() : -e.value()) == best;
    }

    private static String format(Estimate e) {
        if (Double.isNaN(e.value())) {
            return "-";
        }
        return share(e.value()) + " " + share(e.low()) + "-" + share(e.high());
    }

    /** Three decimals without the leading zero, as the field's tables have it. */
    private static String share(double v) {
        String text = String.format(Locale.ROOT, "%.3f", v);
        return text.startsWith("0.") ? text.substring(1) : text.substring(0, Math.min(4, text.length()));
    }

    private String bold(String text) {
        return ansi.string("@|bold " + text + "|@");
    }
}
