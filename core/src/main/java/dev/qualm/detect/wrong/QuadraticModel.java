package dev.qualm.detect.wrong;

import dev.qualm.array.Array;
import java.util.Map;

/**
 * Two normal distributions: the log odds are {@code bias - d1/2 + d0/2}, with the squared Mahalanobis distances to the right (0) and wrong
 * (1) predictions.
 *
 * @param means {@code [2][features]}: of right, of wrong predictions
 * @param precisions inverse covariances, {@code [2][features * features]} row-major
 * @param bias log of the ratio of priors minus half the log of the ratio of determinants
 */
public record QuadraticModel(double[][] means, double[][] precisions, double bias) implements FittedModel {
    static final String KIND = "quadratic";

    public QuadraticModel {
        int p = means[0].length;
        for (int c = 0; c < 2; c++) {
            FitException.require(
                    p > 0
                            && means[c].length == p
                            && precisions[c].length == p * p
                            && Rows.finite(means[c])
                            && Rows.finite(precisions[c])
                            && Double.isFinite(bias),
                    "finite means and square precisions",
                    "of equal size",
                    means[c].length + " means, " + precisions[c].length + " elements, or something not finite");
        }
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public int features() {
        return means[0].length;
    }

    @Override
    public double probability(double[] row) {
        return Rows.finite(row) ? Rows.sigmoid(bias + (distance(row, 0) - distance(row, 1)) / 2) : Double.NaN;
    }

    private double distance(double[] row, int c) {
        int p = row.length;
        double sum = 0;
        for (int a = 0; a < p; a++) {
            double inner = 0;
            for (int b = 0; b < p; b++) {
                inner += precisions[c][a * p + b] * (row[b] - means[c][b]);
            }
            sum += inner * (row[a] - means[c][a]);
        }
        return sum;
    }

    @Override
    public Map<String, Array> arrays() {
        int p = features();
        return Map.of(
                "mean.right", Array.of(means[0].clone(), p),
                "mean.wrong", Array.of(means[1].clone(), p),
                "precision.right", Array.of(precisions[0].clone(), p, p),
                "precision.wrong", Array.of(precisions[1].clone(), p, p),
                "bias", Array.of(new double[] {bias}, 1));
    }

    static QuadraticModel of(SavedArrays saved) {
        return new QuadraticModel(
                new double[][] {saved.doubles("mean.right", 1), saved.doubles("mean.wrong", 1)},
                new double[][] {saved.doubles("precision.right", 2), saved.doubles("precision.wrong", 2)},
                saved.doubles("bias", 1)[0]);
    }
}
