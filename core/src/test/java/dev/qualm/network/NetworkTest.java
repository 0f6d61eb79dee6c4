package dev.qualm.network;

import static dev.qualm.network.TestNetworks.gap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.ShapeException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NetworkTest {
    @Test
    void logits_batch_equalsSinglesInAnyOrder() {
        Array images = TestNetworks.images(23, 1);
        try (Network network = Network.of(TestNetworks.residual(2), Precision.FLOAT64)) {
            Array batch = network.logits(images);
            for (int i : new int[] {22, 0, 7}) {
                assertThat(gap(network.logits(images.slice(i, i + 1)), batch.slice(i, i + 1)))
                        .isLessThan(1e-12);
            }
        }
    }

    @Test
    void logits_float32_closeToFloat64() {
        Array images = TestNetworks.images(9, 3);
        try (Network single = Network.of(TestNetworks.residual(4), Precision.FLOAT32);
                Network twice = single.to(Precision.FLOAT64)) {
            assertThat(single.logits(images.asFloat32()).dtype()).isEqualTo(dev.qualm.array.DType.FLOAT32);
            assertThat(gap(single.logits(images.asFloat32()), twice.logits(images)))
                    .isLessThan(1e-5);
            assertThat(single.logits(images))
                    .as("float64 input is rounded")
                    .isEqualTo(single.logits(images.asFloat32()));
        }
    }

    @Test
    void run_eightThreads_sameBitsAsOne() throws Exception {
        Array images = TestNetworks.images(40, 5).asFloat32();
        try (Network network = Network.of(TestNetworks.residual(6), Precision.FLOAT32)) {
            Array alone = network.logits(images);
            ExecutorService pool = Executors.newFixedThreadPool(8);
            try {
                List<Future<Array>> answers = new ArrayList<>();
                for (int i = 0; i < 64; i++) {
                    answers.add(pool.submit(() -> network.logits(images)));
                }
                for (Future<Array> a : answers) {
                    assertThat(a.get()).isEqualTo(alone);
                }
            } finally {
                pool.shutdownNow();
            }
        }
    }

    @Test
    void run_everyTensorOfTheGraph_unchangedByFoldingAndInPlaceKernels() {
        Array images = TestNetworks.images(3, 7);
        try (Network network = Network.of(TestNetworks.residual(8), Precision.FLOAT64)) {
            // Together nothing may be folded or overwritten; one by one everything before the tensor may.
            Map<String, Array> together = network.run(images, network.graph().tensors());
            for (String tensor : network.graph().tensors()) {
                Array alone = java.util.Objects.requireNonNull(
                        network.run(images, List.of(tensor)).get(tensor));
                assertThat(gap(alone, java.util.Objects.requireNonNull(together.get(tensor))))
                        .as(tensor)
                        .isLessThan(1e-12);
            }
        }
    }

    @Test
    void close_whileViewsLive_viewsKeepTheirWeights() {
        Array images = TestNetworks.images(2, 9);
        Network network = Network.of(TestNetworks.residual(10), Precision.FLOAT64);
        Array expected = network.logits(images);
        Network view = network.with(Views.weights(Map.of("logits.bias", Array.of(new float[] {1, 1, 1, 1, 1}, 5))));
        network.close();
        network.close();
        assertThatThrownBy(() -> network.logits(images)).isInstanceOf(IllegalStateException.class);
        try (view) {
            Array shifted = view.logits(images);
            for (int i = 0; i < expected.size(); i++) {
                assertThat(shifted.get(i) - expected.get(i)).isCloseTo(1, org.assertj.core.data.Offset.offset(1e-12));
            }
        }
    }

    @Test
    void run_wrongShapeOrName_errorGivesExpectedAndFound() {
        try (Network network = Network.of(TestNetworks.residual(11), Precision.FLOAT32)) {
            assertThatThrownBy(() -> network.logits(Array.of(new float[2 * 3 * 9 * 9], 2, 3, 9, 9)))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("3, 8, 8")
                    .hasMessageContaining("9, 9");
            assertThatThrownBy(() -> network.run(Map.of("pixels", TestNetworks.images(1, 1)), List.of("logits")))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("pixels");
            assertThatThrownBy(() -> network.run(TestNetworks.images(1, 1), List.of("nowhere")))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("nowhere");
        }
    }

    @Test
    void structure_residualNetwork_namesHeadLayersAndActivations() {
        try (Network network = Network.of(TestNetworks.residual(12), Precision.FLOAT32)) {
            Structure s = network.structure();
            assertThat(s.logits()).isEqualTo("logits");
            assertThat(s.head()).isEqualTo(new Head("logits", "features", "logits.weight", true, "logits.bias"));
            assertThat(s.layers().stream().map(Layer::name)).containsExactly("conv1", "bn1", "conv2", "logits");
            assertThat(s.activations()).containsExactly("relu1", "relu2");
        }
    }

    @Test
    void structure_weightTurnedInTheGraph_isAHeadOfClassesFirst() {
        Graph gemm = NetworkBuilder.input("x", 4)
                .seed(1)
                .linear("fc", 6)
                .relu("h")
                .withoutBias()
                .linear("logits", 3)
                .build();
        assertThat(headAfter(gemm, new long[] {1, 0}))
                .isEqualTo(new Head("logits", "h", "logits.weight", true, null, false));
        assertThat(headAfter(gemm, null)).isNotNull();
        assertThat(headAfter(gemm, new long[] {0, 1})).as("the weight as it is").isNull();
    }

    private static @Nullable Head headAfter(Graph gemm, long @Nullable [] order) {
        List<Node> nodes = new ArrayList<>(gemm.nodes().subList(0, gemm.nodes().size() - 1));
        Attributes turn = order == null ? Attributes.NONE : Attributes.NONE.with("perm", order);
        nodes.add(Node.of("turned", "Transpose", List.of("logits.weight"), turn));
        nodes.add(Node.of("logits", "MatMul", List.of("h", "turned"), Attributes.NONE));
        return Structure.of(gemm.withNodes(nodes), null, null).head();
    }

    @Test
    void structure_softmaxAtTheEnd_logitsAreBeforeIt() {
        var graph = NetworkBuilder.input("x", 4)
                .seed(1)
                .linear("fc", 3)
                .softmax("p")
                .build();
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            assertThat(network.structure().kind()).isEqualTo(dev.qualm.data.OutputKind.PROBABILITIES);
            assertThat(network.structure().logits()).isEqualTo("fc");
            Array x = Array.of(new double[] {1, -2, 3, 0.5}, 1, 4);
            Array z = network.logits(x);
            Array p = java.util.Objects.requireNonNull(
                    network.run(x, List.of("p")).get("p"));
            double sum = Math.exp(z.get(0)) + Math.exp(z.get(1)) + Math.exp(z.get(2));
            assertThat(p.get(1)).isCloseTo(Math.exp(z.get(1)) / sum, org.assertj.core.data.Offset.offset(1e-12));
        }
    }

    @Test
    void run_batchBakedIntoReshape_runsSampleBySample() {
        var built = NetworkBuilder.input("x", 4).seed(1).linear("fc", 3).build();
        // Reshape to [1, -1] mixes samples silently when the batch is larger than one.
        var nodes = new ArrayList<>(built.nodes());
        nodes.add(dev.qualm.network.graph.Node.of(
                "out", "Reshape", List.of("fc", "shape"), dev.qualm.network.graph.Attributes.NONE));
        var graph = new dev.qualm.network.graph.Graph(
                "baked",
                built.opsets(),
                built.inputs(),
                List.of(dev.qualm.network.graph.ValueInfo.floats("out", 1, 3)),
                nodes,
                merged(built.initializers(), "shape", Array.of(new long[] {1, -1}, 2)));
        Array x = Array.of(new double[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 3, 4);
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            assertThat(network.isSampleBySample(Map.of("x", x))).isTrue();
            Array logits = network.logits(x);
            assertThat(logits.shape()).containsExactly(3, 3);
            assertThat(gap(logits.slice(2, 3), network.logits(x.slice(2, 3)))).isZero();
        }
    }

    @Test
    void logits_modelThatTakesFourRowsOnly_anyNumberOfThem() {
        var built = NetworkBuilder.input("x", 4).seed(1).linear("fc", 3).build();
        var nodes = new ArrayList<>(built.nodes());
        nodes.add(dev.qualm.network.graph.Node.of(
                "out", "Reshape", List.of("fc", "shape"), dev.qualm.network.graph.Attributes.NONE));
        var graph = new dev.qualm.network.graph.Graph(
                "fixed",
                built.opsets(),
                List.of(dev.qualm.network.graph.ValueInfo.floats("x", 4, 4)),
                List.of(dev.qualm.network.graph.ValueInfo.floats("out", 4, 3)),
                nodes,
                merged(built.initializers(), "shape", Array.of(new long[] {4, 3}, 2)));
        double[] values = new double[11 * 4];
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.sin(i);
        }
        Array x = Array.of(values, 11, 4);
        try (Network network = Network.of(graph, Precision.FLOAT64);
                Network free = Network.of(built, Precision.FLOAT64)) {
            for (int n : new int[] {1, 2, 3, 4, 5, 8, 11}) {
                try (Network fresh = network.with(g -> g)) {
                    Array logits = fresh.logits(x.slice(0, n));
                    assertThat(logits.shape()).containsExactly(n, 3);
                    assertThat(gap(logits, free.logits(x.slice(0, n)))).isLessThan(1e-12);
                }
            }
        }
    }

    private static Map<String, Array> merged(Map<String, Array> base, String name, Array value) {
        Map<String, Array> all = new java.util.LinkedHashMap<>(base);
        all.put(name, value);
        return all;
    }
}
