package dev.qualm.mutation;

import java.util.Locale;

/** What a mutation counts and chooses. */
public enum Unit {
    /** An output channel of a convolution or transposed convolution. */
    FILTER,
    /** An output of a layer with a weight matrix: filters, and the units of Gemm and of MatMul with a constant. */
    NEURON,
    /** A single learnable number: weights, biases, scale and shift of normalisations. Running statistics are none. */
    SCALAR;

    /** Lower case, as in commands. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
