package dev.qualm.attribution.evaluation;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import java.util.Arrays;

/**
 * What of an input is removed together: pixels of images, over all channels, or the entries of anything else.
 *
 * @param image whether inputs are {@code [n, c, h, w]}
 * @param channels entries per unit
 * @param height rows of units, 1 for features
 * @param width columns of units
 */
record Units(boolean image, int channels, int height, int width) {
    static Units of(Array batch) {
        if (batch.rank() < 2 || !batch.dtype().isFloating()) {
            throw new ShapeException("Expected float inputs [n, c, h, w] or [n, d], but found " + batch
                    + "; tokens and other integers cannot be perturbed by a little");
        }
        Units units = batch.rank() == 4
                ? new Units(true, batch.dim(1), batch.dim(2), batch.dim(3))
                : new Units(false, 1, 1, batch.dim(0) == 0 ? 1 : batch.size() / batch.dim(0));
        if (batch.dim(0) == 0 || units.size() == 0) {
            throw new ShapeException("There is nothing to evaluate: expected at least one input, but found " + batch);
        }
        return units;
    }

    /** Units per input. */
    int count() {
        return height * width;
    }

    /** Entries per input. */
    int size() {
        return channels * height * width;
    }

    /** The relevance of each unit in a map of one entry per input entry, or of one per unit. */
    double[] relevance(double[] map, Reading reading) {
        double[] out = new double[count()];
        for (int i = 0; i < map.length; i++) {
            out[i % out.length] += map[i];
        }
        if (reading == Reading.ABSOLUTE) {
            Arrays.setAll(out, i -> Math.abs(out[i]));
        }
        return out;
    }

    /** Sets a unit of a row that starts at {@code offset} to its baseline. */
    void remove(double[] into, int offset, double[] baseline, int unit) {
        for (int e = unit; e < baseline.length; e += count()) {
            into[offset + e] = baseline[e];
        }
    }

    void requireImage(String method) {
        if (!image) {
            throw new EvaluationException(
                    method + " needs images [n, c, h, w], because it asks which pixels are neighbours;"
                            + " features have no place. For features use PixelFlipping or FaithfulnessCorrelation");
        }
    }

    /** Checks maps of {@code n} inputs: {@code [n, ...]} like them, or one channel of them; entries per map. */
    int entriesOf(Array maps, Array batch) {
        int n = batch.dim(0);
        int[] shape = maps.shape();
        boolean same = Arrays.equals(shape, batch.shape());
        boolean summed = image
                && (Arrays.equals(shape, new int[] {n, 1, height, width})
                        || Arrays.equals(shape, new int[] {n, height, width}));
        if (!same && !summed) {
            throw new ShapeException("Expected one map per input, of shape " + Arrays.toString(batch.shape())
                    + (image ? " or " + Arrays.toString(new int[] {n, height, width}) : "") + ", but found " + maps);
        }
        return same ? size() : count();
    }
}
