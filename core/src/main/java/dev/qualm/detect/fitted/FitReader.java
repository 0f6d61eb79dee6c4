package dev.qualm.detect.fitted;

import dev.qualm.array.Array;
import dev.qualm.data.Batch;
import dev.qualm.data.Dataset;
import dev.qualm.detect.Demand;
import dev.qualm.detect.Evidence;
import dev.qualm.detect.Score;
import dev.qualm.detect.Shared;
import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.network.Network;
import dev.qualm.network.Workers;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads what detectors learn from, as scoring reads it.
 *
 * @param quantities of the detectors that learn
 */
record FitReader(Network network, boolean features, List<Quantity> quantities, Demand demand) {
    static FitReader of(Network network, List<Detector> detectors) {
        return of(network, detectors, detectors.stream().flatMap(d -> d.learntFrom().stream()));
    }

    static FitReader of(Network network, List<Detector> detectors, Stream<Quantity> asked) {
        List<Quantity> quantities =
                asked.distinct().filter(q -> q.refusal(network) == null).toList();
        boolean features = network.structure().head() != null
                && network.structure().trueLogits()
                && detectors.stream().anyMatch(d -> d.about().readsHead());
        Set<Score.Source> sources = new LinkedHashSet<>();
        Set<String> tensors = new LinkedHashSet<>();
        if (features) {
            sources.add(Score.Source.HEAD);
        }
        for (Quantity q : quantities) {
            tensors.addAll(q.tensors(network));
            // Of the number of classes no source depends.
            q.work(2).forEach(w -> sources.add(w.source()));
        }
        return new FitReader(
                network, features, quantities, Demand.of(network, sources, tensors, CosineSimilarityMaps.defaults()));
    }

    /** Items read at a time: {@code most}, unless more than logits and features is kept of each. */
    int block(Dataset data, int threads, int most) {
        if (quantities.isEmpty()) {
            return most;
        }
        Batch first = data.read(0, Math.min(2, data.size()));
        int rows = first.size() < 1 ? 1 : network.microBatch(feeds(first.inputs()));
        return Math.min(most, Math.max(1, rows * threads));
    }

    private Map<String, Array> feeds(Array inputs) {
        return Map.of(network.input().name(), inputs);
    }

    Readings read(Array inputs, int[] labels, long[] keys, Workers workers, Shared shared) {
        int n = labels.length;
        int rows = network.microBatch(feeds(inputs));
        return Readings.joined(workers.map((n + rows - 1) / rows, part -> {
            int from = part * rows;
            int to = Math.min(n, from + rows);
            try (Evidence evidence = Evidence.of(network, feeds(inputs.slice(from, to)), demand, shared)) {
                return Readings.of(
                        evidence,
                        Arrays.copyOfRange(labels, from, to),
                        Arrays.copyOfRange(keys, from, to),
                        features,
                        quantities);
            }
        }));
    }
}
