package dev.qualm.training;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import java.util.Random;

/**
 * Random changes of training images that leave their class as it is.
 *
 * @param shift largest move in pixels, drawn for each axis from {@code -shift .. shift}; the border's pixels fill what
 *     appears, so that it holds for any preprocessing
 * @param mirror whether every other image, at random, is mirrored left to right
 */
public record Augmentation(int shift, boolean mirror) {
    /** Items as they are. */
    public static final Augmentation NONE = new Augmentation(0, false);

    public Augmentation {
        TrainingException.require(shift >= 0, "a shift", "of at least 0 pixels", shift);
    }

    /**
     * Changed copies of a batch.
     *
     * @param batch float images {@code [n, c, h, w]}; anything if this is {@link #NONE}
     */
    Array apply(Array batch, Random random) {
        if (equals(NONE)) {
            return batch;
        }
        if (batch.rank() != 4) {
            throw new ShapeException(
                    this + ": expected images [n, c, h, w], but found " + batch + "; train with Augmentation.NONE");
        }
        int channels = batch.dim(1);
        int height = batch.dim(2);
        int width = batch.dim(3);
        float[] from = batch.toFloats();
        float[] to = new float[from.length];
        for (int n = 0; n < batch.dim(0); n++) {
            int dy = shift == 0 ? 0 : random.nextInt(2 * shift + 1) - shift;
            int dx = shift == 0 ? 0 : random.nextInt(2 * shift + 1) - shift;
            boolean mirrored = mirror && random.nextBoolean();
            for (int c = 0; c < channels; c++) {
                int plane = (n * channels + c) * height * width;
                for (int y = 0; y < height; y++) {
                    int row = plane + inside(y + dy, height) * width;
                    for (int x = 0; x < width; x++) {
                        int column = inside(x + dx, width);
                        to[plane + y * width + x] = from[row + (mirrored ? width - 1 - column : column)];
                    }
                }
            }
        }
        return Array.of(to, batch.shape());
    }

    private static int inside(int i, int size) {
        return Math.min(size - 1, Math.max(0, i));
    }
}
