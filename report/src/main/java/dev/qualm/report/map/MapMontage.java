package dev.qualm.report.map;

import dev.qualm.report.CosineMap;
import dev.qualm.report.sheet.Lettering;
import dev.qualm.report.sheet.Sheet;
import dev.qualm.report.sheet.Thumbnail;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Many maps, small, in titled rows: a row per kind of data, as in the paper's figure. All maps have one size.
 *
 * @param notes sentences at the end, for example how the maps were made
 * @param columns items side by side; longer rows go on in the next line
 */
public record MapMontage(String title, List<Row> rows, List<String> notes, int columns) implements MapFigure {
    /**
     * Maps of one kind of data.
     *
     * @param mean the mean of the maps, drawn before them, or null
     */
    public record Row(String title, @Nullable MapPanel mean, List<MapPanel> panels) {
        public Row {
            panels = List.copyOf(panels);
        }
    }

    private static final int PAD = 16;
    private static final int GAP = 16;
    private static final int THUMBNAIL = 40;
    private static final int NARROWEST = 132;
    private static final int NAME_WIDTH = 90;
    private static final int LINE = 14;

    public MapMontage {
        rows = List.copyOf(rows);
        notes = List.copyOf(notes);
        if (columns < 1) {
            throw new IllegalArgumentException("Expected at least one column, but found " + columns);
        }
    }

    static Grid grid(int k) {
        return k <= 12 ? Grid.of(k, 144, 40) : Grid.of(k, k <= 20 ? 11 * k : 220, 11);
    }

    private List<MapPanel> all() {
        List<MapPanel> all = new ArrayList<>();
        for (Row row : rows) {
            if (row.mean() != null) {
                all.add(row.mean());
            }
            all.addAll(row.panels());
        }
        return all;
    }

    @Override
    public Sheet draw() {
        Sheet sheet = new Sheet();
        sheet.text(title, PAD, PAD + 12, Lettering.TITLE, Sheet.INK);
        ScaleBar.lying(sheet, PAD, PAD + 26, 4);
        double y = PAD + 80;
        Layout layout = layout();
        for (Row row : rows) {
            y = row(sheet, row, layout, y);
        }
        double width = Math.max(420, sheet.width() - PAD);
        for (String note : notes) {
            for (String text : Lettering.LABEL.wrap(note, width)) {
                sheet.text(text, PAD, y, Lettering.LABEL, Sheet.MUTED);
                y += LINE;
            }
        }
        sheet.reach(sheet.width() + PAD, y + 2);
        return sheet;
    }

    /**
     * What all panels share.
     *
     * @param gutter width of the class names left of the first map of a line
     * @param head height above each map
     * @param foot height below
     */
    private record Layout(Grid grid, boolean named, double gutter, double head, double foot, boolean means) {
        double width() {
            return Math.max(NARROWEST, grid.side());
        }
    }

    private Layout layout() {
        List<MapPanel> all = all();
        int k = Math.max(2, all.stream().mapToInt(MapPanel::k).max().orElse(2));
        Grid grid = grid(k);
        List<MapPanel> drawn = all.stream().filter(p -> p.k() > 0).toList();
        boolean named = grid.cell() >= Grid.NAMED
                && !drawn.isEmpty()
                && drawn.stream().allMatch(p -> p.names().equals(drawn.get(0).names()));
        double gutter = named ? Axes.of(drawn.get(0), grid, NAME_WIDTH).left() : grid.single() ? 0 : 8;
        boolean pictures = all.stream().anyMatch(p -> p.thumbnail() != null);
        boolean labels = all.stream().anyMatch(p -> p.label() != null);
        double head = Math.max(pictures ? THUMBNAIL : 0, LINE * (labels ? 3 : 2)) + 8 + (grid.single() ? 0 : 4);
        boolean remarks = drawn.stream().anyMatch(p -> !p.remark().isEmpty());
        return new Layout(
                grid,
                named,
                Math.ceil(gutter),
                head,
                remarks ? 2 * LINE : 0,
                rows.stream().anyMatch(r -> r.mean() != null));
    }

    private double row(Sheet sheet, Row row, Layout layout, double from) {
        double y = from;
        if (!row.title().isEmpty()) {
            sheet.text(row.title(), PAD, y + 2, Lettering.STRONG, Sheet.INK);
            y += 16;
        }
        double height = layout.head() + layout.grid().side() + layout.foot() + GAP;
        int first = layout.means() ? 1 : 0;
        if (row.mean() != null) {
            panel(sheet, row.mean(), layout, 0, y, true);
        }
        for (int i = 0; i < row.panels().size(); i++) {
            int column = i % columns;
            double top = y + (double) (i / columns) * height;
            boolean leftmost = column == 0 && (row.mean() == null || i > 0);
            panel(sheet, row.panels().get(i), layout, first + column, top, leftmost);
        }
        int lines = Math.max(1, (row.panels().size() + columns - 1) / columns);
        return y + lines * height + 8;
    }

    private void panel(Sheet sheet, MapPanel panel, Layout layout, int column, double y, boolean leftmost) {
        Grid grid = layout.grid();
        double x = PAD + layout.gutter() + column * (layout.width() + GAP);
        header(sheet, panel, layout, x, y);
        double top = Math.ceil(y + layout.head());
        if (panel.k() == 0) {
            CosineMap map = panel.map();
            String reason = map.reason() == null ? "There is no map" : map.reason();
            HeatDrawing.missing(sheet, reason, x, top, layout.width(), grid.side());
            return;
        }
        Grid own = panel.k() == grid.k() ? grid : grid(panel.k());
        HeatDrawing.draw(sheet, panel, own, x, top);
        if (layout.named() && leftmost) {
            Axes.of(panel, own, NAME_WIDTH).drawLeft(sheet, x, top);
        }
        double below = top + grid.side() + 12;
        if (!panel.remark().isEmpty()) {
            for (String text : first(Lettering.SMALL.wrap(panel.remark(), layout.width()), 2)) {
                sheet.text(text, x, below, Lettering.SMALL, Sheet.BAD);
                below += 11;
            }
        }
    }

    private static void header(Sheet sheet, MapPanel panel, Layout layout, double x, double y) {
        double left = x;
        if (panel.thumbnail() != null) {
            Thumbnail.draw(sheet, panel.thumbnail(), x, y, THUMBNAIL);
            left += THUMBNAIL + 6;
        }
        double width = layout.width() - (left - x);
        // Without a picture the text stands close to its map.
        double line = panel.thumbnail() == null ? y + layout.head() - 8 - LINE * (lines(panel) - 1) : y + 10;
        Lettering small = Lettering.LABEL;
        sheet.text(small.fit(panel.title(), width), left, line, small, Sheet.MUTED);
        if (!panel.prediction().isEmpty()) {
            line += LINE;
            Lettering strong = small.withBold(true);
            sheet.text(strong.fit(panel.prediction(), width), left, line, strong, Sheet.INK);
        }
        if (panel.label() != null) {
            line += LINE;
            sheet.text(small.fit(panel.label(), width), left, line, small, panel.wrong() ? Sheet.BAD : Sheet.MUTED);
        }
    }

    private static int lines(MapPanel panel) {
        return 1 + (panel.prediction().isEmpty() ? 0 : 1) + (panel.label() == null ? 0 : 1);
    }

    private static List<String> first(List<String> lines, int n) {
        return lines.subList(0, Math.min(n, lines.size()));
    }
}
