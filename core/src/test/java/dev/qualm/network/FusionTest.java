package dev.qualm.network;

import static dev.qualm.network.TestNetworks.gap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.array.Array;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class FusionTest {
    private static final int LARGE = 40;

    @Test
    void fuse_residualBlocks_oneNodePerConvolution() {
        Graph graph = blocks(1, false);
        Graph fused = Fusion.fuse(graph, Set.of("logits")).graph();
        assertThat(ops(fused))
                .containsExactly(
                        "FusedConv", "FusedConv", "FusedConv", "FusedConv", "GlobalAveragePool", "Flatten", "Gemm");
        assertThat(fused.producer("sum.relu")).satisfies(n -> {
            assertThat(n.inputs()).contains("stem.relu");
            assertThat(n.attributes().getFloat("min", -1)).isZero();
        });
    }

    @Test
    void fuse_tensorsAskedFor_stay() {
        Graph graph = blocks(1, false);
        for (String tensor : graph.tensors()) {
            assertThat(Fusion.fuse(graph, Set.of(tensor)).graph().tensors()).contains(tensor);
        }
        assertThat(Fusion.fuse(graph, graph.tensors()).graph().tensors()).isEqualTo(graph.tensors());
    }

    @Test
    void logits_smallAndLargeBatches_equalFloat64() {
        for (boolean depthwise : new boolean[] {false, true}) {
            Graph graph = blocks(2, depthwise);
            Array images = TestNetworks.images(LARGE, 3);
            try (Network single = Network.of(graph, Precision.FLOAT32);
                    Network exact = single.to(Precision.FLOAT64)) {
                Array expected = exact.logits(images);
                assertThat(gap(single.logits(images.asFloat32()), expected)).isLessThan(1e-5);
                for (int i : new int[] {0, LARGE - 1}) {
                    assertThat(gap(single.logits(images.slice(i, i + 1).asFloat32()), expected.slice(i, i + 1)))
                            .isLessThan(1e-5);
                }
            }
        }
    }

    @Test
    void logits_notANumberInTheInput_isNotHidden() {
        for (boolean depthwise : new boolean[] {false, true}) {
            for (int n : new int[] {1, LARGE}) {
                Array images = TestNetworks.images(n, 3).asFloat32();
                images.floats()[0] = Float.NaN;
                try (Network network = Network.of(blocks(2, depthwise), Precision.FLOAT32)) {
                    Array logits = network.logits(images);
                    assertThat(logits.slice(0, 1).toDoubles()).containsOnly(Double.NaN);
                    assertThat(logits.slice(1, n).toDoubles()).doesNotContain(Double.NaN);
                }
            }
        }
    }

    /** A summand that is larger than the convolution's result makes the sum larger too. */
    @Test
    void run_summandOfAnotherShape_isBroadcast() {
        Graph graph = NetworkBuilder.input("input", 2, 6, 6)
                .seed(4)
                .conv("small", 3, 6, 1, 0)
                .at("input")
                .conv("large", 3, 3, 1, 1)
                .build();
        List<Node> nodes = new ArrayList<>(graph.nodes());
        nodes.add(Node.of("sum", "Add", List.of("small", "large"), Attributes.NONE));
        Graph summed = new Graph(
                "sum",
                graph.opsets(),
                graph.inputs(),
                List.of(dev.qualm.network.graph.ValueInfo.floats("sum", -1, 3, 6, 6)),
                nodes,
                graph.initializers());
        Array x = TestNetworks.images(2, 1);
        Array input = Array.of(java.util.Arrays.copyOf(x.toDoubles(), 2 * 2 * 36), 2, 2, 6, 6);
        try (Network single = Network.of(summed, Precision.FLOAT32);
                Network exact = single.to(Precision.FLOAT64)) {
            Array ours = single.run(input.asFloat32(), List.of("sum")).get("sum");
            Array expected = exact.run(input, List.of("sum")).get("sum");
            assertThat(gap(java.util.Objects.requireNonNull(ours), java.util.Objects.requireNonNull(expected)))
                    .isLessThan(1e-5);
        }
    }

    /** The packed weights hold what depends on the input's size, so two calls must not share them. */
    @Test
    void logits_threadsWithOtherBatchSizes_sameBitsAsAlone() throws Exception {
        Array images = TestNetworks.images(8, 5).asFloat32();
        try (Network network = Network.of(blocks(3, true), Precision.FLOAT32)) {
            List<Array> alone = new ArrayList<>();
            for (int n = 1; n <= 8; n++) {
                alone.add(network.logits(images.slice(0, n)));
            }
            ExecutorService pool = Executors.newFixedThreadPool(8);
            try {
                List<Future<Array>> answers = new ArrayList<>();
                for (int i = 0; i < 200; i++) {
                    Array part = images.slice(0, 1 + i % 8);
                    answers.add(pool.submit(() -> network.logits(part)));
                }
                for (int i = 0; i < answers.size(); i++) {
                    assertThat(answers.get(i).get()).isEqualTo(alone.get(i % 8));
                }
            } finally {
                pool.shutdownNow();
            }
        }
    }

    @Test
    void logits_changedWeights_areNotThePackedOnes() {
        Array images = TestNetworks.images(2, 5).asFloat32();
        try (Network network = Network.of(blocks(3, true), Precision.FLOAT32)) {
            Array before = network.logits(images);
            Array weight = java.util.Objects.requireNonNull(
                    network.graph().initializers().get("a.weight"));
            float[] doubled = weight.floats().clone();
            for (int i = 0; i < doubled.length; i++) {
                doubled[i] *= 2;
            }
            try (Network changed = network.with(Views.weights(Map.of("a.weight", Array.of(doubled, weight.shape()))))) {
                assertThat(gap(changed.logits(images), before)).isGreaterThan(1e-3);
            }
            assertThat(network.logits(images)).isEqualTo(before);
        }
    }

    private static Graph blocks(long seed, boolean depthwise) {
        NetworkBuilder net = NetworkBuilder.input("input", 3, 8, 8).seed(seed);
        net.conv("stem", 8, 3, 1, 1).relu("stem.relu");
        net.conv("a", 8, 3, 1, 1, depthwise ? 8 : 1).relu6("a.relu");
        net.conv("b", 8, 1, 1, 0).add("sum", "stem.relu").relu("sum.relu");
        net.conv("c", 16, 3, 2, 1, depthwise ? 8 : 1);
        return net.globalAveragePool("gap")
                .flatten("flatten")
                .linear("logits", 4)
                .build();
    }

    private static List<String> ops(Graph graph) {
        return graph.nodes().stream().map(Node::op).toList();
    }
}
