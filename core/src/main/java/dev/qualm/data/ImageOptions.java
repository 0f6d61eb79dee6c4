package dev.qualm.data;

import dev.qualm.QualmException;

/**
 * How image files are decoded.
 *
 * @param maxPixels largest accepted width times height, checked from the header before anything is decoded
 * @param exifOrientation whether a photograph is turned upright as its EXIF data say. Viewers do; Pillow and
 *     torchvision do not unless they are told to, so switch it off to repeat such a pipeline to the letter
 */
public record ImageOptions(long maxPixels, boolean exifOrientation) {
    /** 100 megapixels, photographs turned upright. */
    public static final ImageOptions DEFAULT = new ImageOptions(100_000_000L, true);

    public ImageOptions {
        if (maxPixels < 1 || maxPixels > Integer.MAX_VALUE / 4) {
            throw new QualmException(
                    "Expected a pixel limit from 1 to " + Integer.MAX_VALUE / 4 + ", but found " + maxPixels);
        }
    }

    public ImageOptions withMaxPixels(long limit) {
        return new ImageOptions(limit, exifOrientation);
    }

    public ImageOptions withExifOrientation(boolean upright) {
        return new ImageOptions(maxPixels, upright);
    }
}
