package dev.qualm.report.explanation;

import dev.qualm.report.Picture;
import dev.qualm.report.sheet.Figure;
import dev.qualm.report.sheet.Sheet;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Explanations side by side: a row per input, a column per method or per smoothing.
 *
 * @param rows the inputs, each with its explanations
 * @param look how the maps are drawn
 * @param notes sentences at the end, for example how the maps were made
 * @param columns explanations side by side; longer rows go on in the next line
 */
public record ExplanationSheet(String title, List<Row> rows, Look look, List<String> notes, int columns)
        implements Figure {
    /**
     * One input.
     *
     * @param name the input's name
     * @param input its picture, before normalisation; null where it has none
     * @param prediction class the model chose, empty if unknown
     * @param probability of that class, NaN if unknown
     */
    public record Row(
            String name,
            @Nullable Picture input,
            String prediction,
            double probability,
            List<ExplanationPanel> panels) {
        public Row {
            panels = List.copyOf(panels);
        }
    }

    /** Which maps share a scale. */
    public enum Range {
        /** Each map has its own bound, for methods with different units; all under one title are signed if one of them is. */
        EACH,
        /** The maps of one input share one. */
        ROW,
        /** All maps share one. */
        ALL
    }

    /**
     * How the maps are drawn.
     *
     * @param percentile where the colours end, see {@link RelevanceScale#of(java.util.Collection, double)}
     * @param overlay over the input in grey, instead of alone
     * @param contour share of the bound that an overlay outlines; 0 for none
     */
    public record Look(Range range, double percentile, boolean overlay, double contour) {
        /** Maps alone, each on its own whole range. */
        public static final Look PLAIN = new Look(Range.EACH, RelevanceScale.WHOLE, false, 0);
    }

    private static final int NARROWEST = 136;

    public ExplanationSheet {
        rows = List.copyOf(rows);
        notes = List.copyOf(notes);
        if (columns < 1) {
            throw new IllegalArgumentException("Expected at least one column, but found " + columns);
        }
    }

    @Override
    public Sheet draw() {
        Sheet sheet = new Sheet();
        TileGrid grid = Sides.grid(longest(), NARROWEST);
        int first = pictured() ? 1 : 0;
        int widest = rows.stream().mapToInt(r -> r.panels().size()).max().orElse(0);
        int all = first + Math.max(1, Math.min(columns, widest));
        double right = TileGrid.left(all, grid.width()) - TileGrid.GAP;
        double y = Sides.title(sheet, title, right);
        boolean shared = sharedTitles();
        RelevanceScale common = look.range() == Range.ALL ? scale(maps(rows)) : null;
        for (int r = 0; r < rows.size(); r++) {
            y = row(sheet, grid, rows.get(r), common, y, shared, r == 0);
        }
        return Sides.notes(sheet, notes, y, right);
    }

    /** @param shared whether the titles above the first row serve all */
    private double row(
            Sheet sheet,
            TileGrid grid,
            Row row,
            @Nullable RelevanceScale common,
            double from,
            boolean shared,
            boolean topmost) {
        boolean titled = !shared || topmost;
        double y = from;
        RelevanceScale own = look.range() == Range.ROW ? scale(maps(List.of(row))) : common;
        List<Tile> panels = new ArrayList<>();
        BufferedImage input = row.input() == null ? null : row.input().decode();
        for (ExplanationPanel panel : row.panels()) {
            panels.add(tile(row, panel, own));
        }
        int lines = Math.max(1, (panels.size() + columns - 1) / columns);
        for (int line = 0; line < lines; line++) {
            List<@Nullable Tile> tiles = new ArrayList<>();
            if (pictured()) {
                tiles.add(line == 0 ? input(row, input, shared) : null);
            }
            tiles.addAll(panels.subList(line * columns, Math.min(panels.size(), (line + 1) * columns)));
            y = grid.row(sheet, tiles, 0, y, titled) + TileGrid.GAP;
        }
        return y;
    }

    private static Tile input(Row row, @Nullable BufferedImage input, boolean shared) {
        List<Tile.Line> lines = new ArrayList<>();
        if (shared) {
            lines.add(new Tile.Line(row.name(), true, Sheet.INK));
        }
        lines.addAll(Captions.prediction(row.prediction(), row.probability(), !shared));
        String title = shared ? "" : row.name();
        return input == null
                ? Tile.missing(title, "No picture", lines)
                : Tile.picture(title, Tile.Subject.of(input), lines, null);
    }

    private Tile tile(Row row, ExplanationPanel panel, @Nullable RelevanceScale shared) {
        List<Tile.Line> lines = Captions.of(panel);
        RelevanceMap map = panel.map();
        if (map == null) {
            return Tile.missing(panel.title(), panel.reason(), lines);
        }
        if (!map.defined()) {
            return Tile.missing(panel.title(), Tile.UNDEFINED, lines);
        }
        RelevanceScale scale = shared == null ? scale(List.of(map)).orSigned(signed(panel.title())) : shared;
        Picture input = row.input();
        if (look.overlay() && input != null) {
            Overlay overlay = new Overlay(map, input, scale, look.contour());
            return Tile.map(
                    panel.title(), new Tile.Subject(input.width(), input.height(), overlay::fit), scale, lines, null);
        }
        return Tile.map(panel.title(), Tile.Subject.of(new RelevanceImage(map, scale)), scale, lines, null);
    }

    /** Whether some map under a title has negative values: then all have the colours of signed maps, so that red means one thing. */
    private boolean signed(String title) {
        return rows.stream()
                .flatMap(r -> r.panels().stream())
                .filter(p -> p.title().equals(title))
                .map(ExplanationPanel::map)
                .anyMatch(m -> m != null && Arrays.stream(m.values()).anyMatch(v -> v < 0));
    }

    private RelevanceScale scale(List<RelevanceMap> maps) {
        return RelevanceScale.of(maps, look.percentile());
    }

    /** Whether the first column is the inputs'; several of them need their names there. */
    private boolean pictured() {
        return rows.size() > 1 || rows.stream().anyMatch(r -> r.input() != null);
    }

    private static List<RelevanceMap> maps(List<Row> of) {
        List<RelevanceMap> maps = new ArrayList<>();
        for (Row row : of) {
            row.panels().stream()
                    .map(ExplanationPanel::map)
                    .filter(Objects::nonNull)
                    .forEach(maps::add);
        }
        return maps;
    }

    /** Whether one line of titles serves all rows. */
    private boolean sharedTitles() {
        List<List<String>> titles = rows.stream()
                .map(r -> r.panels().stream().map(ExplanationPanel::title).toList())
                .distinct()
                .toList();
        return rows.size() > 1 && titles.size() == 1 && titles.get(0).size() <= columns;
    }

    private int longest() {
        List<Integer> sides = new ArrayList<>(List.of(1));
        for (Row row : rows) {
            if (row.input() != null) {
                sides.add(Math.max(row.input().width(), row.input().height()));
            }
        }
        maps(rows).forEach(m -> sides.add(Math.max(m.height(), m.width())));
        return Collections.max(sides);
    }
}
