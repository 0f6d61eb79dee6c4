package dev.qualm.sustainability;

import dev.qualm.metric.Interval;
import dev.qualm.metric.Normal;
import org.jspecify.annotations.Nullable;

/** Linear CKA over batches, in constant memory. */
/*
 * CKA = X / sqrt(Y Z) of the means X, Y, Z of three HSIC over the batches. Its standard error is that of the mean of the linear term
 * CKA (x/X - y/2Y - z/2Z) over the batches (the delta method), for which the means and second moments of x, y and z suffice.
 */
final class CkaSums {
    private final double[] means = new double[3];
    private final double[][] moments = new double[3][3];
    private long batches;

    /** HSIC of clean with perturbed, of clean with itself and of perturbed with itself, of one batch. */
    void add(double... hsic) {
        batches++;
        double[] before = new double[3];
        for (int i = 0; i < 3; i++) {
            before[i] = hsic[i] - means[i];
            means[i] += before[i] / batches;
        }
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                moments[i][j] += before[i] * (hsic[j] - means[j]);
            }
        }
    }

    long batches() {
        return batches;
    }

    /** 1 - CKA; NaN where a representation does not vary. */
    double distance() {
        return 1 - similarity();
    }

    private double similarity() {
        return means[1] > 0 && means[2] > 0 ? means[0] / (Math.sqrt(means[1]) * Math.sqrt(means[2])) : Double.NaN;
    }

    /** Of the distance; NaN for fewer than two batches. */
    double standardError() {
        if (batches < 2) {
            return Double.NaN;
        }
        double[] g = {1 / means[0], -0.5 / means[1], -0.5 / means[2]};
        double sum = 0;
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                sum += g[i] * g[j] * moments[i][j];
            }
        }
        return Math.abs(similarity()) * Math.sqrt(Math.max(0, sum) / (batches - 1) / batches);
    }

    @Nullable
    Interval interval(double level) {
        double half = Normal.twoSided(level) * standardError();
        double at = distance();
        return Double.isFinite(half) && Double.isFinite(at)
                ? new Interval(at - half, at + half, level, "delta method over " + batches + " batches")
                : null;
    }
}
