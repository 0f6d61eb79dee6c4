package dev.qualm.mutation;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.SharedPrefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * One run of the original network on a batch, which tells what others want to know of it, and from whose activations mutants run on: nobody
 * needs another run of the original. Belongs to the thread that made it; close it.
 */
public final class OriginalRun implements AutoCloseable {
    /** Bytes of activations kept; where a batch has more, mutants run from the input. */
    private static final long MEMORY = 256L << 20;

    private final Network network;
    private final Map<String, Array> feeds;
    private final int rows;
    private final List<ActiveRows.Part> parts;
    private final Array logits;
    private final Map<String, Array> tensors;

    private OriginalRun(
            Network network,
            Map<String, Array> feeds,
            int rows,
            List<ActiveRows.Part> parts,
            Array logits,
            Map<String, Array> tensors) {
        this.network = network;
        this.feeds = feeds;
        this.rows = rows;
        this.parts = parts;
        this.logits = logits;
        this.tensors = tensors;
    }

    /**
     * Runs a network.
     *
     * @param feeds a value per input; axis 0 is the batch, of at least one item
     * @param tensors inner tensors whose values are wanted
     */
    public static OriginalRun of(Network network, Map<String, Array> feeds, Set<String> tensors) {
        return of(network, feeds, tensors, MEMORY);
    }

    /** @param memory bytes of activations that may be kept */
    static OriginalRun of(Network network, Map<String, Array> feeds, Set<String> tensors, long memory) {
        int n = feeds.values().stream().mapToInt(a -> a.dim(0)).min().orElse(0);
        int rows = network.microBatch(feeds);
        List<ActiveRows.Part> parts = new ArrayList<>();
        Map<String, List<Array>> found = new LinkedHashMap<>();
        List<Array> logits = new ArrayList<>();
        boolean keeping = memory > 0;
        String z = network.structure().logits();
        Set<String> wanted = new LinkedHashSet<>(tensors);
        wanted.add(z);
        long bytes = 0;
        try {
            for (int from = 0; from < n; from += rows) {
                int[] items = IntStream.range(from, Math.min(n, from + rows)).toArray();
                Map<String, Array> batch = ActiveRows.select(feeds, items);
                // Models that take one size only fill a last batch up, which a run that is kept does not.
                if (keeping && (items.length == rows || !network.isSampleBySample(feeds))) {
                    SharedPrefix prefix = SharedPrefix.of(network, batch, tensors);
                    parts.add(new ActiveRows.Part(items, batch, prefix));
                    logits.add(prefix.logits());
                    tensors.forEach(t ->
                            found.computeIfAbsent(t, k -> new ArrayList<>()).add(prefix.value(t)));
                    bytes += prefix.bytes();
                } else {
                    Map<String, Array> out = network.run(batch, wanted);
                    parts.add(new ActiveRows.Part(items, batch, null));
                    logits.add(network.asLogits(Objects.requireNonNull(out.get(z))));
                    tensors.forEach(t ->
                            found.computeIfAbsent(t, k -> new ArrayList<>()).add(Objects.requireNonNull(out.get(t))));
                }
                keeping &= bytes < memory;
            }
            Map<String, Array> joined = new HashMap<>();
            found.forEach((name, list) -> joined.put(name, joined(list)));
            return new OriginalRun(network, Map.copyOf(feeds), rows, List.copyOf(parts), joined(logits), joined);
        } catch (RuntimeException e) {
            parts.forEach(ActiveRows.Part::close);
            throw e;
        }
    }

    private static Array joined(List<Array> parts) {
        return parts.size() == 1 ? parts.get(0) : Array.concat(parts);
    }

    /** As {@link Network#logits}. */
    public Array logits() {
        return logits;
    }

    /** The wanted tensors by name. */
    public Map<String, Array> tensors() {
        return Map.copyOf(tensors);
    }

    Network network() {
        return network;
    }

    Map<String, Array> feeds() {
        return feeds;
    }

    int rows() {
        return rows;
    }

    List<ActiveRows.Part> parts() {
        return parts;
    }

    /** Number of items. */
    public int size() {
        return logits.dim(0);
    }

    /** Frees what is kept. */
    @Override
    public void close() {
        parts.forEach(ActiveRows.Part::close);
    }

    @Override
    public String toString() {
        return size() + " items of " + network;
    }
}
