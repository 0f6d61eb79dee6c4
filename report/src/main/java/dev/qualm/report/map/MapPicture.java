package dev.qualm.report.map;

import dev.qualm.report.chart.Rgb;
import dev.qualm.report.sheet.Lettering;
import dev.qualm.report.sheet.Sheet;
import dev.qualm.report.sheet.Thumbnail;
import java.util.List;

/**
 * One map, large: the names of its classes at both axes, the predicted one in bold and framed, and the scale. Cells hold their
 * numbers while there are few classes; from about 70 classes on axes count the rows instead of naming them.
 *
 * @param notes sentences below the map, for example how it was made
 */
public record MapPicture(MapPanel panel, List<String> notes) implements MapFigure {
    private static final int PAD = 16;
    private static final int THUMBNAIL = 64;
    private static final int SIDE = 360;
    private static final int LARGE_SIDE = 720;
    private static final int LARGEST_SIDE = 2000;
    private static final int NAME_WIDTH = 130;

    public MapPicture {
        notes = List.copyOf(notes);
    }

    @Override
    public String title() {
        return "Cosine similarity map of " + panel.title();
    }

    static Grid grid(int k) {
        if (k <= 20) {
            return Grid.of(k, SIDE, 40);
        }
        return Grid.of(k, Math.min(LARGEST_SIDE, Math.max(k, LARGE_SIDE)), 16);
    }

    @Override
    public Sheet draw() {
        Sheet sheet = new Sheet();
        double y = header(sheet);
        if (panel.k() == 0) {
            String reason = panel.map().reason() == null
                    ? "There is no map"
                    : panel.map().reason();
            HeatDrawing.missing(sheet, reason, PAD, y, SIDE, 120);
        } else {
            map(sheet, y);
        }
        return notes(sheet);
    }

    private double header(Sheet sheet) {
        double x = PAD;
        if (panel.thumbnail() != null) {
            Thumbnail.draw(sheet, panel.thumbnail(), PAD, PAD, THUMBNAIL);
            x += THUMBNAIL + 12;
        }
        double y = PAD + 12;
        sheet.text(Lettering.TITLE.fit(panel.title(), SIDE), x, y, Lettering.TITLE, Sheet.INK);
        if (!panel.prediction().isEmpty()) {
            y = line(sheet, "predicted " + panel.prediction(), x, y + 18, Sheet.INK);
        }
        if (panel.label() != null) {
            y = line(sheet, panel.label(), x, y + 16, panel.wrong() ? Sheet.BAD : Sheet.MUTED);
        }
        if (!panel.remark().isEmpty()) {
            for (String text : Lettering.BODY.wrap(panel.remark(), SIDE)) {
                y = line(sheet, text, x, y + 16, Sheet.BAD);
            }
        }
        return Math.max(y, panel.thumbnail() == null ? 0 : PAD + THUMBNAIL) + 14;
    }

    private static double line(Sheet sheet, String text, double x, double y, Rgb colour) {
        sheet.text(Lettering.BODY.fit(text, 1.2 * SIDE), x, y, Lettering.BODY, colour);
        return y;
    }

    private void map(Sheet sheet, double above) {
        Grid grid = grid(panel.k());
        Axes axes = Axes.of(panel, grid, NAME_WIDTH);
        double x = PAD + Math.ceil(axes.left());
        double y = Math.ceil(above + axes.top());
        HeatDrawing.draw(sheet, panel, grid, x, y);
        axes.draw(sheet, x, y);
        int step = Math.max(3, Math.min(6, grid.side() / 41));
        ScaleBar.upright(sheet, x + grid.side() + 24, y, step);
    }

    private Sheet notes(Sheet sheet) {
        double y = sheet.height() + 8;
        double width = Math.max(420, sheet.width() - PAD);
        for (String note : notes) {
            for (String text : Lettering.LABEL.wrap(note, width)) {
                y += 14;
                sheet.text(text, PAD, y, Lettering.LABEL, Sheet.MUTED);
            }
        }
        sheet.reach(sheet.width() + PAD, Math.max(sheet.height(), y) + PAD - 4);
        return sheet;
    }
}
