package dev.qualm.report.explanation;

import dev.qualm.report.html.Numbers;
import dev.qualm.report.sheet.Sheet;
import java.util.ArrayList;
import java.util.List;

/** What stands below the pictures. */
final class Captions {
    private Captions() {}

    /** {@code Sneaker · 0.993}; empty if both are unknown. */
    static String prediction(String className, double probability) {
        if (Double.isNaN(probability)) {
            return className;
        }
        String p = Numbers.fixed(probability, 3);
        return className.isEmpty() ? "p = " + p : className + " · " + p;
    }

    static List<Tile.Line> prediction(String className, double probability, boolean strong) {
        String text = prediction(className, probability);
        return text.isEmpty() ? List.of() : List.of(new Tile.Line(text, strong, Sheet.INK));
    }

    /** Rounding is not worth digits. */
    private static String percent(double share) {
        double percent = 100 * Math.abs(share);
        return percent < 0.01 ? "< 0.01 %" : Numbers.significant(percent, 2) + " %";
    }

    static List<Tile.Line> of(ExplanationPanel panel) {
        List<Tile.Line> lines = new ArrayList<>(prediction(panel.className(), panel.probability(), false));
        if (!Double.isNaN(panel.residual())) {
            String off = "sum off by " + percent(panel.residual());
            lines.add(new Tile.Line(off, false, Sheet.MUTED));
        }
        panel.warnings().forEach(w -> lines.add(new Tile.Line(w, false, Sheet.BAD)));
        return lines;
    }
}
