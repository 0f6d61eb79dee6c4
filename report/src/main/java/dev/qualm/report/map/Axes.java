package dev.qualm.report.map;

import dev.qualm.report.sheet.Lettering;
import dev.qualm.report.sheet.Mark;
import dev.qualm.report.sheet.Sheet;
import java.util.List;

/**
 * The names (or for many classes some numbers) along the left and the upper edge of a map.
 *
 * @param names shown beside each row, or empty for numbers
 */
record Axes(MapPanel panel, Grid grid, List<String> names, Lettering lettering) {
    private static final int GAP = 7;

    static Axes of(MapPanel panel, Grid grid, double widest) {
        Lettering lettering = new Lettering(Math.min(Lettering.LABEL.size(), 0.8 * grid.cell()), false);
        List<String> names = grid.cell() < Grid.NAMED
                ? List.of()
                : panel.names().stream()
                        .map(n -> lettering.withBold(true).fit(n, widest))
                        .toList();
        return new Axes(panel, grid, names, lettering);
    }

    private double widest() {
        if (names.isEmpty()) {
            return Lettering.LABEL.width(Integer.toString(panel.k()));
        }
        return names.stream().mapToDouble(lettering.withBold(true)::width).max().orElse(0);
    }

    /** Width to leave at the left. */
    double left() {
        return widest() + (names.isEmpty() ? 2 * GAP : GAP);
    }

    /** Height to leave above. */
    double top() {
        return names.isEmpty()
                ? Lettering.LABEL.size() + 2 * GAP
                : (widest() + lettering.size()) * Math.sqrt(0.5) + GAP;
    }

    /** Draws both; the map's upper left corner is given. */
    void draw(Sheet sheet, double x, double y) {
        if (names.isEmpty()) {
            numbers(sheet, x, y);
            return;
        }
        for (int i = 0; i < names.size(); i++) {
            boolean strong = i == panel.predicted();
            name(sheet, i, x - GAP, y + grid.middle(i) + lettering.size() / 3, Mark.Anchor.END, strong);
            name(sheet, i, x + grid.middle(i) + lettering.size() / 3, y - GAP + 2, Mark.Anchor.RISING, strong);
        }
    }

    /** Draws the names at the left only, for a line of maps: columns are in the same order, and each has its own prediction. */
    void drawLeft(Sheet sheet, double x, double y) {
        for (int i = 0; i < names.size(); i++) {
            name(sheet, i, x - GAP, y + grid.middle(i) + lettering.size() / 3, Mark.Anchor.END, false);
        }
    }

    private void name(Sheet sheet, int i, double x, double y, Mark.Anchor anchor, boolean strong) {
        sheet.text(names.get(i), x, y, lettering.withBold(strong), strong ? Sheet.INK : Sheet.MUTED, anchor);
    }

    private void numbers(Sheet sheet, double x, double y) {
        int step = step(panel.k());
        for (int i = 0; i < panel.k(); i += step) {
            String text = Integer.toString(i);
            double middle = grid.middle(i);
            Lettering l = Lettering.LABEL;
            sheet.text(text, x - 2 * GAP, y + Math.max(middle, 2) + l.size() / 3, l, Sheet.MUTED, Mark.Anchor.END);
            sheet.text(text, x + middle, y - 2 * GAP + 2, l, Sheet.MUTED, Mark.Anchor.MIDDLE);
            sheet.line(x - GAP - 4, y + middle, x - GAP, y + middle, 1, Sheet.MUTED);
            sheet.line(x + middle, y - GAP - 4, x + middle, y - GAP, 1, Sheet.MUTED);
        }
    }

    /** 1, 2 or 5 times a power of ten, so that there are 5 to 13 numbers. */
    static int step(int k) {
        int step = 1;
        for (int i = 0; k / step > 12; i++) {
            step = i % 3 == 1 ? step / 2 * 5 : step * 2;
        }
        return step;
    }
}
