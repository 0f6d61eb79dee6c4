package dev.qualm.network.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.UnsafeByteOperations;
import dev.qualm.array.Array;
import dev.qualm.network.graph.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Arrays to ONNX tensors with raw data: row-major, little-endian. */
final class TensorEncoding {
    private TensorEncoding() {}

    static TensorProto toProto(String name, Array a) {
        return header(name, a)
                .setRawData(UnsafeByteOperations.unsafeWrap(bytes(a)))
                .build();
    }

    /** Name, type and shape without data. */
    static TensorProto.Builder header(String name, Array a) {
        TensorProto.Builder b = TensorProto.newBuilder()
                .setName(name)
                .setDataType(ElementType.of(a.dtype()).code());
        for (int d : a.shape()) {
            b.addDims(d);
        }
        return b;
    }

    static long length(Array a) {
        return (long) a.size() * a.dtype().bytes();
    }

    /** @throws ArithmeticException if the array has 2 GiB or more */
    static byte[] bytes(Array a) {
        byte[] out = new byte[Math.toIntExact(length(a))];
        ByteBuffer b = ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN);
        switch (a.dtype()) {
            case FLOAT32 -> b.asFloatBuffer().put((float[]) a.data());
            case FLOAT64 -> b.asDoubleBuffer().put((double[]) a.data());
            case INT64 -> b.asLongBuffer().put((long[]) a.data());
            case INT32 -> b.asIntBuffer().put((int[]) a.data());
            case INT16 -> b.asShortBuffer().put((short[]) a.data());
            case INT8, UINT8 -> b.put((byte[]) a.data());
            case BOOL -> {
                for (boolean v : (boolean[]) a.data()) {
                    b.put((byte) (v ? 1 : 0));
                }
            }
        }
        return out;
    }
}
