package dev.qualm.attribution;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A batch in parts that suit the caches, or that the model takes. */
final class MicroBatches {
    /** Rows {@code from} to {@code to} of a batch. */
    record Part(Array rows, int from, int to) {
        int[] of(int[] perRow) {
            return Arrays.copyOfRange(perRow, from, to);
        }
    }

    private MicroBatches() {}

    static List<Part> of(Network network, Array batch) {
        int n = batch.dim(0);
        if (n == 0) {
            return List.of();
        }
        Map<String, Array> feeds = Map.of(network.inputs().get(0).name(), batch);
        int size = network.inputs().size() == 1 ? network.microBatch(feeds) : n;
        List<Part> parts = new ArrayList<>();
        for (int from = 0; from < n; from += size) {
            int to = Math.min(n, from + size);
            parts.add(new Part(from == 0 && to == n ? batch : batch.slice(from, to), from, to));
        }
        return parts;
    }
}
