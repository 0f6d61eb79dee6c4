package dev.qualm.report.robustness;

import dev.qualm.report.Picture;
import dev.qualm.report.explanation.Difference;
import dev.qualm.report.sheet.Figure;
import dev.qualm.report.sheet.Lettering;
import dev.qualm.report.sheet.Sheet;
import dev.qualm.report.sheet.Thumbnail;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Images before and after an attack, and what was added, enlarged.
 *
 * @param title the attack
 * @param changed what the images after it are called, over their column
 * @param rows one per image
 */
public record AdversarialSheet(String title, String changed, List<Row> rows) implements Figure {
    private static final double SIDE = 132;
    private static final double PAD = 16;
    private static final double GAP = 18;
    private static final double TOP = 64;
    private static final double LINE = 15;

    /**
     * An image.
     *
     * @param label the right answer
     * @param before what the network answers
     * @param after what it answers after the attack
     * @param broken whether the attack reached its aim
     * @param size of the change, in words
     * @param unable why the image is no good to attack, or null
     */
    public record Row(
            Picture original,
            Picture adversarial,
            Difference difference,
            String label,
            String before,
            String after,
            boolean broken,
            String size,
            @Nullable String unable) {}

    public AdversarialSheet {
        rows = List.copyOf(rows);
    }

    @Override
    public Sheet draw() {
        Sheet sheet = new Sheet();
        double height = SIDE + 3 * LINE + GAP;
        sheet.rect(0, 0, 2 * PAD + 3 * SIDE + 2 * GAP, TOP + rows.size() * height, Sheet.WHITE, null);
        double room = 3 * SIDE + 2 * GAP;
        sheet.text(Lettering.TITLE.fit(title, room), PAD, 24, Lettering.TITLE, Sheet.INK);
        List<String> heads = List.of("original", changed, "difference");
        for (int c = 0; c < 3; c++) {
            sheet.text(heads.get(c), left(c), TOP - 12, Lettering.STRONG, Sheet.MUTED);
        }
        for (int r = 0; r < rows.size(); r++) {
            row(sheet, rows.get(r), TOP + r * height);
        }
        return sheet;
    }

    private static double left(int column) {
        return PAD + column * (SIDE + GAP);
    }

    private static void row(Sheet sheet, Row row, double y) {
        Thumbnail.draw(sheet, row.original(), left(0), y, SIDE);
        Thumbnail.draw(sheet, row.adversarial(), left(1), y, SIDE);
        Thumbnail.draw(sheet, Picture.of(row.difference().pixels()), left(2), y, SIDE);
        double below = y + SIDE + LINE;
        text(sheet, "is " + row.label(), 0, below, false);
        text(sheet, "answer " + row.before(), 0, below + LINE, false);
        text(sheet, "answer " + row.after(), 1, below, row.broken());
        text(sheet, row.unable() == null ? row.broken() ? "broken" : "resists" : row.unable(), 1, below + LINE, false);
        boolean none = row.difference().none();
        double factor = row.difference().factor();
        String times = factor == Math.rint(factor) ? Long.toString((long) factor) : Double.toString(factor);
        text(
                sheet,
                none ? "unchanged" : factor == 1 ? "not enlarged" : "enlarged " + times + " times",
                2,
                below,
                false);
        text(sheet, row.size(), 2, below + LINE, false);
    }

    private static void text(Sheet sheet, String text, int column, double y, boolean bad) {
        Lettering lettering = Lettering.LABEL.withBold(bad);
        sheet.text(lettering.fit(text, SIDE), left(column), y, lettering, bad ? Sheet.BAD : Sheet.INK);
    }
}
