package dev.qualm.report.html;

import dev.qualm.QualmException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import javax.imageio.ImageIO;

/** Images inside the page. */
public final class DataUri {
    /** How every URI made here begins. */
    public static final String PNG = "data:image/png;base64,";

    private DataUri() {}

    /** The image as a lossless PNG in a {@code data:} URI. */
    public static String png(BufferedImage image) {
        return png(encodePng(image));
    }

    /** Bytes of a PNG file in a {@code data:} URI. */
    public static String png(byte[] file) {
        return PNG + Base64.getEncoder().encodeToString(file);
    }

    /** The image as the bytes of a PNG file. */
    public static byte[] encodePng(BufferedImage image) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, "png", out)) {
                throw new QualmException("The Java runtime has no PNG writer for an image of type " + image.getType()
                        + "; convert it to TYPE_INT_RGB, TYPE_INT_ARGB or TYPE_BYTE_GRAY first");
            }
        } catch (IOException e) {
            throw new QualmException("Could not encode an image of " + image.getWidth() + " x " + image.getHeight(), e);
        }
        return out.toByteArray();
    }
}
