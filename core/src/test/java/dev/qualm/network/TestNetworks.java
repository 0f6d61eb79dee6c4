package dev.qualm.network;

import dev.qualm.array.Array;
import dev.qualm.network.graph.Graph;
import java.util.Random;

/** Small networks and inputs that the tests of this package share. */
public final class TestNetworks {
    private TestNetworks() {}

    /** Two convolutions, the first with BatchNormalization of uneven statistics, a residual sum, pooling and a head; 5 classes. */
    public static Graph residual(long seed) {
        Graph graph = NetworkBuilder.input("input", 3, 8, 8)
                .seed(seed)
                .withoutBias()
                .conv("conv1", 6, 3, 1, 1)
                .batchNorm("bn1")
                .relu("relu1")
                .conv("conv2", 6, 3, 1, 1)
                .add("sum", "relu1")
                .relu("relu2")
                .maxPool("pool", 2, 2)
                .globalAveragePool("gap")
                .flatten("features")
                .linear("logits", 5)
                .build();
        Random random = new Random(seed);
        java.util.Map<String, Array> statistics = new java.util.HashMap<>();
        for (String name : java.util.List.of("bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var")) {
            float[] values = new float[6];
            for (int i = 0; i < values.length; i++) {
                values[i] = name.endsWith("var") || name.endsWith("weight")
                        ? 0.5f + random.nextFloat()
                        : (float) random.nextGaussian() * 0.3f;
            }
            statistics.put(name, Array.of(values, 6));
        }
        return graph.withInitializers(statistics);
    }

    /** Standard normal inputs for {@link #residual}, {@code [n, 3, 8, 8]} in float64. */
    public static Array images(int n, long seed) {
        Random random = new Random(seed);
        double[] values = new double[n * 3 * 8 * 8];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        return Array.of(values, n, 3, 8, 8);
    }

    /** Largest absolute difference of two arrays of equal size. */
    public static double gap(Array a, Array b) {
        double gap = a.size() == b.size() ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            gap = Math.max(gap, Math.abs(a.get(i) - b.get(i)));
        }
        return gap;
    }
}
