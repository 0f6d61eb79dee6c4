package dev.qualm.mutation;

import dev.qualm.array.Array;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Small networks with every kind of layer that has units. */
final class MutationNetworks {
    private MutationNetworks() {}

    /**
     * Convolution with BatchNormalization, grouped and depthwise convolutions, a transposed one in groups, MatMul with Add, Gemm either way
     * round; input {@code [n, 4, 6, 6]}, 5 classes. All weights are drawn, none is zero.
     */
    static Graph mixed(long seed) {
        Graph front = NetworkBuilder.input("input", 4, 6, 6)
                .conv("conv", 8, 3, 1, 1)
                .batchNorm("bn")
                .relu("relu1")
                .conv("grouped", 12, 3, 1, 1, 2)
                .relu("relu2")
                .conv("depthwise", 12, 3, 1, 1, 12)
                .relu("relu3")
                .build();
        List<Node> nodes = new ArrayList<>(front.nodes());
        Map<String, Array> weights = new LinkedHashMap<>(front.initializers());
        nodes.add(Node.of(
                "transposed",
                "ConvTranspose",
                List.of("relu3", "transposed.weight", "transposed.bias"),
                Attributes.NONE
                        .with("kernel_shape", new long[] {2, 2})
                        .with("strides", new long[] {2, 2})
                        .with("group", 3L)));
        weights.put("transposed.weight", Array.of(new float[12 * 4 * 4], 12, 4, 2, 2));
        weights.put("transposed.bias", Array.of(new float[12], 12));
        nodes.add(Node.of("relu4", "Relu", List.of("transposed"), Attributes.NONE));
        nodes.add(Node.of("gap", "GlobalAveragePool", List.of("relu4"), Attributes.NONE));
        nodes.add(Node.of("features", "Flatten", List.of("gap"), Attributes.NONE));
        nodes.add(Node.of("matmul", "MatMul", List.of("features", "matmul.weight"), Attributes.NONE));
        weights.put("matmul.weight", Array.of(new float[12 * 10], 12, 10));
        nodes.add(Node.of("matmul.sum", "Add", List.of("matmul.bias", "matmul"), Attributes.NONE));
        weights.put("matmul.bias", Array.of(new float[10], 10));
        nodes.add(Node.of("tanh1", "Tanh", List.of("matmul.sum"), Attributes.NONE));
        nodes.add(Node.of("gemm", "Gemm", List.of("tanh1", "gemm.weight", "gemm.bias"), Attributes.NONE));
        weights.put("gemm.weight", Array.of(new float[10 * 14], 10, 14));
        weights.put("gemm.bias", Array.of(new float[14], 14));
        nodes.add(Node.of("tanh2", "Tanh", List.of("gemm"), Attributes.NONE));
        nodes.add(Node.of(
                "logits",
                "Gemm",
                List.of("tanh2", "logits.weight", "logits.bias"),
                Attributes.NONE.with("transB", 1L)));
        weights.put("logits.weight", Array.of(new float[5 * 14], 5, 14));
        weights.put("logits.bias", Array.of(new float[5], 5));
        return drawn(
                new Graph(
                        "mixed",
                        front.opsets(),
                        front.inputs(),
                        List.of(ValueInfo.floats("logits", -1, 5)),
                        nodes,
                        weights),
                seed);
    }

    /** One layer called twice, and another whose two calls are normalised differently. */
    static Graph shared() {
        Graph g = NetworkBuilder.input("input", 4, 6, 6)
                .conv("first", 4, 3, 1, 1)
                .relu("relu1")
                .conv("second", 4, 3, 1, 1)
                .batchNorm("bn")
                .relu("relu2")
                .conv("third", 4, 3, 1, 1)
                .relu("relu3")
                .globalAveragePool("gap")
                .flatten("flatten")
                .linear("logits", 3)
                .build();
        List<Node> nodes = new ArrayList<>();
        for (Node n : g.nodes()) {
            nodes.add(n.name().equals("third") ? n.withInputs(List.of("relu2", "second.weight", "second.bias")) : n);
        }
        Map<String, Array> weights = new LinkedHashMap<>(g.initializers());
        weights.remove("third.weight");
        weights.remove("third.bias");
        return drawn(new Graph("shared", g.opsets(), g.inputs(), g.outputs(), nodes, weights), 5);
    }

    /** Every float weight drawn from a normal distribution, variances from 0.5 to 1.5. */
    static Graph drawn(Graph graph, long seed) {
        Random random = new Random(seed);
        Map<String, Array> weights = new LinkedHashMap<>();
        graph.initializers().forEach((name, a) -> {
            float[] values = new float[a.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = name.endsWith("var") ? 0.5f + random.nextFloat() : 0.5f * (float) random.nextGaussian();
            }
            if (a.dtype().isFloating()) {
                weights.put(name, Array.of(values, a.shape()));
            }
        });
        return graph.withInitializers(weights);
    }

    static Array images(int n, long seed) {
        Random random = new Random(seed);
        double[] values = new double[n * 4 * 6 * 6];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        return Array.of(values, n, 4, 6, 6);
    }
}
