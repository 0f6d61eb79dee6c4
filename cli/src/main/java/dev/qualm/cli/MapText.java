package dev.qualm.cli;

import dev.qualm.gradient.MapFeatures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Maps as text for a terminal: what was predicted, the features detectors read, and the cosines while there are few. */
record MapText(ModelClasses classes) {
    /** Most classes whose cosines fit a line. */
    static final int WIDEST = 12;

    private static final int NAME = 12;
    private static final int COLUMN = 6;

    List<String> lines(String row, MapResult r) {
        List<String> lines = new ArrayList<>();
        String label = r.item().label();
        String predicted = r.prediction() < 0
                ? ""
                : String.format(
                        Locale.ROOT, "predicted %s, confidence %.3f", classes.name(r.prediction()), r.confidence());
        lines.add((row.isEmpty() ? "" : row + ": ")
                + r.item().id()
                + (predicted.isEmpty() ? "" : ": " + predicted)
                + (label == null ? "" : ", label " + label));
        if (!r.status().isOk()) {
            lines.add("  " + r.status());
        }
        if (!r.hasMap()) {
            return lines;
        }
        double[] f = MapFeatures.summary(r.map(), r.predictedRow());
        lines.add(String.format(
                Locale.ROOT,
                "  off-diagonal mean %s, std %s, min %s, max %s; predicted row %s; rest %s, std %s",
                number(f[0]),
                number(f[1]),
                number(f[2]),
                number(f[3]),
                number(f[4]),
                number(f[5]),
                number(f[6])));
        if (r.map().length <= WIDEST) {
            cosines(r, lines);
        }
        return lines;
    }

    private void cosines(MapResult r, List<String> lines) {
        StringBuilder head = new StringBuilder("    ").append(" ".repeat(NAME));
        for (int c : r.classes()) {
            head.append(String.format(Locale.ROOT, "%" + COLUMN + "s", cut(classes.name(c), COLUMN - 1)));
        }
        lines.add(head.toString());
        for (int a = 0; a < r.map().length; a++) {
            StringBuilder line = new StringBuilder(a == r.predictedRow() ? "  > " : "    ");
            line.append(String.format(Locale.ROOT, "%-" + NAME + "s", cut(classes.name(r.classes()[a]), NAME)));
            for (double v : r.map()[a]) {
                line.append(String.format(Locale.ROOT, "%" + COLUMN + "s", number(v)));
            }
            lines.add(line.toString());
        }
    }

    private static String cut(String name, int length) {
        return name.length() <= length ? name : name.substring(0, length);
    }

    private static String number(double v) {
        return Double.isNaN(v) ? "-" : String.format(Locale.ROOT, "%.2f", v).replaceFirst("^-0\\.00$", "0.00");
    }
}
