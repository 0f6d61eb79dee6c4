package dev.qualm.network.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import dev.qualm.UnreadableFileException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.network.graph.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tensors of ONNX files to arrays and back. */
/*
 * A tensor's dimensions are a claim; its data are a fact. The claim is compared with the number of bytes or values actually
 * present before anything is allocated, so a file that claims 2^40 elements costs nothing but its error message.
 */
final class TensorProtos {
    /** More than any operator takes; the engine's own limit for most of them. */
    private static final int MOST_AXES = 64;

    private TensorProtos() {}

    /**
     * @param external reads external data, or null where none is allowed
     * @param where file and tensor, for messages
     */
    static Array toArray(TensorProto t, @Nullable ExternalData external, String where) {
        String place = t.getName().isEmpty() ? where : where + ", tensor '" + t.getName() + "'";
        ElementType type = ElementType.of(t.getDataType());
        DType dtype = type.dtype();
        if (dtype == null) {
            throw new UnsupportedModelException(place + ": element type "
                    + (type == ElementType.UNDEFINED ? "number " + t.getDataType() : type.toString())
                    + " is not supported");
        }
        if (t.hasSegment()) {
            throw new UnsupportedModelException(place + ": segmented tensors are not supported");
        }
        int[] shape = shape(t.getDimsList(), place);
        int n = Array.size(shape);
        if (t.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
            if (external == null) {
                throw new UnreadableFileException(
                        place + ": its data lie in another file, but this model was not read from a folder");
            }
            return external.share(
                    t,
                    () -> decode(
                            external.read(t.getExternalDataList(), (long) n * width(type), place),
                            type,
                            n,
                            shape,
                            place));
        }
        if (t.hasRawData()) {
            ByteString raw = t.getRawData();
            return decode(raw.asReadOnlyByteBuffer(), type, n, shape, place);
        }
        return typedFields(t, type, n, shape, place);
    }

    static int[] shape(List<Long> dims, String place) {
        if (dims.size() > MOST_AXES) {
            throw new UnreadableFileException(
                    place + ": expected at most " + MOST_AXES + " dimensions, but found " + dims.size());
        }
        int[] shape = new int[dims.size()];
        long size = 1;
        for (int i = 0; i < shape.length; i++) {
            long d = dims.get(i);
            if (d < 0 || d > Integer.MAX_VALUE) {
                throw new UnreadableFileException(
                        place + ": dimension " + i + " must lie in 0.." + Integer.MAX_VALUE + ", but found " + d);
            }
            shape[i] = (int) d;
            size = d == 0 || size == 0 ? 0 : size * d;
            if (size > Integer.MAX_VALUE) {
                throw new UnreadableFileException(place + ": shape " + dims + " has more than 2^31 - 1 elements");
            }
        }
        return shape;
    }

    /** Bytes per element in the file. */
    private static int width(ElementType type) {
        return switch (type) {
            case FLOAT, INT32, UINT32 -> 4;
            case DOUBLE, INT64, UINT64 -> 8;
            case FLOAT16, BFLOAT16, INT16, UINT16 -> 2;
            default -> 1;
        };
    }

    private static Array decode(ByteBuffer bytes, ElementType type, int n, int[] shape, String place) {
        ByteBuffer b = bytes.order(ByteOrder.LITTLE_ENDIAN);
        if (b.remaining() != (long) n * width(type)) {
            throw new UnreadableFileException(place + ": shape " + Arrays.toString(shape) + " of " + type + " needs "
                    + (long) n * width(type) + " bytes, but found " + b.remaining());
        }
        switch (type) {
            case FLOAT -> {
                float[] a = new float[n];
                b.asFloatBuffer().get(a);
                return Array.of(a, shape);
            }
            case DOUBLE -> {
                double[] a = new double[n];
                b.asDoubleBuffer().get(a);
                return Array.of(a, shape);
            }
            case INT64, UINT64 -> {
                long[] a = new long[n];
                b.asLongBuffer().get(a);
                checkUnsigned(type, a, place);
                return Array.of(a, shape);
            }
            case UINT32 -> {
                long[] a = new long[n];
                for (int i = 0; i < n; i++) {
                    a[i] = Integer.toUnsignedLong(b.getInt());
                }
                return Array.of(a, shape);
            }
            case INT32 -> {
                int[] a = new int[n];
                b.asIntBuffer().get(a);
                return Array.of(a, shape);
            }
            case UINT16 -> {
                int[] a = new int[n];
                for (int i = 0; i < n; i++) {
                    a[i] = Short.toUnsignedInt(b.getShort());
                }
                return Array.of(a, shape);
            }
            case INT16 -> {
                short[] a = new short[n];
                b.asShortBuffer().get(a);
                return Array.of(a, shape);
            }
            case FLOAT16, BFLOAT16 -> {
                float[] a = new float[n];
                for (int i = 0; i < n; i++) {
                    a[i] = widen(type, b.getShort());
                }
                return Array.of(a, shape);
            }
            case BOOL -> {
                boolean[] a = new boolean[n];
                for (int i = 0; i < n; i++) {
                    a[i] = b.get() != 0;
                }
                return Array.of(a, shape);
            }
            default -> {
                byte[] a = new byte[n];
                b.get(a);
                return type == ElementType.UINT8 ? Array.ofUnsigned(a, shape) : Array.of(a, shape);
            }
        }
    }

    /** Values in the typed repeated fields: narrow types travel as int32. */
    private static Array typedFields(TensorProto t, ElementType type, int n, int[] shape, String place) {
        int found = switch (type) {
            case FLOAT -> t.getFloatDataCount();
            case DOUBLE -> t.getDoubleDataCount();
            case INT64 -> t.getInt64DataCount();
            case UINT32, UINT64 -> t.getUint64DataCount();
            default -> t.getInt32DataCount();
        };
        if (found != n) {
            throw new UnreadableFileException(place + ": shape " + Arrays.toString(shape) + " of " + type + " needs "
                    + n + " values, but found " + found);
        }
        switch (type) {
            case FLOAT -> {
                float[] a = new float[n];
                for (int i = 0; i < n; i++) {
                    a[i] = t.getFloatData(i);
                }
                return Array.of(a, shape);
            }
            case DOUBLE -> {
                double[] a = new double[n];
                for (int i = 0; i < n; i++) {
                    a[i] = t.getDoubleData(i);
                }
                return Array.of(a, shape);
            }
            case INT64, UINT32, UINT64 -> {
                long[] a = new long[n];
                for (int i = 0; i < n; i++) {
                    a[i] = type == ElementType.INT64 ? t.getInt64Data(i) : t.getUint64Data(i);
                }
                checkUnsigned(type, a, place);
                return Array.of(a, shape);
            }
            case INT32, UINT16 -> {
                int[] a = new int[n];
                for (int i = 0; i < n; i++) {
                    a[i] = type == ElementType.INT32 ? t.getInt32Data(i) : t.getInt32Data(i) & 0xffff;
                }
                return Array.of(a, shape);
            }
            case INT16 -> {
                short[] a = new short[n];
                for (int i = 0; i < n; i++) {
                    a[i] = (short) t.getInt32Data(i);
                }
                return Array.of(a, shape);
            }
            case FLOAT16, BFLOAT16 -> {
                float[] a = new float[n];
                for (int i = 0; i < n; i++) {
                    a[i] = widen(type, (short) t.getInt32Data(i));
                }
                return Array.of(a, shape);
            }
            case BOOL -> {
                boolean[] a = new boolean[n];
                for (int i = 0; i < n; i++) {
                    a[i] = t.getInt32Data(i) != 0;
                }
                return Array.of(a, shape);
            }
            default -> {
                byte[] a = new byte[n];
                for (int i = 0; i < n; i++) {
                    a[i] = (byte) t.getInt32Data(i);
                }
                return type == ElementType.UINT8 ? Array.ofUnsigned(a, shape) : Array.of(a, shape);
            }
        }
    }

    private static void checkUnsigned(ElementType type, long[] values, String place) {
        if (type == ElementType.UINT64) {
            for (long v : values) {
                if (v < 0) {
                    throw new UnsupportedModelException(place
                            + ": UINT64 values above 2^63 - 1 are not supported, found " + Long.toUnsignedString(v));
                }
            }
        }
    }

    private static float widen(ElementType type, short bits) {
        if (type == ElementType.BFLOAT16) {
            return Float.intBitsToFloat(bits << 16);
        }
        int sign = (bits & 0x8000) << 16;
        int exponent = (bits >>> 10) & 0x1f;
        int fraction = bits & 0x3ff;
        if (exponent == 0) {
            // Zero and subnormals: fraction * 2^-24.
            return Float.intBitsToFloat(sign | Float.floatToRawIntBits(fraction * 0x1p-24f));
        }
        int wide = exponent == 0x1f ? 0xff : exponent + 127 - 15;
        return Float.intBitsToFloat(sign | (wide << 23) | (fraction << 13));
    }
}
