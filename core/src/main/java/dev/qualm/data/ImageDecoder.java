package dev.qualm.data;

import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Decodes one PNG, JPEG, WebP, GIF or BMP file to the numbers stored in it. */
final class ImageDecoder {
    /*
     * Pixels are taken from the raster, never through BufferedImage.getRGB: that call converts grey images and images
     * with a profile to sRGB, which changes the numbers (grey 128 becomes 188) and no training pipeline does.
     */
    private ImageDecoder() {}

    enum Format {
        PNG,
        JPEG,
        WEBP,
        GIF,
        BMP
    }

    static Array decode(byte[] file, String name, ImageOptions options) {
        Format format = sniff(file, name);
        byte[] content = file;
        int orientation = 1;
        if (format == Format.JPEG) {
            JpegSegments segments = JpegSegments.of(file);
            content = segments.withoutProfile();
            orientation = options.exifOrientation() ? segments.orientation() : 1;
        } else if (format == Format.WEBP) {
            checkLength(file, name);
        } else if (format == Format.PNG) {
            PngChunks.check(file, name);
        }
        // Decoders meet hostile bytes with almost any runtime exception; all of them mean the same: this file is
        // damaged.
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(content))) {
            return turn(read(in, format, name, options), orientation);
        } catch (UnreadableFileException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new UnreadableFileException(
                    name + ": damaged " + format + " file of " + file.length + " bytes (" + reason(e) + ")", e);
        }
    }

    private static Format sniff(byte[] f, String name) {
        if (starts(f, 0, 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n')) {
            return Format.PNG;
        } else if (starts(f, 0, 0xff, 0xd8, 0xff)) {
            return Format.JPEG;
        } else if (starts(f, 0, 'R', 'I', 'F', 'F') && starts(f, 8, 'W', 'E', 'B', 'P')) {
            return Format.WEBP;
        } else if (starts(f, 0, 'G', 'I', 'F', '8')) {
            return Format.GIF;
        } else if (starts(f, 0, 'B', 'M')) {
            return Format.BMP;
        }
        throw new UnreadableFileException(name + ": expected a PNG, JPEG, WebP, GIF or BMP image, but found "
                + (f.length == 0 ? "an empty file" : "a file that starts like none of them"));
    }

    private static boolean starts(byte[] f, int at, int... magic) {
        if (f.length < at + magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if ((f[at + i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }

    /** The lossless decoder reads zeros past the end; the RIFF header tells. */
    private static void checkLength(byte[] file, String name) {
        long expected =
                8L + (ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(4) & 0xffffffffL);
        if (file.length < expected) {
            throw new UnreadableFileException(
                    name + ": truncated WEBP file, expected " + expected + " bytes, but found " + file.length);
        }
    }

    private static String reason(Exception e) {
        String message = e.getMessage();
        return message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
    }

    private static Array read(ImageInputStream in, Format format, String name, ImageOptions options)
            throws IOException {
        ImageReader reader = reader(in, format, name);
        List<String> warnings = new ArrayList<>();
        try {
            // Metadata are skipped: compressed text chunks are a way to fill the memory.
            reader.setInput(in, true, true);
            reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
            long width = reader.getWidth(0);
            long height = reader.getHeight(0);
            if (width < 1 || height < 1) {
                throw new UnreadableFileException(name + ": the image has no pixels (" + width + " x " + height + ")");
            }
            if (width * height > options.maxPixels()) {
                throw new UnreadableFileException(name + ": the header says " + width + " x " + height + " = "
                        + width * height + " pixels, more than the limit of " + options.maxPixels()
                        + "; raise the limit if the image is genuine");
            }
            BufferedImage image = reader.read(0);
            // The JPEG decoder fills what is missing with grey and only warns.
            for (String warning : warnings) {
                String w = warning.toLowerCase(Locale.ROOT);
                if (w.contains("truncated") || w.contains("premature end")) {
                    throw new UnreadableFileException(name + ": truncated " + format + " file (" + warning + ")");
                }
            }
            return pixels(image, name);
        } finally {
            reader.dispose();
        }
    }

    private static ImageReader reader(ImageInputStream in, Format format, String name) throws IOException {
        Iterator<ImageReader> known =
                ImageIO.getImageReadersByFormatName(format.name().toLowerCase(Locale.ROOT));
        if (known.hasNext()) {
            return known.next();
        }
        // The registry is filled from the class path of whoever used it first; inside a container that may not be ours.
        for (ImageReaderSpi spi : ServiceLoader.load(ImageReaderSpi.class, ImageDecoder.class.getClassLoader())) {
            if (spi.canDecodeInput(in)) {
                return spi.createReaderInstance();
            }
        }
        throw new UnreadableFileException(name + ": no decoder for " + format
                + " on the class path; expected com.twelvemonkeys.imageio:imageio-webp for WebP,"
                + " the JDK for the others");
    }

    private static Array pixels(BufferedImage image, String name) {
        Raster raster = image.getRaster();
        ColorModel model = image.getColorModel();
        int h = raster.getHeight();
        int w = raster.getWidth();
        if (model instanceof IndexColorModel palette) {
            return expand(raster, palette, h, w);
        }
        int c = model.getNumColorComponents();
        int type = raster.getDataBuffer().getDataType();
        if ((c != 1 && c != 3) || type == DataBuffer.TYPE_FLOAT || type == DataBuffer.TYPE_DOUBLE) {
            throw new UnreadableFileException(
                    name + ": expected grey or RGB pixels of whole numbers, but found " + c + " colour components");
        }
        if (image.isAlphaPremultiplied()) {
            image.coerceData(false);
        }
        int bands = raster.getNumBands();
        byte[] out = new byte[h * w * c];
        int[] row = new int[w * bands];
        for (int y = 0; y < h; y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, w, 1, row);
            for (int b = 0; b < c; b++) {
                int bits = raster.getSampleModel().getSampleSize(b);
                for (int x = 0; x < w; x++) {
                    out[(y * w + x) * c + b] = (byte) eightBits(row[x * bands + b], bits);
                }
            }
        }
        return Array.ofUnsigned(out, h, w, c);
    }

    /** The high byte of deeper samples; shallower ones stretched to 0..255. */
    private static int eightBits(int value, int bits) {
        if (bits == 8) {
            return value;
        }
        return bits > 8 ? value >>> (bits - 8) : Math.round(value * 255f / ((1 << bits) - 1));
    }

    private static Array expand(Raster raster, IndexColorModel palette, int h, int w) {
        int n = palette.getMapSize();
        byte[][] rgb = new byte[3][n];
        palette.getReds(rgb[0]);
        palette.getGreens(rgb[1]);
        palette.getBlues(rgb[2]);
        boolean grey = true;
        for (int i = 0; i < n; i++) {
            grey &= rgb[0][i] == rgb[1][i] && rgb[0][i] == rgb[2][i];
        }
        int c = grey ? 1 : 3;
        byte[] out = new byte[h * w * c];
        int[] row = new int[w];
        for (int y = 0; y < h; y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, w, 1, row);
            for (int x = 0; x < w; x++) {
                for (int b = 0; b < c; b++) {
                    out[(y * w + x) * c + b] = rgb[b][row[x]];
                }
            }
        }
        return Array.ofUnsigned(out, h, w, c);
    }

    /** Undoes an EXIF orientation: 2 mirrored, 3 upside down, 4 flipped, 5 to 8 the same with the axes swapped. */
    private static Array turn(Array image, int orientation) {
        if (orientation == 1) {
            return image;
        }
        int h = image.dim(0);
        int w = image.dim(1);
        int c = image.dim(2);
        boolean swap = orientation >= 5;
        boolean flipX = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
        boolean flipY = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
        int height = swap ? w : h;
        int width = swap ? h : w;
        byte[] out = new byte[image.size()];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int sx = swap ? y : x;
                int sy = swap ? x : y;
                int from = ((flipY ? h - 1 - sy : sy) * w + (flipX ? w - 1 - sx : sx)) * c;
                System.arraycopy(image.bytes(), from, out, (y * width + x) * c, c);
            }
        }
        return Array.ofUnsigned(out, height, width, c);
    }
}
