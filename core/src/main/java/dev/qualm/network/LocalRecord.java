package dev.qualm.network;

import java.util.function.BiConsumer;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/** A node of a reverse pass that the engine differentiates, with the names under which the pass reads its record. */
record LocalRecord(Differentiation.Local local, LocalNode node) implements AutoCloseable {
    void record(Function<String, Tensor> kept, BiConsumer<String, Tensor> found) {
        node.record(kept, local.leaves(), local.result(), found);
    }

    @Override
    public void close() {
        node.close();
    }
}
