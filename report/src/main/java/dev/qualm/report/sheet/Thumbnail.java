package dev.qualm.report.sheet;

import dev.qualm.report.Picture;

/** A small image in a square, as large as its proportions allow. */
public final class Thumbnail {
    private Thumbnail() {}

    /** Draws it in the middle of the square with this upper left corner. */
    public static void draw(Sheet sheet, Picture picture, double x, double y, double side) {
        double factor = side / Math.max(picture.width(), picture.height());
        double w = picture.width() * factor;
        double h = picture.height() * factor;
        sheet.image(picture.decode(), x + (side - w) / 2, y + (side - h) / 2, w, h);
    }
}
