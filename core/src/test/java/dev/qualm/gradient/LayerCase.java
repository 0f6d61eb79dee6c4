package dev.qualm.gradient;

import dev.qualm.array.Array;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.ValueInfo;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A small network around one kind of layer.
 *
 * @param slow weights that have no per-sample form and are expected to go input by input
 */
record LayerCase(String name, Graph graph, Set<String> slow) {
    LayerCase(String name, Graph graph) {
        this(name, graph, Set.of());
    }

    /** A batch of {@code n} random inputs; integers from -{@code bound} to {@code bound} - 1. */
    Map<String, Array> feeds(int n, int bound) {
        Random random = new Random(n);
        Map<String, Array> feeds = new LinkedHashMap<>();
        for (ValueInfo in : graph.inputs()) {
            int[] shape = new int[in.rank()];
            for (int i = 0; i < shape.length; i++) {
                shape[i] = i == 0 ? n : (int) in.dim(i);
            }
            int size = Array.size(shape);
            if (in.type().isFloating()) {
                double[] x = new double[size];
                for (int i = 0; i < size; i++) {
                    x[i] = random.nextGaussian();
                }
                feeds.put(in.name(), Array.of(x, shape));
            } else {
                long[] x = new long[size];
                for (int i = 0; i < size; i++) {
                    x[i] = in.name().equals("lengths") ? 1 + random.nextInt(4) : random.nextInt(2 * bound) - bound;
                }
                feeds.put(in.name(), Array.of(x, shape));
            }
        }
        return feeds;
    }

    @Override
    public String toString() {
        return name;
    }
}
