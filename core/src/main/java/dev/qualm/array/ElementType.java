package dev.qualm.array;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Element types of files, each with the {@link DType} it is read as. The one place where bytes become arrays and back.
 *
 * <p>Types that {@link DType} lacks widen without loss: FLOAT16 and BFLOAT16 to FLOAT32, UINT16 to INT32, UINT32 and
 * UINT64 to INT64 (a UINT64 above 2^63 - 1 is refused).
 */
enum ElementType {
    BOOL(DType.BOOL, 1),
    INT8(DType.INT8, 1),
    UINT8(DType.UINT8, 1),
    INT16(DType.INT16, 2),
    UINT16(DType.INT32, 2),
    INT32(DType.INT32, 4),
    UINT32(DType.INT64, 4),
    INT64(DType.INT64, 8),
    UINT64(DType.INT64, 8),
    FLOAT16(DType.FLOAT32, 2),
    BFLOAT16(DType.FLOAT32, 2),
    FLOAT32(DType.FLOAT32, 4),
    FLOAT64(DType.FLOAT64, 8);

    /*
     * Elements pass through one small buffer, so a file of any size costs its array and 64 KiB. Mapping the file would
     * save a copy, but a file that shrinks while it is mapped brings the JVM down.
     */
    private static final int CHUNK = 1 << 16;

    private final DType dtype;
    private final int bytes;

    ElementType(DType dtype, int bytes) {
        this.dtype = dtype;
        this.bytes = bytes;
    }

    /** The type that stores {@code dtype} unchanged. */
    static ElementType of(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> FLOAT32;
            case FLOAT64 -> FLOAT64;
            case INT8 -> INT8;
            case UINT8 -> UINT8;
            case INT16 -> INT16;
            case INT32 -> INT32;
            case INT64 -> INT64;
            case BOOL -> BOOL;
        };
    }

    /** Size of one element in the file, in bytes. */
    int bytes() {
        return bytes;
    }

    /** Size of the elements of a shape in the file, in bytes. */
    long bytes(int... shape) {
        return (long) Array.size(shape) * bytes;
    }

    /**
     * Reads the elements of a row-major array. The caller has compared {@link #bytes(int...)} with what {@code in} can
     * give.
     *
     * @throws dev.qualm.UnreadableFileException if the data end early, a value has no counterpart, or the heap is too
     * small
     */
    Array read(Input in, ByteOrder order, int... shape) {
        Array array = allocate(in, shape);
        byte[] chunk = chunk(array);
        ByteBuffer buffer = ByteBuffer.wrap(chunk).order(order);
        int step = chunk.length / bytes;
        for (int at = 0; at < array.size(); ) {
            int n = Math.min(step, array.size() - at);
            in.read(chunk, n * bytes);
            decode(buffer.clear(), array.data(), at, n, in);
            at += n;
        }
        return array;
    }

    private Array allocate(Input in, int... shape) {
        try {
            return Array.zeros(dtype, shape);
        } catch (OutOfMemoryError e) {
            // A single failed allocation leaves the heap as it was, so this is an ordinary refusal of one file.
            throw in.failure(
                    "elements that fit into memory",
                    bytes(shape) + " bytes of them; give the JVM a larger heap (-Xmx)",
                    e);
        }
    }

    private byte[] chunk(Array array) {
        return new byte[(int) Math.min(CHUNK, (long) array.size() * bytes)];
    }

    private void decode(ByteBuffer from, Object to, int at, int n, Input in) {
        switch (this) {
            case BOOL -> bools(from, (boolean[]) to, at, n, in);
            case INT8, UINT8 -> from.get((byte[]) to, at, n);
            case INT16 -> from.asShortBuffer().get((short[]) to, at, n);
            case INT32 -> from.asIntBuffer().get((int[]) to, at, n);
            case INT64 -> from.asLongBuffer().get((long[]) to, at, n);
            case FLOAT32 -> from.asFloatBuffer().get((float[]) to, at, n);
            case FLOAT64 -> from.asDoubleBuffer().get((double[]) to, at, n);
            case UINT16 -> uint16(from, (int[]) to, at, n);
            case UINT32 -> uint32(from, (long[]) to, at, n);
            case UINT64 -> uint64(from, (long[]) to, at, n, in);
            case FLOAT16 -> float16(from, (float[]) to, at, n);
            case BFLOAT16 -> bfloat16(from, (float[]) to, at, n);
        }
    }

    private static void bools(ByteBuffer from, boolean[] to, int at, int n, Input in) {
        for (int i = 0; i < n; i++) {
            byte b = from.get();
            if (b != 0 && b != 1) {
                throw in.failure("0 or 1 as boolean element " + (at + i), String.valueOf(b & 0xff));
            }
            to[at + i] = b == 1;
        }
    }

    private static void uint16(ByteBuffer from, int[] to, int at, int n) {
        for (int i = 0; i < n; i++) {
            to[at + i] = Short.toUnsignedInt(from.getShort());
        }
    }

    private static void uint32(ByteBuffer from, long[] to, int at, int n) {
        for (int i = 0; i < n; i++) {
            to[at + i] = Integer.toUnsignedLong(from.getInt());
        }
    }

    private static void uint64(ByteBuffer from, long[] to, int at, int n, Input in) {
        for (int i = 0; i < n; i++) {
            long value = from.getLong();
            if (value < 0) {
                throw in.failure(
                        "unsigned elements up to 2^63 - 1",
                        Long.toUnsignedString(value) + " as element " + (at + i) + "; store them as int64 or float64");
            }
            to[at + i] = value;
        }
    }

    private static void float16(ByteBuffer from, float[] to, int at, int n) {
        for (int i = 0; i < n; i++) {
            to[at + i] = HalfFloat.fromFloat16(from.getShort());
        }
    }

    private static void bfloat16(ByteBuffer from, float[] to, int at, int n) {
        for (int i = 0; i < n; i++) {
            to[at + i] = HalfFloat.fromBfloat16(from.getShort());
        }
    }

    /** Writes the elements of an array in row-major order, each in its own type. */
    static void write(Array array, ByteOrder order, OutputStream out) throws IOException {
        ElementType type = of(array.dtype());
        byte[] chunk = type.chunk(array);
        ByteBuffer buffer = ByteBuffer.wrap(chunk).order(order);
        int step = chunk.length / type.bytes;
        for (int at = 0; at < array.size(); ) {
            int n = Math.min(step, array.size() - at);
            encode(array, at, n, buffer.clear());
            out.write(chunk, 0, n * type.bytes);
            at += n;
        }
    }

    private static void encode(Array array, int at, int n, ByteBuffer to) {
        Object from = array.data();
        switch (array.dtype()) {
            case FLOAT32 -> to.asFloatBuffer().put((float[]) from, at, n);
            case FLOAT64 -> to.asDoubleBuffer().put((double[]) from, at, n);
            case INT8, UINT8 -> to.put((byte[]) from, at, n);
            case INT16 -> to.asShortBuffer().put((short[]) from, at, n);
            case INT32 -> to.asIntBuffer().put((int[]) from, at, n);
            case INT64 -> to.asLongBuffer().put((long[]) from, at, n);
            case BOOL -> {
                boolean[] bools = (boolean[]) from;
                for (int i = 0; i < n; i++) {
                    to.put((byte) (bools[at + i] ? 1 : 0));
                }
            }
        }
    }
}
