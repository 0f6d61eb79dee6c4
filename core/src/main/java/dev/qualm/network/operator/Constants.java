package dev.qualm.network.operator;

import dev.qualm.array.Array;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import org.bytedeco.pytorch.Tensor;

/** Small tensors computed in Java for one call: interpolation weights, window counts, positions. */
final class Constants {
    private Constants() {}

    /** A vector of the floating type of {@code like}. */
    static Tensor doubles(double[] values, Tensor like) {
        return Tensors.of(Array.of(values, values.length), Precision.FLOAT64).to(Tensors.type(like));
    }

    /** A vector of positions. */
    static Tensor longs(long[] values) {
        return Tensors.of(Array.of(values, values.length), Precision.FLOAT64);
    }
}
