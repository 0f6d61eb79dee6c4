package dev.qualm.report.explanation;

import dev.qualm.report.chart.Palette;
import dev.qualm.report.chart.Rgb;
import dev.qualm.report.sheet.Lettering;
import dev.qualm.report.sheet.Mark;
import dev.qualm.report.sheet.Sheet;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tiles side by side in columns of one width; in a row, each part stands at one height in all tiles.
 *
 * @param side largest width and height of a picture
 * @param width of a column
 */
record TileGrid(int side, int width) {
    static final int PAD = 16;
    static final int GAP = 18;

    private static final int LINE = 14;
    private static final int TITLE = 18;
    private static final int SCORE = 13;
    private static final int NAME = 62;

    /** The left edge of a column. */
    static double left(int column, int width) {
        return PAD + (double) column * (width + GAP);
    }

    /** Draws a row of tiles, null for an empty place, and returns where the next may begin. */
    double row(Sheet sheet, List<@Nullable Tile> tiles, int firstColumn, double y, boolean titled) {
        List<Tile> there =
                tiles.stream().filter(Objects::nonNull).map(t -> (Tile) t).toList();
        double pictures = y + (titled ? TITLE : 0);
        int height = there.stream().mapToInt(this::height).max().orElse(0);
        int barHeight = there.stream().mapToInt(RelevanceBar::height).max().orElse(0);
        double bottom = pictures + height;
        for (int i = 0; i < tiles.size(); i++) {
            Tile tile = tiles.get(i);
            if (tile == null) {
                continue;
            }
            double x = left(firstColumn + i, width);
            if (titled) {
                Lettering l = Lettering.STRONG;
                sheet.text(l.fit(tile.title(), width), x, y + 11, l, Sheet.INK);
            }
            subject(sheet, tile, x, pictures, height);
            double below = pictures + height + 6;
            if (tile.scale() != null) {
                RelevanceBar.draw(sheet, tile.scale(), x, below, width);
                below += barHeight;
            }
            below = lines(sheet, tile.lines(), x, below);
            if (tile.scores() != null) {
                below = scores(sheet, tile.scores(), x, below);
            }
            bottom = Math.max(bottom, below);
        }
        return bottom;
    }

    /** Height a tile's picture takes. */
    private int height(Tile tile) {
        Tile.Subject s = tile.subject();
        return s == null ? Math.min(side, 120) : Raster.fitted(s.width(), s.height(), side)[1];
    }

    private void subject(Sheet sheet, Tile tile, double x, double y, int height) {
        Tile.Subject s = tile.subject();
        if (s == null) {
            missing(sheet, tile.reason(), x, y, height);
            return;
        }
        // Sheets are drawn with two pixels per unit where they can be, so twice the detail is not lost.
        BufferedImage image = s.fit().apply(s.longer() >= 2 * side ? 2 * side : side);
        int[] size = Raster.fitted(s.width(), s.height(), side);
        sheet.image(image, x, y, size[0], size[1]);
        sheet.frame(x, y, size[0], size[1], 1, Sheet.LINE);
    }

    private void missing(Sheet sheet, String reason, double x, double y, int height) {
        sheet.rect(x, y, width, height, Palette.Role.SUNKEN.light(), null);
        double line = y + 18;
        for (String text : Lettering.LABEL.wrap(reason, width - 16)) {
            if (line > y + height - 4) {
                return;
            }
            sheet.text(text, x + 8, line, Lettering.LABEL, Sheet.MUTED);
            line += LINE;
        }
    }

    private double lines(Sheet sheet, List<Tile.Line> lines, double x, double from) {
        double y = from + 10;
        for (Tile.Line line : lines) {
            Lettering l = Lettering.LABEL.withBold(line.strong());
            sheet.text(l.fit(line.text(), width), x, y, l, line.colour());
            y += LINE;
        }
        return y - 8;
    }

    private double scores(Sheet sheet, Tile.Scores scores, double x, double from) {
        double y = from + 10;
        double[] ends = ends(scores);
        for (int c = 0; c < ends.length; c++) {
            number(sheet, scores.heads().get(c), x, ends, c, y, Sheet.MUTED);
        }
        for (Tile.Scores.Row row : scores.rows()) {
            y += SCORE;
            sheet.text(Lettering.LABEL.fit(row.name(), NAME - 4), x, y, Lettering.LABEL, Sheet.MUTED);
            for (int c = 0; c < ends.length; c++) {
                number(sheet, row.numbers().get(c), x, ends, c, y, Sheet.INK);
            }
        }
        return y + 4;
    }

    /** Where the columns of numbers end, with equal gaps between what stands in them. */
    private double[] ends(Tile.Scores scores) {
        int columns = scores.heads().size();
        double[] ends = new double[columns];
        double sum = 0;
        for (int c = 0; c < columns; c++) {
            int column = c;
            ends[c] = Stream.concat(
                            Stream.of(scores.heads().get(c)),
                            scores.rows().stream().map(r -> r.numbers().get(column)))
                    .mapToDouble(Lettering.LABEL::width)
                    .max()
                    .orElse(0);
            sum += ends[c];
        }
        // A long number takes room from the others only in proportion.
        double shrink = Math.min(1, (width - NAME) / sum);
        double gap = Math.max(0, (width - NAME - sum) / columns);
        double end = NAME;
        for (int c = 0; c < columns; c++) {
            end += gap + shrink * ends[c];
            ends[c] = end;
        }
        return ends;
    }

    private static void number(Sheet sheet, String text, double x, double[] ends, int c, double y, Rgb colour) {
        Lettering l = Lettering.LABEL;
        double room = ends[c] - (c == 0 ? NAME : ends[c - 1]);
        sheet.text(l.fit(text, room + 1e-9), x + ends[c], y, l, colour, Mark.Anchor.END);
    }
}
