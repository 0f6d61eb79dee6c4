package dev.qualm.network.graph;

import dev.qualm.array.DType;
import org.jspecify.annotations.Nullable;

/** Element types of ONNX tensors, with the {@link DType} that holds them in Java (null: not supported). */
public enum ElementType {
    UNDEFINED(0, null),
    FLOAT(1, DType.FLOAT32),
    UINT8(2, DType.UINT8),
    INT8(3, DType.INT8),
    UINT16(4, DType.INT32),
    INT16(5, DType.INT16),
    INT32(6, DType.INT32),
    INT64(7, DType.INT64),
    STRING(8, null),
    BOOL(9, DType.BOOL),
    FLOAT16(10, DType.FLOAT32),
    DOUBLE(11, DType.FLOAT64),
    UINT32(12, DType.INT64),
    UINT64(13, DType.INT64),
    COMPLEX64(14, null),
    COMPLEX128(15, null),
    BFLOAT16(16, DType.FLOAT32);

    private final int code;
    private final @Nullable DType dtype;

    ElementType(int code, @Nullable DType dtype) {
        this.code = code;
        this.dtype = dtype;
    }

    /** The number ONNX files use. */
    public int code() {
        return code;
    }

    /** How Java holds it, or null if Qualm does not support it. 16-bit floats are widened to FLOAT32. */
    public @Nullable DType dtype() {
        return dtype;
    }

    public boolean isFloating() {
        return dtype != null && dtype.isFloating();
    }

    /** The type of an ONNX code; {@link #UNDEFINED} for codes newer than this table. */
    public static ElementType of(int code) {
        for (ElementType t : values()) {
            if (t.code == code) {
                return t;
            }
        }
        return UNDEFINED;
    }

    /** The type that stores a Java array. */
    public static ElementType of(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> FLOAT;
            case FLOAT64 -> DOUBLE;
            case INT8 -> INT8;
            case UINT8 -> UINT8;
            case INT16 -> INT16;
            case INT32 -> INT32;
            case INT64 -> INT64;
            case BOOL -> BOOL;
        };
    }
}
