package dev.qualm.detect.meta;

import dev.qualm.array.Array;
import java.util.Arrays;

/**
 * {@code asinh((score - median) / scale)} by detector: near the middle a standardised score, far out its logarithm. Scores differ by many orders
 * of magnitude between methods, and odds or distances by as many within one; ranks would tie all that lies beyond the items of the fit.
 *
 * @param median {@code [part]}
 * @param scale half the width of the middle 68 %, {@code [part]}; the standard deviation where that is 0, 0 for a constant score, which then
 *     counts for nothing
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ScoreScaling(double[] median, double[] scale) {
    private static final double LOW = 0.16;
    private static final double HIGH = 0.84;

    public ScoreScaling {
        boolean fits = median.length == scale.length && median.length > 0;
        for (int p = 0; fits && p < scale.length; p++) {
            fits = Double.isFinite(median[p]) && Double.isFinite(scale[p]) && scale[p] >= 0;
        }
        if (!fits) {
            throw new MetaException(
                    "Expected a finite median and a finite scale of at least 0 for each score, but found "
                            + Arrays.toString(median) + " and " + Arrays.toString(scale));
        }
    }

    static ScoreScaling of(double[][] rows) {
        int parts = rows[0].length;
        double[] median = new double[parts];
        double[] scale = new double[parts];
        for (int p = 0; p < parts; p++) {
            int part = p;
            double[] sorted =
                    Arrays.stream(rows).mapToDouble(r -> r[part]).sorted().toArray();
            median[p] = at(sorted, 0.5);
            scale[p] = at(sorted, HIGH) / 2 - at(sorted, LOW) / 2;
            if (scale[p] == 0) {
                double around = median[p];
                scale[p] = Math.sqrt(Arrays.stream(sorted)
                        .map(v -> (v - around) * (v - around))
                        .average()
                        .orElse(0));
            }
            if (!Double.isFinite(scale[p])) {
                throw new MetaException(
                        "Score number " + p + ": expected values whose spread is a number, but they go from "
                                + sorted[0] + " to " + sorted[sorted.length - 1] + "; leave the score out");
            }
        }
        return new ScoreScaling(median, scale);
    }

    private static double at(double[] sorted, double q) {
        return sorted[(int) Math.round(q * (sorted.length - 1))];
    }

    /** A scaled copy of a row; NaN for a score that is not finite. */
    double[] apply(double[] row) {
        double[] out = new double[row.length];
        for (int p = 0; p < out.length; p++) {
            double z = scale[p] == 0 ? 0 : (row[p] - median[p]) / scale[p];
            out[p] = Double.isFinite(row[p]) ? Math.copySign(asinh(Math.abs(z)), z) : Double.NaN;
        }
        return out;
    }

    private static double asinh(double z) {
        // Past 1e8 the square root is z to the last bit, and squaring would overflow.
        return z > 1e8 ? Math.log(z) + Math.log(2) : Math.log1p(z + z * z / (1 + Math.sqrt(1 + z * z)));
    }

    double[][] apply(double[][] rows) {
        return Arrays.stream(rows).map(this::apply).toArray(double[][]::new);
    }

    /** Both, {@code [2, part]}. */
    public Array toArray() {
        double[] both = Arrays.copyOf(median, 2 * median.length);
        System.arraycopy(scale, 0, both, median.length, median.length);
        return Array.of(both, 2, median.length);
    }

    /**
     * What {@link #toArray} made.
     *
     * @throws MetaException if it is none for that many scores
     */
    public static ScoreScaling of(Array saved, int parts) {
        if (saved.rank() != 2 || saved.dim(0) != 2 || saved.dim(1) != parts) {
            throw new MetaException("Expected a scaling of shape [2, " + parts + "], but found " + saved);
        }
        return new ScoreScaling(
                saved.slice(0, 1).toDoubles().clone(),
                saved.slice(1, 2).toDoubles().clone());
    }
}
