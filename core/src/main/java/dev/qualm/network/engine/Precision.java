package dev.qualm.network.engine;

import dev.qualm.array.DType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The floating type a network computes in. */
public enum Precision {
    /** As the file declares; float16 is widened to float32. */
    FLOAT32,
    /** Every floating tensor in float64, for checks and oracles. */
    FLOAT64;

    /** The native type that a floating array of the given type takes in this precision. */
    public ScalarType scalarType(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> this == FLOAT32 ? ScalarType.Float : ScalarType.Double;
            case FLOAT64 -> ScalarType.Double;
            case INT8 -> ScalarType.Char;
            case UINT8 -> ScalarType.Byte;
            case INT16 -> ScalarType.Short;
            case INT32 -> ScalarType.Int;
            case INT64 -> ScalarType.Long;
            case BOOL -> ScalarType.Bool;
        };
    }
}
