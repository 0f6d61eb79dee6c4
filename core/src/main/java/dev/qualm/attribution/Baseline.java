package dev.qualm.attribution;

import dev.qualm.array.Array;
import java.util.Arrays;

/**
 * The input that "nothing there" means, one for all inputs, in the model's space: after normalisation zero is the mean image, not black.
 *
 * @param value of every element, or per channel (axis 1), or of every element of an item in order
 */
public record Baseline(double... value) {
    public Baseline {
        if (value.length == 0) {
            throw new IllegalArgumentException("Expected at least one value of the baseline, but found none");
        }
        value = value.clone();
    }

    /** Zero in the model's space. */
    public static Baseline zero() {
        return new Baseline(0);
    }

    /** Value at element {@code k} of an item of such a shape, batch axis included. */
    double at(int k, int[] shape) {
        if (value.length == 1) {
            return value[0];
        }
        int size = 1;
        for (int a = 1; a < shape.length; a++) {
            size *= shape[a];
        }
        if (value.length == size) {
            return value[k];
        }
        if (shape.length < 2 || value.length != shape[1]) {
            throw new dev.qualm.ShapeException("Expected a baseline of 1, " + (shape.length > 1 ? shape[1] + ", " : "")
                    + "or " + size + " values, but found " + value.length);
        }
        return value[k / (size / shape[1])];
    }

    /** One item of the given shape, whose axis 0 becomes 1. */
    Array item(int[] shape, boolean single) {
        int[] one = shape.clone();
        one[0] = 1;
        double[] values = new double[Array.size(one)];
        for (int k = 0; k < values.length; k++) {
            values[k] = at(k, shape);
        }
        Array array = Array.of(values, one);
        return single ? array.asFloat32() : array;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Baseline b && Arrays.equals(value, b.value);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(value);
    }

    @Override
    public String toString() {
        return value.length == 1 ? Double.toString(value[0]) : value.length <= 8 ? Arrays.toString(value) : "an input";
    }
}
