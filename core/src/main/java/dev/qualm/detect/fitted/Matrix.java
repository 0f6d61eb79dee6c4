package dev.qualm.detect.fitted;

import dev.qualm.array.Array;

/** Vectors as columns of a table, for many products with, and distances to, other vectors. */
/*
 * A product by rows is a sum whose order Java must keep, so that it runs one addition at a time. By columns, four at once, the additions of
 * one step have nothing to do with each other and fill the processor's vectors. For several vectors, four share each reading of the
 * table, which is what counts once it exceeds the cache. Each entry is the same sum to the last bit whatever else is computed.
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
        double[] out = new double[rows];
        int j = 0;
        for (; j + STEP <= width; j += STEP) {
            add(out, x, j);
        }
        for (; j < width; j++) {
            addOne(out, x[j], j * rows);
        }
        return out;
    }

    /** The same for several vectors. */
    double[][] times(double[][] xs) {
        double[][] out = new double[xs.length][];
        int n = 0;
        for (; n + STEP <= xs.length; n += STEP) {
            for (int k = n; k < n + STEP; k++) {
                out[k] = new double[rows];
            }
            int j = 0;
            for (; j + STEP <= width; j += STEP) {
                for (int k = n; k < n + STEP; k += 2) {
                    add(out[k], xs[k], out[k + 1], xs[k + 1], j);
                }
            }
            for (; j < width; j++) {
                for (int k = n; k < n + STEP; k++) {
                    addOne(out[k], xs[k][j], j * rows);
                }
            }
        }
        for (; n < xs.length; n++) {
            out[n] = times(xs[n]);
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

    private void add(double[] out, double[] x, int j) {
        double[] m = columns;
        int a = j * rows;
        int b = a + rows;
        int c = b + rows;
        int d = c + rows;
        double xa = x[j];
        double xb = x[j + 1];
        double xc = x[j + 2];
        double xd = x[j + 3];
        for (int i = 0; i < out.length; i++) {
            out[i] += xa * m[a + i] + xb * m[b + i] + (xc * m[c + i] + xd * m[d + i]);
        }
    }

    private void add(double[] out, double[] x, double[] other, double[] y, int j) {
        double[] m = columns;
        int a = j * rows;
        int b = a + rows;
        int c = b + rows;
        int d = c + rows;
        double xa = x[j];
        double xb = x[j + 1];
        double xc = x[j + 2];
        double xd = x[j + 3];
        double ya = y[j];
        double yb = y[j + 1];
        double yc = y[j + 2];
        double yd = y[j + 3];
        for (int i = 0; i < out.length; i++) {
            out[i] += xa * m[a + i] + xb * m[b + i] + (xc * m[c + i] + xd * m[d + i]);
            other[i] += ya * m[a + i] + yb * m[b + i] + (yc * m[c + i] + yd * m[d + i]);
        }
    }

    private void addOne(double[] out, double x, int at) {
        double[] m = columns;
        for (int i = 0; i < out.length; i++) {
            out[i] += x * m[at + i];
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
