package dev.qualm.report.map;

import dev.qualm.QualmException;
import dev.qualm.report.Picture;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;

/** A small image in a square, as large as its proportions allow. */
final class Thumbnail {
    private Thumbnail() {}

    static void draw(Sheet sheet, Picture picture, double x, double y, double side) {
        double factor = side / Math.max(picture.width(), picture.height());
        double w = picture.width() * factor;
        double h = picture.height() * factor;
        sheet.image(decode(picture), x + (side - w) / 2, y + (side - h) / 2, w, h);
    }

    private static BufferedImage decode(Picture picture) {
        try {
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(picture.png()));
            if (image == null) {
                throw new QualmException("A thumbnail of " + picture.png().length + " bytes is no PNG");
            }
            return image;
        } catch (IOException e) {
            throw new QualmException("A thumbnail cannot be decoded: " + e, e);
        }
    }
}
