package dev.qualm.report;

import dev.qualm.QualmException;
import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.report.html.DataUri;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;

/**
 * A small image, kept as a PNG file.
 *
 * @param width in pixels
 * @param height in pixels
 * @param png the file's bytes
 */
public record Picture(int width, int height, byte[] png) {
    public Picture {
        png = png.clone();
    }

    /**
     * The pixels.
     *
     * @throws QualmException if the bytes are no PNG
     */
    public BufferedImage decode() {
        try {
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
            if (image == null) {
                throw new QualmException("A picture of " + png.length + " bytes is no PNG");
            }
            return image;
        } catch (IOException e) {
            throw new QualmException("A picture cannot be decoded: " + e, e);
        }
    }

    public static Picture of(BufferedImage image) {
        return new Picture(image.getWidth(), image.getHeight(), DataUri.encodePng(image));
    }

    /**
     * An image before normalisation.
     *
     * @param image shape {@code [h, w]}, {@code [1, h, w]} (grey) or {@code [3, h, w]} (RGB); 0 to 255 for UINT8,
     *     else 0 to 1. Values beyond are clamped, NaN is black.
     * @throws ShapeException for other shapes and for empty images
     */
    public static Picture of(Array image) {
        int rank = image.rank();
        int channels = rank == 3 ? image.dim(0) : 1;
        if (rank < 2 || rank > 3 || (channels != 1 && channels != 3) || image.size() == 0) {
            throw new ShapeException(
                    "Expected an image [h, w], [1, h, w] or [3, h, w] with pixels, but found " + image);
        }
        int h = image.dim(-2);
        int w = image.dim(-1);
        double scale = image.dtype() == DType.UINT8 ? 1 : 255;
        int type = channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB;
        BufferedImage out = new BufferedImage(w, h, type);
        int[] pixel = new int[channels];
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                for (int c = 0; c < channels; c++) {
                    double v = image.get((c * h + y) * w + x) * scale;
                    pixel[c] = (int) Math.round(Math.min(255, Math.max(0, v)));
                }
                // Straight into the raster: setRGB would push grey through a colour-space conversion and change it.
                out.getRaster().setPixel(x, y, pixel);
            }
        }
        return of(out);
    }
}
