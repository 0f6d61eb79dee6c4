package dev.qualm.detect.wrong;

import dev.qualm.array.Array;
import java.util.Map;

/**
 * The sigmoid of a weighted sum: what logistic regression and linear discriminant analysis come to.
 *
 * @param weights {@code [features]}
 * @param bias log odds of a row of zeros
 */
public record LinearModel(double[] weights, double bias) implements FittedModel {
    static final String KIND = "linear";

    public LinearModel {
        FitException.require(
                weights.length > 0 && Rows.finite(weights) && Double.isFinite(bias),
                "finite weights",
                "of at least one feature",
                weights.length + " weights, some of them or the bias not finite or none");
        weights = weights.clone();
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public int features() {
        return weights.length;
    }

    @Override
    public double probability(double[] row) {
        double sum = bias;
        for (int k = 0; k < weights.length; k++) {
            sum += weights[k] * row[k];
        }
        return Rows.finite(row) ? Rows.sigmoid(sum) : Double.NaN;
    }

    @Override
    public Map<String, Array> arrays() {
        return Map.of("weights", Array.of(weights.clone(), weights.length), "bias", Array.of(new double[] {bias}, 1));
    }

    static LinearModel of(SavedArrays saved) {
        return new LinearModel(saved.doubles("weights", 1), saved.doubles("bias", 1)[0]);
    }
}
