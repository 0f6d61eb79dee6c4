package dev.qualm.array;

import dev.qualm.ShapeException;
import java.util.Arrays;

/** Reorders the axes of an {@link Array} into a new row-major array. */
final class Transpose {
    private Transpose() {}

    static Array transpose(Array array, int... axes) {
        checkPermutation(array, axes);
        int rank = axes.length;
        int[] from = array.shape();
        int[] sourceStride = new int[rank];
        int stride = 1;
        for (int i = rank - 1; i >= 0; i--) {
            sourceStride[i] = stride;
            stride *= Math.max(from[i], 1);
        }
        int[] shape = new int[rank];
        int[] step = new int[rank];
        for (int i = 0; i < rank; i++) {
            shape[i] = from[axes[i]];
            step[i] = sourceStride[axes[i]];
        }
        Array out = Array.zeros(array.dtype(), shape);
        if (rank == 0) {
            copy(array.data(), 0, 1, out.data(), 0, 1);
        } else if (out.size() > 0) {
            copyRows(array, out, shape, step);
        }
        return out;
    }

    /* Walks the result row by row along its last axis, keeping the matching source offset as an odometer does. */
    private static void copyRows(Array array, Array out, int[] shape, int[] step) {
        int last = shape.length - 1;
        int[] index = new int[last];
        int source = 0;
        for (int at = 0; at < out.size(); at += shape[last]) {
            copy(array.data(), source, step[last], out.data(), at, shape[last]);
            for (int axis = last - 1; axis >= 0; axis--) {
                source += step[axis];
                if (++index[axis] < shape[axis]) {
                    break;
                }
                source -= step[axis] * shape[axis];
                index[axis] = 0;
            }
        }
    }

    private static void checkPermutation(Array array, int... axes) {
        int[] sorted = axes.clone();
        Arrays.sort(sorted);
        boolean ok = sorted.length == array.rank();
        for (int i = 0; ok && i < sorted.length; i++) {
            ok = sorted[i] == i;
        }
        if (!ok) {
            throw new ShapeException("Expected each axis of " + array + " once, but found " + Arrays.toString(axes));
        }
    }

    /** {@code to[at + i] = from[start + i * step]} for i below n. */
    private static void copy(Object from, int start, int step, Object to, int at, int n) {
        if (step == 1) {
            System.arraycopy(from, start, to, at, n);
        } else if (from instanceof float[] a && to instanceof float[] b) {
            for (int i = 0, j = start; i < n; i++, j += step) {
                b[at + i] = a[j];
            }
        } else if (from instanceof double[] a && to instanceof double[] b) {
            for (int i = 0, j = start; i < n; i++, j += step) {
                b[at + i] = a[j];
            }
        } else if (from instanceof byte[] a && to instanceof byte[] b) {
            for (int i = 0, j = start; i < n; i++, j += step) {
                b[at + i] = a[j];
            }
        } else if (from instanceof long[] a && to instanceof long[] b) {
            for (int i = 0, j = start; i < n; i++, j += step) {
                b[at + i] = a[j];
            }
        } else {
            for (int i = 0, j = start; i < n; i++, j += step) {
                System.arraycopy(from, j, to, at + i, 1);
            }
        }
    }
}
