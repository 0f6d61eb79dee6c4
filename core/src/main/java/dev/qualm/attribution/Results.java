package dev.qualm.attribution;

import dev.qualm.Provenance;
import dev.qualm.ShapeException;
import dev.qualm.Status;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Collects what an {@link Explanation} says about each input, micro-batch by micro-batch. */
final class Results {
    /** Probability above which the gradient of the softmax is as good as zero. */
    private static final double SATURATED = 0.9999;

    private final Attribution.Completeness completeness;
    private final List<Integer> classes = new ArrayList<>();
    private final List<double[]> logits = new ArrayList<>();
    private final List<Double> values = new ArrayList<>();
    private final List<Double> residuals = new ArrayList<>();
    private final List<Status> status = new ArrayList<>();
    private int saturated;

    Results(Attribution.Completeness completeness) {
        this.completeness = completeness;
    }

    /**
     * Adds the inputs of a micro-batch.
     *
     * @param promised per input what its map should sum to by the start of the reverse pass, {@code [n, ...]}, summed here
     */
    void add(Array maps, Array z, Array promised, int[] asked, Quantity quantity) {
        double[][] rows = rows(z);
        double[] m = maps.toDoubles();
        double[] p = promised.toDoubles();
        int n = rows.length;
        if (n != asked.length || maps.dim(0) != n) {
            throw new ShapeException("Expected one row of outputs and one map per input, but found outputs " + z
                    + " and maps " + maps + " for " + asked.length + " inputs; axis 0 of both must be the batch");
        }
        for (int i = 0; i < n; i++) {
            int c = chosen(asked[i], rows[i]);
            double sum = sum(m, i, n);
            double value = quantity.of(rows[i], c);
            boolean saturates = quantity == Quantity.PROBABILITY || quantity == Quantity.LOG_PROBABILITY;
            saturated += saturates && Quantity.PROBABILITY.of(rows[i], c) > SATURATED ? 1 : 0;
            classes.add(c);
            logits.add(rows[i]);
            values.add(value);
            residuals.add(completeness == Attribution.Completeness.NONE ? Double.NaN : sum - sum(p, i, n));
            status.add(status(value, m, i, n));
        }
    }

    private static Status status(double value, double[] m, int i, int n) {
        if (!Double.isFinite(value)) {
            return Status.nonFinite("the explained output is " + value);
        }
        int size = m.length / n;
        boolean zero = true;
        for (int k = i * size; k < (i + 1) * size; k++) {
            if (!Double.isFinite(m[k])) {
                return Status.nonFinite("the map holds " + m[k]);
            }
            zero &= m[k] == 0;
        }
        return zero ? Status.zeroGradient("the map is zero everywhere") : Status.OK;
    }

    private static double sum(double[] values, int i, int n) {
        int size = values.length / n;
        double sum = 0;
        for (int k = i * size; k < (i + 1) * size; k++) {
            sum += values[k];
        }
        return sum;
    }

    static double[][] rows(Array z) {
        double[] flat = z.toDoubles();
        double[][] rows = new double[z.dim(0)][];
        int k = rows.length == 0 ? 0 : flat.length / rows.length;
        for (int i = 0; i < rows.length; i++) {
            rows[i] = java.util.Arrays.copyOfRange(flat, i * k, (i + 1) * k);
        }
        return rows;
    }

    /** The class that is asked for, or the one with the largest logit. */
    static int chosen(int asked, double[] row) {
        if (asked >= row.length) {
            throw new UnsupportedModelException(
                    "Class " + asked + " was asked for, but the network has classes 0 to " + (row.length - 1));
        }
        return asked >= 0 ? asked : argmax(row);
    }

    static int argmax(double[] row) {
        int best = 0;
        for (int k = 1; k < row.length; k++) {
            best = row[k] > row[best] ? k : best;
        }
        return best;
    }

    /** An input without a map has NaN everywhere. */
    private Array blanked(Array relevance) {
        if (status.stream().noneMatch(s -> s.kind() == Status.Kind.NON_FINITE)) {
            return relevance;
        }
        double[] values = relevance.toDoubles().clone();
        int size = values.length / status.size();
        for (int i = 0; i < status.size(); i++) {
            if (status.get(i).kind() == Status.Kind.NON_FINITE) {
                Arrays.fill(values, i * size, (i + 1) * size, Double.NaN);
            }
        }
        Array array = Array.of(values, relevance.shape());
        return relevance.dtype() == DType.FLOAT32 ? array.asFloat32() : array;
    }

    /** Warnings of a method that differentiates, and one more if that cannot tell much about some inputs. */
    List<String> warningsOfGradients(List<String> warnings) {
        if (saturated == 0) {
            return warnings;
        }
        List<String> all = new ArrayList<>(warnings);
        all.add(saturated + " of " + status.size() + " inputs are saturated: their probability is above " + SATURATED
                + ", so its gradient is nearly zero; explain the logit");
        return all;
    }

    Explanation explanation(Array relevance, List<String> warnings, double passes, Provenance provenance) {
        return new Explanation(
                blanked(relevance),
                classes.stream().mapToInt(Integer::intValue).toArray(),
                logits.toArray(double[][]::new),
                values.stream().mapToDouble(Double::doubleValue).toArray(),
                residuals.stream().mapToDouble(Double::doubleValue).toArray(),
                status,
                warnings,
                passes,
                provenance);
    }
}
