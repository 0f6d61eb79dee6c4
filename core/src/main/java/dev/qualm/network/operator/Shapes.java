package dev.qualm.network.operator;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.TensorLimit;
import dev.qualm.network.engine.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Axis and size arithmetic that operators share; errors name the node ({@code at}). */
final class Shapes {
    private Shapes() {}

    static ShapeException error(String at, String problem) {
        return new ShapeException(at + ": " + problem);
    }

    /** An axis of a tensor with {@code rank} axes, counted from the front. */
    static int axis(long axis, long rank, String at) {
        long a = axis < 0 ? axis + rank : axis;
        if (a < 0 || a >= rank) {
            throw error(at, "expected an axis from " + -rank + " to " + (rank - 1) + ", but found " + axis);
        }
        return (int) a;
    }

    /** Distinct axes, counted from the front, in the given order. */
    static long[] axes(long[] axes, long rank, String at) {
        long[] out = new long[axes.length];
        boolean[] seen = new boolean[(int) rank];
        for (int i = 0; i < out.length; i++) {
            int a = axis(axes[i], rank, at);
            if (seen[a]) {
                throw error(at, "expected distinct axes, but found " + Arrays.toString(axes));
            }
            seen[a] = true;
            out[i] = a;
        }
        return out;
    }

    /** 0, 1, ..., n - 1. */
    static long[] range(int n) {
        long[] out = new long[n];
        Arrays.setAll(out, i -> i);
        return out;
    }

    /** The shape itself, after checking that it has no negative dimension and at most {@link TensorLimit} elements. */
    static long[] checked(long[] shape, String at) {
        long limit = TensorLimit.elements();
        long size = 1;
        boolean empty = false;
        boolean large = false;
        for (long d : shape) {
            if (d < 0) {
                throw error(at, "expected an output without negative dimensions, but found " + Arrays.toString(shape));
            }
            empty |= d == 0;
            large |= d > Integer.MAX_VALUE;
            // Stops growing just above the limit, so that no later factor can overflow.
            size = d == 0 || size > limit ? size : size * Math.min(d, 1L << 31);
        }
        if (large || (!empty && size > limit)) {
            throw error(
                    at,
                    "expected an output of at most " + limit + " elements, but found " + Arrays.toString(shape)
                            + "; if that is meant, raise -D" + TensorLimit.PROPERTY);
        }
        return shape;
    }

    /** Product of {@code dims[from..to)}. */
    static long product(long[] dims, int from, int to) {
        long p = 1;
        for (int i = from; i < to; i++) {
            // Only an empty tensor can have axes this long.
            if (p != 0 && dims[i] > Long.MAX_VALUE / p) {
                throw new ShapeException("Shape " + Arrays.toString(dims) + " is too large");
            }
            p *= dims[i];
        }
        return p;
    }

    /** The parts one after the other. */
    static long[] join(long[]... parts) {
        return Arrays.stream(parts).flatMapToLong(Arrays::stream).toArray();
    }

    /** The number in an argument that must hold exactly one. */
    static long single(long[] values, String what, String at) {
        if (values.length != 1) {
            throw error(at, "expected one value for " + what + ", but found " + values.length);
        }
        return values[0];
    }

    /** A required list argument of a node. */
    static long[] required(long @Nullable [] values, String what, String at) {
        if (values == null) {
            throw error(at, "expected " + what + " as an attribute or input, but found none");
        }
        return values;
    }

    /** The shape of a tensor, for messages. */
    static String text(Tensor t) {
        return Arrays.toString(Tensors.shape(t));
    }

    /** A new int64 vector. */
    static Tensor vector(long... values) {
        return Tensors.of(Array.of(values, values.length), Precision.FLOAT32);
    }
}
