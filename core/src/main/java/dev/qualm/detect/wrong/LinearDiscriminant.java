package dev.qualm.detect.wrong;

import org.ejml.data.DMatrixRMaj;

/**
 * Linear discriminant analysis (Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, section 4.3): right and wrong predictions
 * as normal distributions with one covariance (divided by n - 2), the classes' shares as priors.
 *
 * @param shrinkage share of the covariance that is replaced by the mean variance times the identity, in [0, 1]. With 0 the features must be
 *     independent and fewer than the rows; a little makes all data possible and hardly changes the others
 */
public record LinearDiscriminant(double shrinkage) implements BinaryModel {
    /** Shrinkage 0.001. */
    public static final LinearDiscriminant DEFAULT = new LinearDiscriminant(1e-3);

    public LinearDiscriminant {
        Shrinkage.require(shrinkage);
    }

    @Override
    public String name() {
        return "lda";
    }

    @Override
    public LinearModel fit(double[][] rows, boolean[] wrong, long seed) {
        Rows.require(name(), rows, wrong, 1);
        int n = rows.length;
        int p = rows[0].length;
        double[] right = Rows.mean(rows, wrong, false);
        double[] bad = Rows.mean(rows, wrong, true);
        double[] within = Rows.scatter(rows, wrong, false, right);
        double[] other = Rows.scatter(rows, wrong, true, bad);
        for (int i = 0; i < within.length; i++) {
            within[i] = (within[i] + other[i]) / Math.max(1, n - 2);
        }
        DMatrixRMaj covariance = Shrinkage.shrink(within, p, shrinkage, Shrinkage.total(rows));
        DMatrixRMaj inverse = Shrinkage.invert(name(), covariance).matrix();
        double[] weights = new double[p];
        double positives = Rows.count(wrong);
        double bias = Math.log(positives / (n - positives));
        for (int a = 0; a < p; a++) {
            for (int b = 0; b < p; b++) {
                weights[a] += inverse.get(a, b) * (bad[b] - right[b]);
            }
            bias -= weights[a] * (bad[a] + right[a]) / 2;
        }
        return new LinearModel(weights, bias);
    }
}
