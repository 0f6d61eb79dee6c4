package dev.qualm.array;

import dev.qualm.ShapeException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A dense row-major array: a shape and one Java primitive array. The currency of the public API; native tensors stay
 * inside.
 *
 * <p>{@code float[] / double[] / byte[] / short[] / int[] / long[] / boolean[]} hold the elements; both signed and
 * unsigned bytes use {@code byte[]}. The backing array is shared, not copied, by the factories, by {@link #data()} and
 * its typed forms and by {@link #reshape}; treat it as read-only once it is wrapped. A scalar has rank 0 and one
 * element. At most 2^31 - 1 elements.
 */
public final class Array {
    private final DType dtype;
    private final int[] shape;
    private final Object data;
    private final int size;

    private Array(DType dtype, Object data, int[] shape) {
        this.dtype = dtype;
        this.data = data;
        this.shape = shape.clone();
        this.size = size(shape);
        int length = java.lang.reflect.Array.getLength(data);
        if (length != size) {
            throw new ShapeException(
                    "Shape " + Arrays.toString(shape) + " needs " + size + " elements, but found " + length);
        }
    }

    public static Array of(float[] data, int... shape) {
        return new Array(DType.FLOAT32, data, shape);
    }

    public static Array of(double[] data, int... shape) {
        return new Array(DType.FLOAT64, data, shape);
    }

    public static Array of(long[] data, int... shape) {
        return new Array(DType.INT64, data, shape);
    }

    public static Array of(int[] data, int... shape) {
        return new Array(DType.INT32, data, shape);
    }

    public static Array of(short[] data, int... shape) {
        return new Array(DType.INT16, data, shape);
    }

    public static Array of(boolean[] data, int... shape) {
        return new Array(DType.BOOL, data, shape);
    }

    /** Signed bytes. */
    public static Array of(byte[] data, int... shape) {
        return new Array(DType.INT8, data, shape);
    }

    /** Unsigned bytes, as in images: {@code data[i] & 0xff} is the value. */
    public static Array ofUnsigned(byte[] data, int... shape) {
        return new Array(DType.UINT8, data, shape);
    }

    /** All elements zero (or false). */
    public static Array zeros(DType dtype, int... shape) {
        return new Array(dtype, allocate(dtype, size(shape)), shape);
    }

    /**
     * Number of elements of a shape.
     *
     * @throws ShapeException if a dimension is negative or the product exceeds 2^31 - 1
     */
    public static int size(int... shape) {
        long size = 1;
        for (int d : shape) {
            if (d < 0) {
                throw new ShapeException("Dimensions must not be negative, but found " + Arrays.toString(shape));
            }
            size = d == 0 ? 0 : size * d;
            if (size > Integer.MAX_VALUE) {
                throw new ShapeException("Shape " + Arrays.toString(shape) + " has more than 2^31 - 1 elements");
            }
        }
        return (int) size;
    }

    public DType dtype() {
        return dtype;
    }

    /** A copy of the dimensions, outermost first. */
    public int[] shape() {
        return shape.clone();
    }

    public int rank() {
        return shape.length;
    }

    /** Length of one axis; negative axes count from the end. */
    public int dim(int axis) {
        int a = axis < 0 ? axis + shape.length : axis;
        if (a < 0 || a >= shape.length) {
            throw new ShapeException("Axis " + axis + " is outside " + Arrays.toString(shape));
        }
        return shape[a];
    }

    /** Number of elements. */
    public int size() {
        return size;
    }

    /** The backing primitive array, shared. */
    public Object data() {
        return data;
    }

    /** The backing {@code float[]}, shared. */
    public float[] floats() {
        return backing(float[].class, "toFloats()");
    }

    /** The backing {@code double[]}, shared. */
    public double[] doubles() {
        return backing(double[].class, "toDoubles()");
    }

    /** The backing {@code long[]}, shared. */
    public long[] longs() {
        return backing(long[].class, "toLongs()");
    }

    /** The backing {@code byte[]} of INT8 or UINT8, shared. */
    public byte[] bytes() {
        return backing(byte[].class, "toLongs()");
    }

    private <T> T backing(Class<T> type, String instead) {
        if (!type.isInstance(data)) {
            throw new ShapeException("Expected elements of type " + type.getSimpleName() + ", but found " + dtype
                    + " in " + this + "; use " + instead + " to convert");
        }
        return type.cast(data);
    }

    /** Element {@code i} in row-major order as a double; BOOL gives 0 or 1. */
    public double get(int i) {
        return switch (dtype) {
            case FLOAT32 -> ((float[]) data)[i];
            case FLOAT64 -> ((double[]) data)[i];
            case BOOL -> ((boolean[]) data)[i] ? 1 : 0;
            default -> getLong(i);
        };
    }

    private long getLong(int i) {
        return switch (dtype) {
            case INT8 -> ((byte[]) data)[i];
            case UINT8 -> ((byte[]) data)[i] & 0xff;
            case INT16 -> ((short[]) data)[i];
            case INT32 -> ((int[]) data)[i];
            case INT64 -> ((long[]) data)[i];
            default -> (long) get(i);
        };
    }

    /** The elements as floats: the backing array itself for FLOAT32, else a converted copy. */
    public float[] toFloats() {
        if (data instanceof float[] f) {
            return f;
        }
        float[] out = new float[size];
        if (data instanceof double[] d) {
            for (int i = 0; i < size; i++) {
                out[i] = (float) d[i];
            }
            return out;
        }
        for (int i = 0; i < size; i++) {
            out[i] = (float) get(i);
        }
        return out;
    }

    /** The elements as doubles: the backing array itself for FLOAT64, else a converted copy. */
    public double[] toDoubles() {
        if (data instanceof double[] d) {
            return d;
        }
        double[] out = new double[size];
        if (data instanceof float[] f) {
            for (int i = 0; i < size; i++) {
                out[i] = f[i];
            }
            return out;
        }
        for (int i = 0; i < size; i++) {
            out[i] = get(i);
        }
        return out;
    }

    /** The elements as longs (floats truncated): the backing array itself for INT64, else a converted copy. */
    public long[] toLongs() {
        if (data instanceof long[] l) {
            return l;
        }
        long[] out = new long[size];
        for (int i = 0; i < size; i++) {
            out[i] = getLong(i);
        }
        return out;
    }

    /** This array if it is FLOAT32, else a converted copy. */
    public Array asFloat32() {
        return dtype == DType.FLOAT32 ? this : of(toFloats(), shape);
    }

    /** This array if it is FLOAT64, else a converted copy. */
    public Array asFloat64() {
        return dtype == DType.FLOAT64 ? this : of(toDoubles(), shape);
    }

    /** The same elements under another shape of equal size; one dimension may be -1 and is inferred. */
    public Array reshape(int... newShape) {
        int[] resolved = newShape.clone();
        int unknown = -1;
        long known = 1;
        for (int i = 0; i < resolved.length; i++) {
            if (resolved[i] == -1 && unknown < 0) {
                unknown = i;
            } else {
                known *= resolved[i];
            }
        }
        if (unknown >= 0 && known > 0 && size % known == 0) {
            resolved[unknown] = (int) (size / known);
        }
        return new Array(dtype, data, resolved);
    }

    /**
     * A copy with the axes reordered: axis {@code i} of the result is axis {@code axes[i]} of this array. For example
     * {@code transpose(0, 3, 1, 2)} turns {@code [n, h, w, c]} into {@code [n, c, h, w]}.
     *
     * @throws ShapeException unless every axis is named once
     */
    public Array transpose(int... axes) {
        return Transpose.transpose(this, axes);
    }

    /** A copy of rows {@code from} (inclusive) to {@code to} (exclusive) along axis 0. */
    public Array slice(int from, int to) {
        int rows = dim(0);
        if (from < 0 || to < from || to > rows) {
            throw new ShapeException("Rows " + from + " to " + to + " are outside 0 to " + rows);
        }
        int row = rows == 0 ? 0 : size / rows;
        int[] s = shape.clone();
        s[0] = to - from;
        Object out = allocate(dtype, (to - from) * row);
        System.arraycopy(data, from * row, out, 0, (to - from) * row);
        return new Array(dtype, out, s);
    }

    /** A copy of the given rows along axis 0, in the given order. */
    public Array select(int... rows) {
        int n = dim(0);
        int row = n == 0 ? 0 : size / n;
        int[] s = shape.clone();
        s[0] = rows.length;
        Object out = allocate(dtype, size(s));
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] < 0 || rows[i] >= n) {
                throw new ShapeException("Row " + rows[i] + " is outside 0 to " + n);
            }
            System.arraycopy(data, rows[i] * row, out, i * row, row);
        }
        return new Array(dtype, out, s);
    }

    /** Joins arrays of one element type and equal trailing shape along axis 0. */
    public static Array concat(List<Array> parts) {
        if (parts.isEmpty()) {
            throw new ShapeException("Nothing to concatenate: expected at least one array");
        }
        Array first = parts.get(0);
        int rows = 0;
        for (Array p : parts) {
            int[] expected = first.shape.clone();
            if (p.rank() > 0 && expected.length > 0) {
                expected[0] = p.shape[0];
            }
            if (p.dtype != first.dtype || p.rank() == 0 || !Arrays.equals(p.shape, expected)) {
                throw new ShapeException("Expected parts like " + first + ", but found " + p);
            }
            rows = Math.addExact(rows, p.shape[0]);
        }
        int[] s = first.shape.clone();
        s[0] = rows;
        Object out = allocate(first.dtype, size(s));
        int at = 0;
        for (Array p : parts) {
            System.arraycopy(p.data, 0, out, at, p.size);
            at += p.size;
        }
        return new Array(first.dtype, out, s);
    }

    private static Object allocate(DType dtype, int n) {
        return switch (dtype) {
            case FLOAT32 -> new float[n];
            case FLOAT64 -> new double[n];
            case INT8, UINT8 -> new byte[n];
            case INT16 -> new short[n];
            case INT32 -> new int[n];
            case INT64 -> new long[n];
            case BOOL -> new boolean[n];
        };
    }

    /** Same element type, shape and elements (bit for bit, NaN equals NaN). */
    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof Array a
                && dtype == a.dtype
                && Arrays.equals(shape, a.shape)
                && Arrays.deepEquals(new Object[] {data}, new Object[] {a.data});
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(new Object[] {dtype, shape, data});
    }

    /** Element type and shape, for example {@code FLOAT32[32, 1, 28, 28]}. */
    @Override
    public String toString() {
        return dtype + Arrays.toString(shape);
    }
}
