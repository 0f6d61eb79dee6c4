package dev.qualm.cli;

import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.network.Network;
import dev.qualm.network.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * Computes maps of items from any data sets.
 *
 * @param projections random directions for estimates, 0 for exact maps
 */
record MapComputation(Network network, CosineSimilarityMaps maps, int projections, long seed, int threads) {
    /** Most items that one thread takes at a time; few, so that progress shows. */
    private static final int CHUNK = 16;

    /** Bytes of gradient rows that all threads may hold. */
    private static final long MEMORY = 2L << 30;

    private static final double[][] NONE = new double[0][];

    /** @param progress takes the number of items done so far, from any thread */
    List<MapResult> of(List<MapItem> items, int classes, LongConsumer progress) {
        List<List<MapItem>> chunks = ItemBatch.chunks(items, CHUNK, threads);
        AtomicLong done = new AtomicLong();
        try (Workers workers = Workers.of(Math.min(threads, inMemory(items, classes)))) {
            List<MapResult> all = new ArrayList<>();
            workers.map(chunks.size(), c -> {
                        List<MapResult> found = chunk(chunks.get(c));
                        progress.accept(done.addAndGet(chunks.get(c).size()));
                        return found;
                    })
                    .forEach(all::addAll);
            return all;
        }
    }

    private int inMemory(List<MapItem> items, int classes) {
        Dataset data = items.stream()
                .map(MapItem::fit)
                .filter(Objects::nonNull)
                .findFirst()
                .map(InputFit::data)
                .orElseThrow();
        long bytes = 4L * maps.classes().size(classes) * Array.size(data.itemShape());
        return (int) Math.max(1, Math.min(1024, MEMORY / Math.max(1, bytes)));
    }

    private List<MapResult> chunk(List<MapItem> items) {
        ItemBatch batch = ItemBatch.read(items);
        MapResult[] results = new MapResult[items.size()];
        for (int i = 0; i < results.length; i++) {
            if (!batch.problem(i).isEmpty()) {
                results[i] = MapResult.unreadable(items.get(i), batch.problem(i));
            }
        }
        Array inputs = batch.inputs();
        if (inputs != null) {
            List<MapResult> found = compute(
                    inputs, IntStream.of(batch.readable()).mapToObj(items::get).toList());
            for (int i = 0; i < found.size(); i++) {
                results[batch.readable()[i]] = found.get(i);
            }
        }
        return List.of(results);
    }

    private List<MapResult> compute(Array inputs, List<MapItem> items) {
        List<MapResult> results = new ArrayList<>();
        if (projections == 0) {
            CosineSimilarityMaps.Maps m = maps.of(network, inputs);
            for (int i = 0; i < items.size(); i++) {
                results.add(new MapResult(
                        items.get(i),
                        m.status().get(i),
                        m.classes()[i],
                        m.logits()[i],
                        finite(m.logits()[i]) ? m.predictions()[i] : -1,
                        m.maps()[i],
                        NONE));
            }
            return results;
        }
        CosineSimilarityMaps.Estimate e =
                maps.estimate(network, Map.of(network.input().name(), inputs), projections, seed);
        for (int i = 0; i < items.size(); i++) {
            results.add(new MapResult(
                    items.get(i),
                    e.status().get(i),
                    e.classes()[i],
                    e.logits()[i],
                    finite(e.logits()[i]) ? e.predictions()[i] : -1,
                    e.maps()[i],
                    e.standardErrors()[i]));
        }
        return results;
    }

    private static boolean finite(double[] logits) {
        return Arrays.stream(logits).allMatch(Double::isFinite);
    }
}
