package dev.qualm.data;

import dev.qualm.QualmException;
import dev.qualm.ShapeException;

/**
 * The part of an image that is kept.
 *
 * @param height rows kept
 * @param width columns kept
 * @param top first row, or {@link #CENTRED} (then {@code left} too)
 * @param left first column, or {@link #CENTRED}
 */
public record Crop(int height, int width, int top, int left) {
    /**
     * In place of {@code top} and {@code left}: the middle of the image, a half rounded to even as torchvision does.
     */
    public static final int CENTRED = -1;

    public Crop {
        boolean centred = top == CENTRED && left == CENTRED;
        if (height < 1 || width < 1 || (!centred && (top < 0 || left < 0))) {
            throw new QualmException("Expected a crop of at least 1 x 1 pixels at a place >= 0, but found " + height
                    + " x " + width + " at row " + top + ", column " + left);
        }
    }

    /** The middle {@code height} by {@code width} pixels. */
    public static Crop centre(int height, int width) {
        return new Crop(height, width, CENTRED, CENTRED);
    }

    /**
     * First row and first column in an image of {@code h} by {@code w} pixels.
     *
     * @throws ShapeException if the crop does not fit
     */
    int[] origin(int h, int w) {
        int y = top == CENTRED ? (int) Math.rint((h - height) / 2.0) : top;
        int x = left == CENTRED ? (int) Math.rint((w - width) / 2.0) : left;
        if (height > h || width > w || y > h - height || x > w - width) {
            throw new ShapeException("A crop of " + height + " x " + width + " at row " + y + ", column " + x
                    + " does not fit into an image of " + h + " x " + w + "; resize first, or crop less");
        }
        return new int[] {y, x};
    }
}
