package dev.qualm.attack;

import dev.qualm.QualmException;
import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** There and back through a JPEG of 8 bits a channel, the box standing for 0 to 255. */
final class Jpeg {
    private Jpeg() {}

    static double[] apply(double[] row, Array batch, Box bounds, double strength) {
        int channels = batch.dim(1);
        int height = batch.dim(2);
        int columns = batch.dim(3);
        int plane = height * columns;
        if (channels != 1 && channels != 3) {
            throw new ShapeException("Expected images of 1 or 3 channels for JPEG, but found " + batch);
        }
        for (int j = 0; j < row.length; j++) {
            double range = bounds.high()[j] - bounds.low()[j];
            if (!(range > 0) || Double.isInfinite(range)) {
                throw new QualmException("Expected a bounded box that is not empty for JPEG, but found "
                        + bounds.low()[j] + " to " + bounds.high()[j]);
            }
            if (!Double.isFinite(row[j])) {
                // No picture of what is no number.
                return row;
            }
        }
        BufferedImage image = new BufferedImage(
                columns, height, channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
        for (int p = 0; p < plane; p++) {
            for (int c = 0; c < channels; c++) {
                int j = c * plane + p;
                double share = (row[j] - bounds.low()[j]) / (bounds.high()[j] - bounds.low()[j]);
                int level = (int) Math.round(255 * Math.max(0, Math.min(1, share)));
                image.getRaster().setSample(p % columns, p / columns, c, level);
            }
        }
        BufferedImage back = roundTrip(image, (float) ((100 - strength) / 100));
        double[] out = new double[row.length];
        for (int j = 0; j < out.length; j++) {
            int p = j % plane;
            // Decoded colour images may keep their samples in another order than red, green, blue.
            int level = channels == 1
                    ? back.getRaster().getSample(p % columns, p / columns, 0)
                    : back.getRGB(p % columns, p / columns) >> (16 - 8 * (j / plane)) & 0xff;
            out[j] = bounds.low()[j] + (bounds.high()[j] - bounds.low()[j]) * level / 255;
        }
        return out;
    }

    private static BufferedImage roundTrip(BufferedImage image, float quality) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam settings = writer.getDefaultWriteParam();
            settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            settings.setCompressionQuality(quality);
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), settings);
            out.flush();
            return ImageIO.read(new ByteArrayInputStream(bytes.toByteArray()));
        } catch (IOException e) {
            throw new QualmException("The image could not be written as JPEG: " + e.getMessage(), e);
        } finally {
            writer.dispose();
        }
    }
}
