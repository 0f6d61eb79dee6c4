package dev.qualm.attribution;

import dev.qualm.array.Array;
import dev.qualm.array.Safetensors;
import dev.qualm.network.ExtendedNetwork;
import dev.qualm.network.GraphWriter;
import dev.qualm.network.Network;
import dev.qualm.network.graph.Node;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The direction in which each output of each linear layer finds its signal in the data (Kindermans et al. 2018, arXiv 1705.05598, the
 * two-component estimator): pattern a = cov(x, y) / (w' cov(x, y)), over the inputs where the layer's output y is positive; for the last
 * layer over all.
 *
 * @param byWeight patterns by name of the layer's weights, of their shape; a layer's output that never was positive has zeros
 */
/*
 * Sums over patches of x max(y, 0) and of x [y > 0] are what the layer's own weight gradient gives for these two in place of the
 * gradient at its output: so every linear operator has patterns, and no patch is ever copied out.
 */
public record Patterns(Map<String, Array> byWeight) {
    public Patterns {
        byWeight = Map.copyOf(byWeight);
    }

    /**
     * Learns the patterns of all linear layers between the input and the logits.
     *
     * @param batches inputs, {@code [n, ...]} each; the more the better
     */
    public static Patterns learn(Network network, Iterable<Array> batches) {
        Map<String, PatternSums> sums = new LinkedHashMap<>();
        try (ExtendedNetwork extended = ExtendedNetwork.of(network, List.of(), w -> write(w, network, sums))) {
            for (Array batch : batches) {
                for (MicroBatches.Part part : MicroBatches.of(network, batch)) {
                    Map<String, Array> feeds = Map.of(network.input().name(), part.rows());
                    Set<String> wanted = new LinkedHashSet<>();
                    if (sums.isEmpty()) {
                        extended.run(feeds, List.of("logits"));
                    }
                    sums.keySet().forEach(weight -> wanted.addAll(PatternSums.keys(weight)));
                    Map<String, Array> out = extended.run(feeds, wanted);
                    sums.forEach((weight, s) -> s.add(out));
                }
            }
        }
        Map<String, Array> patterns = new LinkedHashMap<>();
        sums.forEach((weight, s) -> patterns.put(weight, s.pattern()));
        return new Patterns(patterns);
    }

    private static ExtendedNetwork.Names write(GraphWriter w, Network network, Map<String, PatternSums> sums) {
        Map<String, String> outputs = new LinkedHashMap<>();
        String logits = network.structure().logits();
        outputs.put("logits", logits);
        for (Node n : w.graph().nodes()) {
            LinearLayer layer = LinearLayer.of(w, n);
            if (layer != null && w.shape(n.input(0)) != null) {
                boolean last = layer.output().equals(logits);
                sums.computeIfAbsent(layer.weight(), k -> PatternSums.of(w, layer));
                // Weights that several nodes share have one pattern, from what all of them see.
                PatternSums.write(w, layer, last)
                        .forEach((key, sum) -> outputs.merge(key, sum, (before, more) -> w.node("Add", before, more)));
            }
        }
        return new ExtendedNetwork.Names(Map.of(), outputs);
    }

    /** Writes them to a safetensors file. */
    public void save(Path file) {
        new Safetensors(byWeight, Map.of("format", "qualm-patterns/1")).write(file);
    }

    /** Reads what {@link #save} wrote. */
    public static Patterns load(Path file) {
        return new Patterns(Safetensors.read(file).arrays());
    }
}
