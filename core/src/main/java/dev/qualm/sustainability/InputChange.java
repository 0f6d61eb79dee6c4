package dev.qualm.sustainability;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.attack.Box;

/**
 * How far one input was moved, in the unit of a box.
 *
 * @param l2 Euclidean length
 * @param linf largest change of an entry
 */
record InputChange(double l2, double linf) {
    /** Of row {@code i} of two batches. */
    static InputChange of(Array from, Array to, int i, double[] unit) {
        double square = 0;
        double largest = 0;
        // Almost always floats, and then not worth a copy.
        if (from.dtype() == DType.FLOAT32 && to.dtype() == DType.FLOAT32) {
            float[] x = from.floats();
            float[] y = to.floats();
            for (int j = 0; j < unit.length; j++) {
                double gap = Math.abs((double) y[i * unit.length + j] - x[i * unit.length + j]) / unit[j];
                square += gap * gap;
                largest = Math.max(largest, gap);
            }
        } else {
            for (int j = 0; j < unit.length; j++) {
                double gap = Math.abs(to.get(i * unit.length + j) - from.get(i * unit.length + j)) / unit[j];
                square += gap * gap;
                largest = Math.max(largest, gap);
            }
        }
        return new InputChange(Math.sqrt(square), largest);
    }

    /** The unit of each entry of one input of a batch. */
    static double[] units(Box box, Array batch) {
        int channels = batch.rank() > 1 ? batch.dim(1) : 1;
        int bounds = box.unit().length;
        if (bounds != 1 && bounds != channels) {
            throw new ShapeException("Expected bounds for 1 or " + channels + " channels, but found " + bounds);
        }
        double[] given = box.unit();
        double[] all = new double[batch.dim(0) == 0 ? 0 : batch.size() / batch.dim(0)];
        for (int j = 0; j < all.length; j++) {
            all[j] = given[bounds == 1 ? 0 : (int) ((long) j * channels / all.length)];
        }
        return all;
    }
}
