package dev.qualm.detect.fitted;

/** Vectors as columns of a table, for many products with, and distances to, other vectors. */
/*
 * A product by rows is a sum whose order Java must keep, so that it runs one addition at a time. By columns, four at once, the additions of
 * one step have nothing to do with each other and fill the processor's vectors. For several vectors, four share each reading of the
 * table, which is what counts once it exceeds the cache. Each entry is the same sum to the last bit whatever else is computed.
 */
final class Matrix {
    private static final int STEP = 4;

    private final int rows;
    private final double[][] columns;

    private Matrix(int rows, double[][] columns) {
        this.rows = rows;
        this.columns = columns;
    }

    /** @param rows {@code [r][d]}, at least one */
    static Matrix of(double[][] rows) {
        double[][] columns = new double[rows[0].length][rows.length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < columns.length; j++) {
                columns[j][i] = rows[i][j];
            }
        }
        return new Matrix(rows.length, columns);
    }

    /** Products of the rows with a vector, {@code [r]}. */
    double[] times(double[] x) {
        double[] out = new double[rows];
        int j = 0;
        for (; j + STEP <= columns.length; j += STEP) {
            add(out, x, j);
        }
        for (; j < columns.length; j++) {
            addOne(out, columns[j], x[j]);
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
            for (; j + STEP <= columns.length; j += STEP) {
                for (int k = n; k < n + STEP; k += 2) {
                    add(out[k], xs[k], out[k + 1], xs[k + 1], j);
                }
            }
            for (; j < columns.length; j++) {
                for (int k = n; k < n + STEP; k++) {
                    addOne(out[k], columns[j], xs[k][j]);
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
        for (int j = 0; j < columns.length; j++) {
            addSquares(out, columns[j], x[j]);
        }
        return out;
    }

    private void add(double[] out, double[] x, int j) {
        double[] a = columns[j];
        double[] b = columns[j + 1];
        double[] c = columns[j + 2];
        double[] d = columns[j + 3];
        double xa = x[j];
        double xb = x[j + 1];
        double xc = x[j + 2];
        double xd = x[j + 3];
        for (int i = 0; i < out.length; i++) {
            out[i] += xa * a[i] + xb * b[i] + (xc * c[i] + xd * d[i]);
        }
    }

    private void add(double[] out, double[] x, double[] other, double[] y, int j) {
        double[] a = columns[j];
        double[] b = columns[j + 1];
        double[] c = columns[j + 2];
        double[] d = columns[j + 3];
        double xa = x[j];
        double xb = x[j + 1];
        double xc = x[j + 2];
        double xd = x[j + 3];
        double ya = y[j];
        double yb = y[j + 1];
        double yc = y[j + 2];
        double yd = y[j + 3];
        for (int i = 0; i < out.length; i++) {
            out[i] += xa * a[i] + xb * b[i] + (xc * c[i] + xd * d[i]);
            other[i] += ya * a[i] + yb * b[i] + (yc * c[i] + yd * d[i]);
        }
    }

    private static void addOne(double[] out, double[] column, double x) {
        for (int i = 0; i < out.length; i++) {
            out[i] += x * column[i];
        }
    }

    private static void addSquares(double[] out, double[] column, double x) {
        for (int i = 0; i < out.length; i++) {
            double difference = x - column[i];
            out[i] += difference * difference;
        }
    }
}
