package dev.qualm.report.explanation;

import dev.qualm.report.sheet.Lettering;
import dev.qualm.report.sheet.Sheet;
import java.util.List;

/** What all sheets of explanations share: how large pictures are, the title above, the notes below. */
final class Sides {
    /** Pictures no larger than this are drawn about as large. */
    private static final int USUAL = 168;

    private static final int LARGEST = 256;
    private static final int LINE = 14;
    private static final int NARROWEST_NOTES = 420;

    private Sides() {}

    /** A grid for pictures up to {@code longest} pixels, with columns of at least {@code narrowest}. */
    static TileGrid grid(int longest, int narrowest) {
        int room = Math.max(USUAL, narrowest);
        int side = longest <= room ? room / longest * longest : Math.min(longest, LARGEST);
        // A column a little narrower than asked is better than pictures that do not fill theirs.
        return new TileGrid(side, side >= 0.9 * narrowest ? side : narrowest);
    }

    /** Writes the title, at most two lines of it, and returns where the rows begin. */
    static double title(Sheet sheet, String title, double right) {
        Lettering l = Lettering.TITLE;
        double width = Math.max(right - TileGrid.PAD, NARROWEST_NOTES);
        List<String> lines = l.wrap(title, width);
        if (lines.size() > 2) {
            String rest = String.join(" ", lines.subList(1, lines.size()));
            lines = List.of(lines.get(0), l.fit(rest, width));
        }
        double y = TileGrid.PAD + 12;
        for (String line : lines) {
            sheet.text(line, TileGrid.PAD, y, l, Sheet.INK);
            y += 19;
        }
        return y + 2;
    }

    /** Writes the notes below everything and closes the sheet. */
    static Sheet notes(Sheet sheet, List<String> notes, double from, double right) {
        double width = Math.max(right - TileGrid.PAD, NARROWEST_NOTES);
        double y = from;
        for (String note : notes) {
            for (String text : Lettering.LABEL.wrap(note, width)) {
                sheet.text(text, TileGrid.PAD, y + 6, Lettering.LABEL, Sheet.MUTED);
                y += LINE;
            }
        }
        sheet.reach(Math.max(right, sheet.width()) + TileGrid.PAD, Math.max(sheet.height(), y) + TileGrid.PAD - 6);
        return sheet;
    }
}
