package dev.qualm.network;

import java.util.function.BiConsumer;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/** A node of a forward-mode derivative that the engine differentiates, with the names under which it reads its products. */
record LocalTangents(Tangents.Local local, LocalNode node) implements AutoCloseable {
    void record(Function<String, Tensor> kept, BiConsumer<String, Tensor> found) {
        node.recordProducts(kept, local.products(), local.cotangent(), found);
    }

    @Override
    public void close() {
        node.close();
    }
}
