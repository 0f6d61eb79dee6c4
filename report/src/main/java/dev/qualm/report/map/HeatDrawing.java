package dev.qualm.report.map;

import dev.qualm.report.chart.HeatMap;
import dev.qualm.report.chart.Palette;
import dev.qualm.report.chart.Rgb;
import dev.qualm.report.html.Numbers;
import dev.qualm.report.sheet.Lettering;
import dev.qualm.report.sheet.Mark;
import dev.qualm.report.sheet.Sheet;
import java.awt.image.BufferedImage;
import java.util.List;

/** Draws the cells of a map, and what marks the predicted class. */
final class HeatDrawing {
    /** Cells with no cosine. */
    static final Rgb UNDEFINED = Palette.UNDEFINED;

    private static final Rgb HATCH = new Rgb(0x59, 0x63, 0x6f);

    /** Smallest cell that holds its number. */
    private static final int NUMBERED = 34;

    private static final int TICK = 5;

    private HeatDrawing() {}

    static Rgb colour(double cosine) {
        return Double.isNaN(cosine) ? UNDEFINED : Palette.divergingLight(cosine);
    }

    /** The map with its upper left corner at a point, in whole pixels so that cells keep their edges. */
    static void draw(Sheet sheet, MapPanel panel, Grid grid, double x, double y) {
        double[][] values = panel.map().values();
        if (grid.single()) {
            cells(sheet, values, panel.names(), grid.cell(), x, y);
        } else {
            sheet.image(pixels(values, grid), x, y, grid.side(), grid.side());
        }
        if (panel.predicted() >= 0) {
            mark(sheet, grid, panel.predicted(), x, y);
        }
    }

    private static void cells(Sheet sheet, double[][] values, List<String> names, int cell, double x, double y) {
        int gap = cell >= 12 ? 1 : 0;
        for (int r = 0; r < values.length; r++) {
            for (int c = 0; c < values.length; c++) {
                double v = values[r][c];
                double left = x + c * cell;
                double top = y + r * cell;
                String pair = names.isEmpty() ? "row " + r + ", column " + c : names.get(r) + " and " + names.get(c);
                String tip = pair + ": " + (Double.isNaN(v) ? "undefined" : Numbers.fixed(v, 3));
                sheet.rect(left, top, cell - gap, cell - gap, colour(v), tip);
                if (Double.isNaN(v)) {
                    sheet.line(left, top + cell - gap, left + cell - gap, top, 1, HATCH);
                } else if (cell >= NUMBERED) {
                    number(sheet, v, left + cell / 2.0, top + cell / 2.0);
                }
            }
        }
    }

    private static void number(Sheet sheet, double v, double x, double y) {
        Rgb fill = colour(v);
        Rgb ink = Sheet.INK.contrast(fill) >= Sheet.WHITE.contrast(fill) ? Sheet.INK : Sheet.WHITE;
        sheet.text(Numbers.fixed(v, 2), x, y + 3.5, Lettering.SMALL, ink, Mark.Anchor.MIDDLE);
    }

    /** A pixel per block: the mean of its cosines, undefined if all of them are. */
    static BufferedImage pixels(double[][] values, Grid grid) {
        return HeatMap.pixels(values, grid.block(), HeatDrawing::colour);
    }

    /** A wedge at both ends of the predicted row and column, and a frame around them where cells are large. */
    private static void mark(Sheet sheet, Grid grid, int row, double x, double y) {
        double at = grid.start(row);
        double side = grid.side();
        int cell = grid.cell();
        if (grid.single()) {
            int gap = cell >= 12 ? 1 : 0;
            sheet.frame(x, y + at, side - gap, cell - gap, 1, Sheet.INK);
            sheet.frame(x + at, y, cell - gap, side - gap, 1, Sheet.INK);
            return;
        }
        double thick = Math.max(2, cell);
        double middle = grid.middle(row) - thick / 2;
        sheet.rect(x - TICK - 1, y + middle, TICK, thick, Sheet.INK, null);
        sheet.rect(x + side + 1, y + middle, TICK, thick, Sheet.INK, null);
        sheet.rect(x + middle, y - TICK - 1, thick, TICK, Sheet.INK, null);
        sheet.rect(x + middle, y + side + 1, thick, TICK, Sheet.INK, null);
    }

    /** In the place of a map: why there is none. */
    static void missing(Sheet sheet, String reason, double x, double y, double width, double height) {
        sheet.rect(x, y, width, height, Palette.Role.SUNKEN.light(), null);
        double line = y + 20;
        for (String text : Lettering.LABEL.wrap(reason, width - 20)) {
            if (line > y + height - 4) {
                break;
            }
            sheet.text(text, x + 10, line, Lettering.LABEL, Sheet.MUTED);
            line += 14;
        }
    }
}
