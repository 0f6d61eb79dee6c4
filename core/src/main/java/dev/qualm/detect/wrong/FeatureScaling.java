package dev.qualm.detect.wrong;

import dev.qualm.array.Array;

/**
 * {@code (v - mean) / (maximum - minimum)} per feature, with the statistics of the rows the detector is fitted on (Wu, Michel, Briot 2019).
 *
 * <p>A feature that was constant there told nothing, so it becomes 0 in every row, whatever its value: dividing by a range of zero would let
 * it drown all others the day it moves.
 *
 * @param mean {@code [features]}
 * @param range maximum minus minimum, {@code [features]}; 0 for a constant feature
 */
public record FeatureScaling(double[] mean, double[] range) {
    public FeatureScaling {
        FitException.require(
                mean.length == range.length, "as many ranges as means", "(" + mean.length + ")", range.length);
        for (int k = 0; k < mean.length; k++) {
            FitException.require(
                    Double.isFinite(mean[k]) && range[k] >= 0 && Double.isFinite(range[k]),
                    "a finite mean and a finite range of at least 0",
                    "for feature " + k,
                    mean[k] + " and " + range[k]);
        }
    }

    /** The statistics of rows {@code [n][features]}, all finite, at least one. */
    public static FeatureScaling of(double[][] rows) {
        FitException.require(rows.length > 0, "at least one row", "to scale features by", 0);
        int p = rows[0].length;
        double[] mean = new double[p];
        double[] low = rows[0].clone();
        double[] high = rows[0].clone();
        for (double[] row : rows) {
            for (int k = 0; k < p; k++) {
                mean[k] += row[k];
                low[k] = Math.min(low[k], row[k]);
                high[k] = Math.max(high[k], row[k]);
            }
        }
        double[] range = new double[p];
        for (int k = 0; k < p; k++) {
            range[k] = high[k] - low[k];
            mean[k] = range[k] == 0 ? low[k] : mean[k] / rows.length;
        }
        return new FeatureScaling(mean, range);
    }

    /** A scaled copy of one row. */
    public double[] apply(double[] row) {
        FitException.require(row.length == mean.length, "rows of " + mean.length, "features", row.length);
        double[] out = new double[row.length];
        for (int k = 0; k < out.length; k++) {
            // A NaN stays one in a constant feature too.
            out[k] = range[k] == 0 ? (Double.isFinite(row[k]) ? 0 : Double.NaN) : (row[k] - mean[k]) / range[k];
        }
        return out;
    }

    /** A scaled copy of rows. */
    public double[][] apply(double[][] rows) {
        double[][] out = new double[rows.length][];
        for (int i = 0; i < out.length; i++) {
            out[i] = apply(rows[i]);
        }
        return out;
    }

    /** Both statistics, {@code [2, features]}. */
    Array toArray() {
        double[] both = new double[2 * mean.length];
        System.arraycopy(mean, 0, both, 0, mean.length);
        System.arraycopy(range, 0, both, mean.length, mean.length);
        return Array.of(both, 2, mean.length);
    }

    static FeatureScaling of(Array saved) {
        FitException.require(saved.rank() == 2 && saved.dim(0) == 2, "a scaling of shape", "[2, features]", saved);
        return new FeatureScaling(
                saved.slice(0, 1).toDoubles(), saved.slice(1, 2).toDoubles());
    }
}
