package dev.qualm.gradient;

import dev.qualm.Provenance;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.data.OutputKind;
import dev.qualm.network.Network;
import dev.qualm.network.Tape;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import java.util.Comparator;
import org.bytedeco.pytorch.Tensor;

/** The logits of a tape in Java, and the way back: from derivatives by logits to a cotangent for the tape. */
/*
 * Graphs that end in probabilities without a Softmax node hold no logits. Their logarithms are logits up to a shift, which no
 * softmax loss sees; a derivative by log p becomes one by p through division by p. Probabilities that underflowed count as the
 * smallest float.
 */
final class Logits {
    private final double[][] values;
    private final int classes;
    private final boolean probabilities;
    private final Network network;

    private Logits(double[][] values, int classes, boolean probabilities, Network network) {
        this.values = values;
        this.classes = classes;
        this.probabilities = probabilities;
        this.network = network;
    }

    static Logits of(Tape tape) {
        return of(tape.network(), tape.logits());
    }

    static Logits of(InputGradients sweeps) {
        try (NativeScope scope = NativeScope.values()) {
            return of(sweeps.network(), sweeps.logits());
        }
    }

    private static Logits of(Network network, Tensor logits) {
        boolean probabilities =
                !network.structure().trueLogits() && network.structure().kind() == OutputKind.PROBABILITIES;
        Array a;
        try (NativeScope scope = NativeScope.values()) {
            a = Tensors.toArray(logits);
        }
        double[][] values = rows(a);
        if (probabilities) {
            for (double[] row : values) {
                for (int k = 0; k < row.length; k++) {
                    row[k] = Math.log(Math.max(row[k], Float.MIN_VALUE));
                }
            }
        }
        return new Logits(values, a.dim(1), probabilities, network);
    }

    /** A copy of a matrix, row by row. */
    static double[][] rows(Array a) {
        double[] flat = a.toDoubles();
        int n = a.dim(0);
        int k = a.dim(1);
        double[][] rows = new double[n][k];
        for (int i = 0; i < n; i++) {
            System.arraycopy(flat, i * k, rows[i], 0, k);
        }
        return rows;
    }

    /** Says in the record of a result where its logits are not those of the network. */
    static Provenance noted(Provenance provenance, Network network) {
        return network.structure().trueLogits()
                ? provenance
                : provenance.with(
                        "logits", "logarithms of '" + network.structure().logits() + "'");
    }

    /** Logits, {@code [n][classes]}. */
    double[][] values() {
        return values;
    }

    int count() {
        return values.length;
    }

    /** Columns, known for an empty batch too. */
    int classes() {
        return classes;
    }

    /** Whether row {@code i} is free of NaN and infinity. */
    Status status(int i) {
        return status(values[i]);
    }

    static Status status(double[] row) {
        for (int k = 0; k < row.length; k++) {
            if (!Double.isFinite(row[k])) {
                return Status.nonFinite("the logit of class " + k + " is " + row[k]);
            }
        }
        return Status.OK;
    }

    int[] predictions() {
        int[] y = new int[values.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = largest(values[i]);
        }
        return y;
    }

    /** Index of the largest value, the first among equals; NaN only where nothing else is. */
    static int largest(double[] row) {
        int best = 0;
        for (int k = 1; k < row.length; k++) {
            best = row[k] > row[best] || Double.isNaN(row[best]) && !Double.isNaN(row[k]) ? k : best;
        }
        return best;
    }

    /** Indices of a row, the largest value first, as {@link #largest} sees it: the two zeros are equal and NaN comes last. */
    static Comparator<Integer> byFallingValue(double[] row) {
        return Comparator.comparingDouble((Integer k) -> 0.0 - row[k]).thenComparing(k -> k);
    }

    /** A cotangent for {@link Tape#logits()}. Lives in the open scope. */
    Tensor cotangent(double[][] byLogits) {
        int k = classes();
        double[] flat = new double[values.length * k];
        for (int i = 0; i < values.length; i++) {
            for (int c = 0; c < k; c++) {
                flat[i * k + c] = probabilities ? byLogits[i][c] / Math.exp(values[i][c]) : byLogits[i][c];
            }
        }
        Array a = Array.of(flat, values.length, k);
        return Tensors.of(network.precision() == Precision.FLOAT64 ? a : a.asFloat32(), network.precision());
    }

    /** Derivatives of the logits along some direction, from those of {@link Tape#logits()}; {@code [n][classes]}. */
    double[][] tangent(Array byOutput) {
        double[][] rows = rows(byOutput);
        for (int i = 0; i < rows.length && probabilities; i++) {
            for (int c = 0; c < rows[i].length; c++) {
                rows[i][c] /= Math.exp(values[i][c]);
            }
        }
        return rows;
    }
}
