package dev.qualm.detect.fitted;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix.
 *
 * @param values descending
 * @param vectors by rows, in that order
 */
record Eigen(double[] values, double[][] vectors) {
    static Eigen of(double[][] symmetric) {
        int d = symmetric.length;
        EigenDecomposition_F64<DMatrixRMaj> found = DecompositionFactory_DDRM.eig(d, true, true);
        if (!found.decompose(new DMatrixRMaj(symmetric))) {
            throw new DetectorException("The eigenvalues of a covariance matrix of " + d + " features could not be"
                    + " found; are the features huge?");
        }
        Integer[] order = new Integer[d];
        for (int i = 0; i < d; i++) {
            order[i] = i;
        }
        java.util.Arrays.sort(
                order,
                (a, b) -> Double.compare(
                        found.getEigenvalue(b).getReal(), found.getEigenvalue(a).getReal()));
        double[] values = new double[d];
        double[][] vectors = new double[d][];
        for (int i = 0; i < d; i++) {
            values[i] = found.getEigenvalue(order[i]).getReal();
            vectors[i] = found.getEigenVector(order[i]).getData().clone();
        }
        return new Eigen(values, vectors);
    }

    /**
     * Rows whose products with a vector, squared and summed, are its square in the metric of the matrix's pseudo-inverse. Directions
     * whose eigenvalue is below {@code d} rounding errors of the largest are dropped: there the data do not vary.
     */
    double[][] whitening() {
        double largest = 0;
        for (double v : values) {
            largest = Math.max(largest, Math.abs(v));
        }
        double cut = largest * values.length * Math.ulp(1.0);
        int rank = 0;
        while (rank < values.length && values[rank] > cut) {
            rank++;
        }
        double[][] rows = new double[rank][];
        for (int i = 0; i < rank; i++) {
            rows[i] = Vectors.scaled(vectors[i], 1 / Math.sqrt(values[i]));
        }
        return rows;
    }

    /** Pseudo-inverse of a matrix times a vector. */
    static double[] solve(double[][] matrix, double[] b) {
        DMatrixRMaj inverse = new DMatrixRMaj(matrix[0].length, matrix.length);
        CommonOps_DDRM.pinv(new DMatrixRMaj(matrix), inverse);
        double[] out = new double[matrix[0].length];
        for (int i = 0; i < out.length; i++) {
            for (int j = 0; j < b.length; j++) {
                out[i] += inverse.get(i, j) * b[j];
            }
        }
        return out;
    }
}
