package dev.qualm.data;

import dev.qualm.QualmException;
import dev.qualm.ShapeException;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.array.AtomicFile;
import dev.qualm.array.DType;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Image files to arrays and back. */
public final class Images {
    private Images() {}

    /** As {@link #read(Path, ImageOptions)} with the default options. */
    public static Array read(Path file) {
        return read(file, ImageOptions.DEFAULT);
    }

    /**
     * Reads a PNG, JPEG (CMYK included), WebP, GIF (first frame) or BMP file, recognised by its content.
     *
     * @return UINT8 {@code [h, w, 1]} for grey, {@code [h, w, 3]} for RGB. Alpha is dropped, palettes are expanded,
     *     16-bit samples give their high byte, colour profiles are ignored: what Pillow's {@code convert} gives
     * @throws UnreadableFileException if the file is missing, damaged, truncated, of no known kind, or larger than the
     *     limit
     */
    public static Array read(Path file, ImageOptions options) {
        // An uncompressed 16-bit RGBA image takes 8 bytes a pixel; what is larger hides something.
        long limit = Math.min(options.maxPixels() * 8 + (1 << 20), Integer.MAX_VALUE - 64);
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes((int) limit + 1);
        } catch (IOException e) {
            throw new UnreadableFileException(file + ": cannot be read (" + e + ")", e);
        }
        if (bytes.length > limit) {
            throw new UnreadableFileException(
                    file + ": the file has more than " + limit + " bytes, too many for an image of "
                            + options.maxPixels() + " pixels; raise the pixel limit if it is genuine");
        }
        return decode(bytes, file.toString(), options);
    }

    /**
     * As {@link #read(Path, ImageOptions)} for a file in memory.
     *
     * @param name what error messages call it
     */
    public static Array decode(byte[] file, String name, ImageOptions options) {
        return ImageDecoder.decode(file, name, options);
    }

    /**
     * The image as a PNG file, 8 bits a channel.
     *
     * @param image {@code [h, w]}, {@code [h, w, 1]}, {@code [h, w, 3]}, {@code [1, h, w]} or
     *     {@code [3, h, w]} ({@code [h, w, c]} where both fit); UINT8, or floats of which 0 is black and 1 is white:
     *     values outside are clipped
     * @throws ShapeException for another shape or element type, or no pixels
     * @throws QualmException if a value is NaN
     */
    public static byte[] toPng(Array image) {
        int[] s = image.shape();
        boolean last = s.length == 3 && (s[2] == 1 || s[2] == 3);
        boolean first = s.length == 3 && !last && (s[0] == 1 || s[0] == 3);
        if (image.size() == 0
                || !(s.length == 2 || last || first)
                || !(image.dtype() == DType.UINT8 || image.dtype().isFloating())) {
            throw new ShapeException(
                    "Expected a grey or RGB image [h, w], [h, w, c] or [c, h, w] of UINT8 or floats, but found "
                            + image);
        }
        int h = first ? s[1] : s[0];
        int w = first ? s[2] : s[1];
        int c = s.length == 2 ? 1 : first ? s[0] : s[2];
        BufferedImage out =
                new BufferedImage(w, h, c == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR);
        byte[] pixels = ((DataBufferByte) out.getRaster().getDataBuffer()).getData();
        for (int p = 0; p < h * w; p++) {
            for (int b = 0; b < c; b++) {
                int from = first ? b * h * w + p : p * c + b;
                pixels[p * c + (c - 1 - b)] = level(image, from);
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
            if (!ImageIO.write(out, "png", stream)) {
                throw new QualmException("This Java runtime has no PNG writer; expected the module java.desktop");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte level(Array image, int i) {
        double value = image.get(i);
        if (image.dtype() == DType.UINT8) {
            return (byte) value;
        }
        if (Double.isNaN(value)) {
            throw new QualmException("Cannot write an image that is NaN at element " + i + " of " + image);
        }
        return (byte) Math.round(Math.max(0, Math.min(1, value)) * 255);
    }

    /**
     * Writes {@link #toPng} to a file, by way of a temporary file beside it, so that no partial file is ever seen.
     *
     * @throws QualmException if it cannot be written
     */
    public static void writePng(Array image, Path file) {
        byte[] png = toPng(image);
        AtomicFile.write(file, out -> out.write(png));
    }
}
