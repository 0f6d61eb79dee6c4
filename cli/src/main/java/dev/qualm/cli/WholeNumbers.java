package dev.qualm.cli;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;

/** Whole numbers in the element type a network's input has. Tables and npy files often hold token numbers as floats. */
final class WholeNumbers {
    private WholeNumbers() {}

    /**
     * The same numbers as another type of whole numbers.
     *
     * @throws ShapeException if one of them is not whole, or outside the type's range
     */
    static Array convert(Array numbers, DType type) {
        if (numbers.dtype() == type) {
            return numbers;
        }
        int n = numbers.size();
        int[] shape = numbers.shape();
        return switch (type) {
            case INT64 -> {
                long[] out = new long[n];
                for (int i = 0; i < n; i++) {
                    out[i] = at(numbers, i, -0x1p53, 0x1p53, type);
                }
                yield Array.of(numbers.dtype().isFloating() ? out : numbers.toLongs(), shape);
            }
            case INT32 -> {
                int[] out = new int[n];
                for (int i = 0; i < n; i++) {
                    out[i] = (int) at(numbers, i, Integer.MIN_VALUE, Integer.MAX_VALUE, type);
                }
                yield Array.of(out, shape);
            }
            case INT16 -> {
                short[] out = new short[n];
                for (int i = 0; i < n; i++) {
                    out[i] = (short) at(numbers, i, Short.MIN_VALUE, Short.MAX_VALUE, type);
                }
                yield Array.of(out, shape);
            }
            case INT8, UINT8 -> {
                byte[] out = new byte[n];
                boolean signed = type == DType.INT8;
                for (int i = 0; i < n; i++) {
                    out[i] = (byte) at(numbers, i, signed ? -128 : 0, signed ? 127 : 255, type);
                }
                yield signed ? Array.of(out, shape) : Array.ofUnsigned(out, shape);
            }
            case BOOL -> {
                boolean[] out = new boolean[n];
                for (int i = 0; i < n; i++) {
                    out[i] = at(numbers, i, 0, 1, type) == 1;
                }
                yield Array.of(out, shape);
            }
            case FLOAT32, FLOAT64 -> throw new IllegalArgumentException(type + " is no type of whole numbers");
        };
    }

    private static long at(Array numbers, int i, double low, double high, DType type) {
        double v = numbers.get(i);
        if (v != Math.rint(v) || v < low || v > high) {
            throw new ShapeException("Expected whole numbers that " + type + " can hold, since the model's input"
                    + " has that"
                    + " type, but found " + v + " in " + numbers);
        }
        return (long) v;
    }
}
