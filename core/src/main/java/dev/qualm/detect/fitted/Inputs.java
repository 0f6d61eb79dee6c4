package dev.qualm.detect.fitted;

import dev.qualm.array.Array;
import dev.qualm.detect.Evidence;
import dev.qualm.network.Network;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The input itself, element by element; the layout is an item's shape. */
record Inputs() implements Quantity {
    @Override
    public String name() {
        return "inputs";
    }

    @Override
    public @Nullable String refusal(Network network) {
        return network.inputs().size() == 1 && network.input().type().isFloating()
                ? null
                : "it keeps inputs, which must be the only ones and float";
    }

    @Override
    public Rows read(Evidence evidence) {
        Array x = evidence.onlyInput();
        int[] shape = x.shape();
        return new Rows(Quantity.items("input", x, evidence.size()), Arrays.copyOfRange(shape, 1, shape.length));
    }
}
