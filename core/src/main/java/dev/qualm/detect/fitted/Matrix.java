package dev.qualm.detect.fitted;

import dev.qualm.array.Array;
import java.util.Arrays;

/** Vectors as columns of a table, for many products with, and distances to, other vectors. */
/*
 * A product by rows is a sum whose order Java must keep, so that it runs one addition at a time. By columns, four at once, the additions of
 * one step have nothing to do with each other and fill the processor's vectors; but only if the columns are arrays of their own, since
 * the compiler does not see that parts of one array do not overlap. So four columns are copied out, once for all vectors. Each entry is
 * the same sum to the last bit, whatever else is computed.
 */
final class Matrix {
    private static final int STEP = 4;

    private final int rows;
    private final int width;
    /** Column by column. */
    private final double[] columns;

    private Matrix(int rows, int width, double[] columns) {
        this.rows = rows;
        this.width = width;
        this.columns = columns;
    }

    /** @param rows {@code [r][d]}, at least one */
    static Matrix of(double[][] rows) {
        return columns(transposed(rows));
    }

    /** @param columns {@code [d, r]}, in use from now on */
    static Matrix columns(Array columns) {
        return new Matrix(columns.dim(1), columns.dim(0), columns.toDoubles());
    }

    /** Rows {@code [r][d]} as columns {@code [d, r]}. */
    static Array transposed(double[][] rows) {
        int r = rows.length;
        int d = rows[0].length;
        double[] flat = new double[Math.multiplyExact(r, d)];
        for (int i = 0; i < r; i++) {
            for (int j = 0; j < d; j++) {
                flat[j * r + i] = rows[i][j];
            }
        }
        return Array.of(flat, d, r);
    }

    int rows() {
        return rows;
    }

    /** All of them, column by column; not to be changed. */
    double[] entries() {
        return columns;
    }

    /** Products of the rows with a vector, {@code [r]}. */
    double[] times(double[] x) {
        return times(new double[][] {x})[0];
    }

    /** Products of the rows with several vectors, {@code [n][r]}. */
    double[][] times(double[][] xs) {
        double[][] out = new double[xs.length][rows];
        double[][] some = new double[STEP][rows];
        double[] by = new double[STEP];
        for (int j = 0; j < width; j += STEP) {
            int count = Math.min(STEP, width - j);
            for (int c = 0; c < STEP; c++) {
                if (c < count) {
                    System.arraycopy(columns, (j + c) * rows, some[c], 0, rows);
                } else {
                    Arrays.fill(some[c], 0);
                }
            }
            for (int k = 0; k < xs.length; k++) {
                for (int c = 0; c < STEP; c++) {
                    by[c] = c < count ? xs[k][j + c] : 0;
                }
                add(out[k], some, by);
            }
        }
        return out;
    }

    /** Squared Euclidean distances of the rows from a vector, {@code [r]}. */
    double[] squaredDistances(double[] x) {
        double[] out = new double[rows];
        for (int j = 0; j < width; j++) {
            addSquares(out, x[j], j * rows);
        }
        return out;
    }

    private static void add(double[] out, double[][] columns, double[] by) {
        double[] a = columns[0];
        double[] b = columns[1];
        double[] c = columns[2];
        double[] d = columns[3];
        double xa = by[0];
        double xb = by[1];
        double xc = by[2];
        double xd = by[3];
        for (int i = 0; i < out.length; i++) {
            out[i] += xa * a[i] + xb * b[i] + (xc * c[i] + xd * d[i]);
        }
    }

    private void addSquares(double[] out, double x, int at) {
        double[] m = columns;
        for (int i = 0; i < out.length; i++) {
            double difference = x - m[at + i];
            out[i] += difference * difference;
        }
    }
}
