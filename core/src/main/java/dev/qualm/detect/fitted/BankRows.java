package dev.qualm.detect.fitted;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import java.util.Arrays;

/**
 * Trusted items as directions, {@code b / |b|}, read where they are stored: nothing is copied, whatever their number. Products and sums are in
 * double precision.
 */
/*
 * A sum over features would run one addition at a time, since Java keeps its order. Here the sums of all items of a batch run side by side,
 * four features a step: the processor's vectors go over the items, and a row of the bank is read once for all of them. Each sum has
 * the same order in any company.
 */
final class BankRows {
    private static final int STEP = 4;

    private final int n;
    private final int d;
    private final float[] narrow;
    private final double[] wide;
    private final boolean floats;
    /** 1 / |b|, 0 for zeros, which stay zeros. */
    private final double[] scale;

    /** @param matrix {@code [n, d]} of finite floats of either size */
    BankRows(Array matrix) {
        n = matrix.dim(0);
        d = matrix.dim(1);
        floats = matrix.dtype() == DType.FLOAT32;
        narrow = floats ? matrix.floats() : new float[0];
        wide = floats ? new double[0] : matrix.toDoubles();
        scale = new double[n];
        double[] row = new double[d];
        for (int i = 0; i < n; i++) {
            read(i, row);
            double norm = Vectors.norm(row);
            scale[i] = norm > 0 ? 1 / norm : 0;
        }
    }

    int size() {
        return n;
    }

    private void read(int i, double[] row) {
        for (int j = 0; j < d; j++) {
            row[j] = floats ? narrow[i * d + j] : wide[i * d + j];
        }
    }

    /** Cosines between the rows and vectors of length 1, {@code [vectors][n]}. */
    double[][] cosines(double[][] units) {
        return over(units, BankRows::addProducts, true);
    }

    /** Squared Euclidean distances between the rows' directions and vectors, summed by differences, so that small ones are exact. */
    double[][] squaredDistances(double[][] units) {
        return over(units, BankRows::addSquares, false);
    }

    /** A step of all items' sums. */
    private interface Step {
        void add(double[] sums, double[][] x, int j, double[] row);
    }

    private double[][] over(double[][] units, Step step, boolean scaledAfter) {
        int padded = (d + STEP - 1) / STEP * STEP;
        double[][] byFeature = new double[padded][units.length];
        for (int k = 0; k < units.length; k++) {
            for (int j = 0; j < d; j++) {
                byFeature[j][k] = units[k][j];
            }
        }
        double[][] out = new double[units.length][n];
        double[] sums = new double[units.length];
        double[] row = new double[padded];
        for (int i = 0; i < n; i++) {
            read(i, row);
            for (int j = 0; j < d && !scaledAfter; j++) {
                row[j] *= scale[i];
            }
            Arrays.fill(sums, 0);
            for (int j = 0; j < d; j += STEP) {
                step.add(sums, byFeature, j, row);
            }
            for (int k = 0; k < sums.length; k++) {
                out[k][i] = scaledAfter ? scale[i] * sums[k] : sums[k];
            }
        }
        return out;
    }

    private static void addProducts(double[] sums, double[][] x, int j, double[] row) {
        double[] a = x[j];
        double[] b = x[j + 1];
        double[] c = x[j + 2];
        double[] e = x[j + 3];
        double ra = row[j];
        double rb = row[j + 1];
        double rc = row[j + 2];
        double re = row[j + 3];
        for (int k = 0; k < sums.length; k++) {
            sums[k] += ra * a[k] + rb * b[k] + (rc * c[k] + re * e[k]);
        }
    }

    private static void addSquares(double[] sums, double[][] x, int j, double[] row) {
        double[] a = x[j];
        double[] b = x[j + 1];
        double[] c = x[j + 2];
        double[] e = x[j + 3];
        double ra = row[j];
        double rb = row[j + 1];
        double rc = row[j + 2];
        double re = row[j + 3];
        for (int k = 0; k < sums.length; k++) {
            double da = ra - a[k];
            double db = rb - b[k];
            double dc = rc - c[k];
            double de = re - e[k];
            sums[k] += da * da + db * db + (dc * dc + de * de);
        }
    }
}
