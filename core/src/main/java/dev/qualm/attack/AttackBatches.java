package dev.qualm.attack;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.Map;

/** Batches cut into micro-batches. */
final class AttackBatches {
    private AttackBatches() {}

    /** Uses a part of a batch. */
    @FunctionalInterface
    interface Part {
        /** Given rows of the batch that start at {@code from}. */
        void use(Array rows, int from);
    }

    /** Rows that suit the network. */
    static int rows(Network network, Array batch) {
        return batch.dim(0) == 0 ? 1 : network.microBatch(Map.of(network.input().name(), batch));
    }

    /** Cuts a batch; an empty one has no parts. */
    static void each(Network network, Array batch, Part use) {
        int n = batch.dim(0);
        int rows = rows(network, batch);
        for (int from = 0; from < n; from += rows) {
            use.use(batch.slice(from, Math.min(n, from + rows)), from);
        }
    }
}
