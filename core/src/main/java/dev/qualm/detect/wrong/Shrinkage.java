package dev.qualm.detect.wrong;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.CholeskyDecomposition_F64;

/**
 * Covariances that can be inverted: {@code (1 - s) C + s * mean variance * I} (Friedman 1989, Journal of the American Statistical
 * Association 84, equation 18).
 */
final class Shrinkage {
    /** Share of the variance over both classes that stands in where a class has none of its own. */
    private static final double LEAST = 1e-12;

    private Shrinkage() {}

    static void require(double shrinkage) {
        FitException.require(shrinkage >= 0 && shrinkage <= 1, "a shrinkage", "in [0, 1]", shrinkage);
    }

    /**
     * Shrinks a covariance in place.
     *
     * @param total variance over the rows of both classes, mean over features; where it is 0 nothing can be told, so 1 is as good as any
     */
    static DMatrixRMaj shrink(double[] covariance, int p, double shrinkage, double total) {
        double trace = 0;
        for (int k = 0; k < p; k++) {
            trace += covariance[k * p + k];
        }
        double least = total > 0 ? LEAST * total : 1;
        double target = Math.max(trace / p, least);
        for (int i = 0; i < covariance.length; i++) {
            covariance[i] *= 1 - shrinkage;
        }
        for (int k = 0; k < p; k++) {
            covariance[k * p + k] += shrinkage * target;
        }
        return DMatrixRMaj.wrap(p, p, covariance);
    }

    /** Mean over features of the variance of all rows. */
    static double total(double[][] rows) {
        FeatureScaling scaling = FeatureScaling.of(rows);
        double sum = 0;
        for (double[] row : rows) {
            for (int k = 0; k < row.length; k++) {
                double d = row[k] - scaling.mean()[k];
                sum += d * d;
            }
        }
        return sum / rows.length / rows[0].length;
    }

    /** Inverse and log of the determinant. */
    record Inverse(DMatrixRMaj matrix, double logDeterminant) {}

    static Inverse invert(String model, DMatrixRMaj covariance) {
        int p = covariance.numRows;
        CholeskyDecomposition_F64<DMatrixRMaj> cholesky = DecompositionFactory_DDRM.chol(p, true);
        boolean done = cholesky.decompose(covariance.copy());
        double log = 0;
        double smallest = Double.POSITIVE_INFINITY;
        double largest = 0;
        if (done) {
            DMatrixRMaj l = cholesky.getT(null);
            for (int k = 0; k < p; k++) {
                log += 2 * Math.log(l.get(k, k));
                smallest = Math.min(smallest, l.get(k, k));
                largest = Math.max(largest, l.get(k, k));
            }
        }
        DMatrixRMaj inverse = new DMatrixRMaj(p, p);
        if (!done || smallest < 1e-9 * largest || !CommonOps_DDRM.invertSPD(covariance, inverse)) {
            throw new FitException("Fitting " + model + ": expected covariances that can be inverted, but features are"
                    + " constant, depend on each other or outnumber the rows; give a shrinkage above 0");
        }
        return new Inverse(inverse, log);
    }
}
