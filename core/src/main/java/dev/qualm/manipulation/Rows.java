package dev.qualm.manipulation;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import java.util.Arrays;
import java.util.List;

/** Batches as rows of doubles, and back. */
final class Rows {
    private Rows() {}

    /** Row {@code r} of a batch {@code [n, ...]}, a copy. */
    static double[] row(Array batch, int r) {
        int size = batch.size() / batch.dim(0);
        double[] out = new double[size];
        for (int i = 0; i < size; i++) {
            out[i] = batch.get(r * size + i);
        }
        return out;
    }

    /** Shape of one row. */
    static int[] shape(Array batch) {
        return Arrays.copyOfRange(batch.shape(), 1, batch.rank());
    }

    /** FLOAT64 rows {@code [n, rowShape...]}. */
    static Array batch(List<double[]> rows, int... rowShape) {
        int size = Array.size(rowShape);
        double[] out = new double[Math.multiplyExact(rows.size(), size)];
        for (int r = 0; r < rows.size(); r++) {
            System.arraycopy(rows.get(r), 0, out, r * size, size);
        }
        return Array.of(out, batchShape(rows.size(), rowShape));
    }

    /** As {@link #batch(List, int...)}, in an element type: FLOAT64 stays, everything else becomes FLOAT32. */
    static Array batch(DType dtype, List<double[]> rows, int... rowShape) {
        Array doubles = batch(rows, rowShape);
        return dtype == DType.FLOAT64 ? doubles : doubles.asFloat32();
    }

    /** One row as an array of its own shape, FLOAT64. */
    static Array one(double[] row, int... rowShape) {
        return Array.of(row, rowShape);
    }

    static int[] batchShape(int n, int... rowShape) {
        int[] shape = new int[rowShape.length + 1];
        shape[0] = n;
        System.arraycopy(rowShape, 0, shape, 1, rowShape.length);
        return shape;
    }

    /** Rounds in place to what a network of this element type is given. */
    static void round(DType dtype, double[] row) {
        if (dtype != DType.FLOAT64) {
            for (int i = 0; i < row.length; i++) {
                row[i] = (float) row[i];
            }
        }
    }
}
