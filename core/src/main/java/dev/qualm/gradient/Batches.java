package dev.qualm.gradient;

import dev.qualm.array.Array;
import dev.qualm.network.Head;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Batches cut into micro-batches for methods that record their own tapes. */
final class Batches {
    private Batches() {}

    /** Rows that all inputs have in common, or -1 if they do not, so that the batch cannot be cut. */
    static int rows(Map<String, Array> feeds) {
        int n = -2;
        for (Array a : feeds.values()) {
            int rows = a.rank() == 0 ? -1 : a.dim(0);
            n = n == -2 || n == rows ? rows : -1;
        }
        return Math.max(n, -1);
    }

    /**
     * Cuts a batch.
     *
     * @param most the most rows that memory allows in one part
     * @return the parts in order; none for an empty batch
     */
    static List<Map<String, Array>> cut(Network network, Map<String, Array> feeds, int most) {
        int n = rows(feeds);
        if (n == 0) {
            return List.of();
        }
        if (n < 0) {
            return List.of(feeds);
        }
        int size = network.microBatch(feeds);
        if (!network.isSampleBySample(feeds)) {
            size = Math.max(1, Math.min(size, most));
            int parts = (n + size - 1) / size;
            size = (n + parts - 1) / parts; // parts of nearly equal size use the caches evenly
        }
        List<Map<String, Array>> parts = new ArrayList<>();
        for (int from = 0; from < n; from += size) {
            parts.add(slice(feeds, from, Math.min(n, from + size)));
        }
        return parts;
    }

    private static Map<String, Array> slice(Map<String, Array> feeds, int from, int to) {
        Map<String, Array> out = new LinkedHashMap<>();
        feeds.forEach((name, a) -> out.put(name, from == 0 && to == a.dim(0) ? a : a.slice(from, to)));
        return out;
    }

    /** Number of classes: read off the head where there is one, else found by running the first rows. */
    static int classes(Network network, Map<String, Array> feeds) {
        Head head = network.structure().head();
        Array weight = head == null ? null : network.graph().initializers().get(head.weight());
        if (head != null && weight != null) {
            return weight.dim(head.classesFirst() ? 0 : 1);
        }
        return network.logits(first(network, feeds)).dim(1);
    }

    /** The first rows of a batch, as few as the network takes, or all of it if it cannot be cut. */
    static Map<String, Array> first(Network network, Map<String, Array> feeds) {
        int n = rows(feeds);
        if (n < 1) {
            return feeds;
        }
        return slice(feeds, 0, network.isSampleBySample(feeds) ? Math.min(n, network.microBatch(feeds)) : 1);
    }
}
