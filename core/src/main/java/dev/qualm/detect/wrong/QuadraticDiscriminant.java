package dev.qualm.detect.wrong;

import org.ejml.data.DMatrixRMaj;

/**
 * Quadratic discriminant analysis (Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, section 4.3): right and wrong
 * predictions as normal distributions with a covariance each (divided by n - 1), the classes' shares as priors. For few features.
 *
 * @param shrinkage share of each covariance that is replaced by its mean variance times the identity, in [0, 1]; see {@link
 *     LinearDiscriminant}
 */
public record QuadraticDiscriminant(double shrinkage) implements BinaryModel {
    /** Shrinkage 0.001. */
    public static final QuadraticDiscriminant DEFAULT = new QuadraticDiscriminant(1e-3);

    public QuadraticDiscriminant {
        Shrinkage.require(shrinkage);
    }

    @Override
    public String name() {
        return "qda";
    }

    @Override
    public QuadraticModel fit(double[][] rows, boolean[] wrong, long seed) {
        Rows.require(name(), rows, wrong, 2);
        int p = rows[0].length;
        double total = Shrinkage.total(rows);
        double[][] means = new double[2][];
        double[][] precisions = new double[2][];
        double positives = Rows.count(wrong);
        double bias = Math.log(positives / (rows.length - positives));
        for (int c = 0; c < 2; c++) {
            means[c] = Rows.mean(rows, wrong, c == 1);
            double[] covariance = Rows.scatter(rows, wrong, c == 1, means[c]);
            double n = c == 1 ? positives : rows.length - positives;
            for (int i = 0; i < covariance.length; i++) {
                covariance[i] /= n - 1;
            }
            DMatrixRMaj shrunk = Shrinkage.shrink(covariance, p, shrinkage, total);
            Shrinkage.Inverse inverse = Shrinkage.invert(name(), shrunk);
            precisions[c] = inverse.matrix().data;
            bias += (c == 1 ? -0.5 : 0.5) * inverse.logDeterminant();
        }
        return new QuadraticModel(means, precisions, bias);
    }
}
