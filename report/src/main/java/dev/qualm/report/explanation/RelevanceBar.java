package dev.qualm.report.explanation;

import dev.qualm.report.html.Numbers;
import dev.qualm.report.sheet.Lettering;
import dev.qualm.report.sheet.Mark;
import dev.qualm.report.sheet.Sheet;
import java.awt.image.BufferedImage;
import java.math.BigDecimal;

/** The colours of a scale with the numbers at their ends. */
final class RelevanceBar {
    private static final int THICK = 8;
    private static final int NUMBERS = 13;
    private static final int REMARK = 12;

    private RelevanceBar() {}

    /** Height that a tile's bar and its numbers take; 0 without a bar. */
    static int height(Tile tile) {
        return tile.scale() == null ? 0 : THICK + NUMBERS + 4 + (tile.scale().clipped() ? REMARK : 0);
    }

    static void draw(Sheet sheet, RelevanceScale scale, double x, double y, int width) {
        sheet.image(colours(scale, width), x, y, width, THICK);
        sheet.frame(x, y, width, THICK, 1, Sheet.LINE);
        Lettering l = Lettering.SMALL;
        double base = y + THICK + 11;
        if (scale.bound() > 0) {
            String end = Numbers.significant(scale.bound(), 2);
            String high = (scale.clipped() ? "≥ " : "") + end;
            String low = !scale.signed() ? "0" : (scale.clipped() ? "≤ " : "") + Numbers.significant(-scale.bound(), 2);
            double half = width / 2.0 - 8;
            sheet.text(l.fit(low, half), x, base, l, Sheet.MUTED);
            if (scale.signed()) {
                sheet.text("0", x + width / 2.0, base, l, Sheet.MUTED, Mark.Anchor.MIDDLE);
            }
            sheet.text(l.fit(high, half), x + width, base, l, Sheet.MUTED, Mark.Anchor.END);
        } else {
            sheet.text(scale.clipped() ? "0 or infinite" : "0 everywhere", x, base, l, Sheet.MUTED);
        }
        if (scale.clipped()) {
            String remark = scale.percentile() < RelevanceScale.WHOLE
                    ? "colours end at percentile "
                            + new BigDecimal(Double.toString(scale.percentile()))
                                    .stripTrailingZeros()
                                    .toPlainString()
                    : "infinite values have the end's colour";
            sheet.text(l.fit(remark, width), x, base + REMARK, l, Sheet.MUTED);
        }
    }

    private static BufferedImage colours(RelevanceScale scale, int width) {
        BufferedImage image = new BufferedImage(width, 1, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width; i++) {
            double t = (i + 0.5) / width;
            double v = scale.bound() * (scale.signed() ? 2 * t - 1 : t);
            image.setRGB(i, 0, scale.colour(v).packed());
        }
        return image;
    }
}
