package dev.qualm.report.map;

import dev.qualm.report.chart.Palette;
import dev.qualm.report.chart.Rgb;
import dev.qualm.report.html.Numbers;
import dev.qualm.report.sheet.Lettering;
import dev.qualm.report.sheet.Mark;
import dev.qualm.report.sheet.Sheet;

/** The fixed colour scale, -1 to 1. */
final class ScaleBar {
    private static final int THICK = 12;
    private static final int STEPS = Palette.DIVERGING_STEPS;
    private static final double[] TICKS = {-1, -0.5, 0, 0.5, 1};

    private ScaleBar() {}

    /** Upright, 1 above; {@code step} pixels per colour. */
    static void upright(Sheet sheet, double x, double y, int step) {
        for (int i = 0; i < STEPS; i++) {
            sheet.rect(x, y + (double) i * step, THICK, step, colour(STEPS - 1 - i), null);
        }
        for (double tick : TICKS) {
            double at = y + (1 - tick) / 2 * (STEPS - 1) * step + step / 2.0;
            sheet.line(x + THICK, at, x + THICK + 4, at, 1, Sheet.MUTED);
            sheet.text(label(tick), x + THICK + 8, at + 3.5, Lettering.LABEL, Sheet.MUTED);
        }
        sheet.text("cosine", x, y + (double) STEPS * step + 16, Lettering.LABEL, Sheet.MUTED);
    }

    /** Lying, 1 to the right. */
    static void lying(Sheet sheet, double x, double y, int step) {
        sheet.text("cosine", x, y + THICK - 2, Lettering.LABEL, Sheet.MUTED);
        double left = x + 52;
        for (int i = 0; i < STEPS; i++) {
            sheet.rect(left + (double) i * step, y, step, THICK, colour(i), null);
        }
        for (double tick : TICKS) {
            double at = left + (1 + tick) / 2 * (STEPS - 1) * step + step / 2.0;
            sheet.line(at, y + THICK, at, y + THICK + 4, 1, Sheet.MUTED);
            sheet.text(label(tick), at, y + THICK + 15, Lettering.LABEL, Sheet.MUTED, Mark.Anchor.MIDDLE);
        }
    }

    private static Rgb colour(int step) {
        return Palette.divergingLight(2.0 * step / (STEPS - 1) - 1);
    }

    private static String label(double tick) {
        return Numbers.fixed(tick, tick == Math.rint(tick) ? 0 : 1);
    }
}
