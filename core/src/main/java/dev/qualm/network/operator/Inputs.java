package dev.qualm.network.operator;

import dev.qualm.UnsupportedModelException;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** The input tensors of one call of a {@link Kernel}; optional ones may be left out. */
public final class Inputs {
    private final @Nullable Tensor[] tensors;

    public Inputs(@Nullable Tensor... tensors) {
        this.tensors = tensors;
    }

    /** Input {@code i}, which the operator needs. */
    public Tensor get(int i) {
        Tensor t = optional(i);
        if (t == null) {
            throw new UnsupportedModelException(
                    "Input " + i + " is required but was left out; found " + tensors.length);
        }
        return t;
    }

    /** Input {@code i}, or null when it was left out. */
    public @Nullable Tensor optional(int i) {
        return i < tensors.length ? tensors[i] : null;
    }

    /** Number of inputs, those left out in the middle included. */
    public int count() {
        return tensors.length;
    }
}
