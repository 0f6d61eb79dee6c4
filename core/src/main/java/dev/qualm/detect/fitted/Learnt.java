package dev.qualm.detect.fitted;

import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a detector learnt, as arrays by name. They may come from a file: the accessors check shape and finiteness.
 *
 * @param arrays by name, sorted
 */
public record Learnt(Map<String, Array> arrays) {
    public Learnt {
        arrays = Collections.unmodifiableMap(new TreeMap<>(arrays));
    }

    static Learnt nothing() {
        return new Learnt(Map.of());
    }

    static Learnt of(String name, double value) {
        return nothing().with(name, value);
    }

    Learnt with(String name, double value) {
        return with(name, Array.of(new double[] {value}, 1));
    }

    Learnt with(String name, double[] vector) {
        return with(name, Array.of(vector.clone(), vector.length));
    }

    /** @param width columns, which rows need to have even if there are none */
    Learnt with(String name, double[][] rows, int width) {
        double[] flat = new double[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, flat, i * width, width);
        }
        return with(name, lossless(flat, rows.length, width));
    }

    /** An array that others may hold too. */
    Learnt with(String name, Array array) {
        Map<String, Array> more = new TreeMap<>(arrays);
        more.put(name, array);
        return new Learnt(more);
    }

    /** In half the space where every number is a float, as the features of networks in single precision are. */
    private static Array lossless(double[] flat, int rows, int width) {
        float[] narrow = Packed.narrow(flat);
        return narrow == null ? Array.of(flat, rows, width) : Array.of(narrow, rows, width);
    }

    double number(String name) {
        return vector(name, 1)[0];
    }

    /** Columns of a matrix. */
    int width(String name) {
        Array a = find(name);
        if (a.rank() != 2) {
            throw failure(name, "a matrix", a);
        }
        return a.dim(1);
    }

    /** Whole numbers, at least one, none negative. */
    int[] counts(String name) {
        Array a = find(name);
        double[] values = vector(name, a.rank() == 1 ? a.dim(0) : -1);
        int[] out = new int[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (int) values[i];
            if (out[i] != values[i] || out[i] < 0) {
                throw failure(name, "whole numbers from 0 on", values[i]);
            }
        }
        if (out.length == 0) {
            throw failure(name, "at least one number", a);
        }
        return out;
    }

    double positive(String name) {
        double value = number(name);
        if (!(value > 0)) {
            throw failure(name, "a positive number", value);
        }
        return value;
    }

    double[] vector(String name, int length) {
        Array a = find(name);
        if (a.rank() != 1 || a.dim(0) != length) {
            throw failure(name, "shape [" + length + "]", a);
        }
        return finite(name, a.toDoubles().clone());
    }

    double[][] matrix(String name, int rows, int width) {
        Array a = find(name);
        if (a.rank() != 2 || a.dim(0) != rows) {
            throw failure(name, "shape [" + rows + ", " + width + "]", a);
        }
        return matrix(name, width);
    }

    /** A matrix of any number of rows, at least one. */
    double[][] matrix(String name, int width) {
        Array a = find(name);
        if (a.rank() != 2 || a.dim(1) != width || a.dim(0) < 1) {
            throw failure(name, "shape [rows, " + width + "]", a);
        }
        double[][] rows = Readings.rows(a);
        for (double[] row : rows) {
            finite(name, row);
        }
        return rows;
    }

    /** A matrix of any number of rows, at least one, that is stored by columns, {@code [width, rows]}. */
    Matrix columns(String name, int width) {
        Array a = find(name);
        if (a.rank() != 2 || a.dim(0) != width || a.dim(1) < 1) {
            throw failure(name, "shape [" + width + ", columns]", a);
        }
        Matrix matrix = Matrix.columns(a);
        finite(name, matrix.entries());
        return matrix;
    }

    /** A matrix of any number of rows, at least one, where it is stored. */
    Array stored(String name, int width) {
        Array a = find(name);
        if (a.rank() != 2 || a.dim(1) != width || a.dim(0) < 1) {
            throw failure(name, "shape [rows, " + width + "]", a);
        }
        for (int i = 0; i < a.size(); i++) {
            if (!Double.isFinite(a.get(i))) {
                throw failure(name, "finite numbers", a.get(i));
            }
        }
        return a;
    }

    private Array find(String name) {
        Array a = arrays.get(name);
        if (a == null || !a.dtype().isFloating()) {
            throw failure(name, "an array of floats", a == null ? arrays.keySet() : a);
        }
        return a;
    }

    private static double[] finite(String name, double[] values) {
        if (!Vectors.finite(values)) {
            throw failure(name, "finite numbers", "NaN or infinity");
        }
        return values;
    }

    static UnreadableFileException failure(String name, String expected, Object found) {
        return new UnreadableFileException("Cannot use the fitted detector: expected " + expected + " as '" + name
                + "', but found " + found + "; fit it again for this model");
    }
}
