package dev.qualm.network;

import static dev.qualm.network.TestNetworks.gap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.array.Array;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sweeps against tapes, which the engine differentiates. */
class SweepTest {
    static Stream<String> networks() {
        return graphs().keySet().stream();
    }

    private static Map<String, Graph> graphs() {
        Map<String, Graph> all = new LinkedHashMap<>();
        all.put("residual", TestNetworks.residual(1));
        all.put(
                "strides, groups, depthwise, dilation-free pads",
                start().conv("a", 6, 3, 2, 1)
                        .relu6("a.relu")
                        .conv("b", 6, 3, 1, 1, 6)
                        .relu("b.relu")
                        .conv("c", 8, 3, 2, 0, 2)
                        .relu("c.relu")
                        .conv("d", 8, 1, 1, 0, 4)
                        .flatten("flatten")
                        .linear("logits", 4)
                        .build());
        all.put(
                "padding wider than the kernel reaches",
                start().conv("a", 4, 1, 1, 2)
                        .relu("a.relu")
                        .globalAveragePool("gap")
                        .flatten("flatten")
                        .linear("logits", 3)
                        .build());
        all.put(
                "pools and other activations",
                start().conv("a", 4, 3, 1, 1)
                        .unary("tanh", "Tanh", Attributes.NONE)
                        .maxPool("max", 2, 2)
                        .batchNorm("norm")
                        .unary("leaky", "LeakyRelu", Attributes.NONE.with("alpha", 0.2f))
                        .averagePool("average", 2, 2)
                        .flatten("flatten")
                        .linear("hidden", 7)
                        .relu("hidden.relu")
                        .linear("logits", 3)
                        .softmax("probabilities")
                        .build());
        all.put("several paths and a broadcast summand", broadcast());
        return all;
    }

    private static NetworkBuilder start() {
        return NetworkBuilder.input("input", 3, 8, 8).seed(3);
    }

    /** The input itself is added to a convolution of it, and a [n, c, 1, 1] summand to both. */
    private static Graph broadcast() {
        Graph graph = start().conv("a", 3, 3, 1, 1)
                .add("b", "input")
                .relu("c")
                .globalAveragePool("d")
                .build();
        List<Node> nodes = new ArrayList<>(graph.nodes());
        nodes.add(Node.of("e", "Sub", List.of("d", "c"), Attributes.NONE));
        nodes.add(Node.of("f", "Mul", List.of("e", "input"), Attributes.NONE));
        nodes.add(Node.of("g", "GlobalAveragePool", List.of("f"), Attributes.NONE));
        nodes.add(Node.of("logits", "Flatten", List.of("g"), Attributes.NONE));
        return new Graph(
                "broadcast",
                graph.opsets(),
                graph.inputs(),
                List.of(dev.qualm.network.graph.ValueInfo.floats("logits", -1, 3)),
                nodes,
                graph.initializers());
    }

    @ParameterizedTest
    @MethodSource("networks")
    void gradient_anyNetwork_equalsTape(String name) {
        Graph graph = java.util.Objects.requireNonNull(graphs().get(name));
        for (Precision precision : Precision.values()) {
            double tolerance = precision == Precision.FLOAT64 ? 1e-13 : 1e-5;
            try (Network network = Network.of(graph, precision)) {
                for (int n : new int[] {1, 5, 2}) {
                    Array images = TestNetworks.images(n, 4);
                    Array batch = precision == Precision.FLOAT64 ? images : images.asFloat32();
                    try (Sweep sweep = Sweep.of(network, batch);
                            Tape tape = Tape.record(network, batch, Recording.ofInput(network));
                            NativeScope scope = NativeScope.values()) {
                        Array logits = Tensors.toArray(sweep.logits());
                        assertThat(gap(logits, Tensors.toArray(tape.logits()))).isLessThan(tolerance);
                        for (int seed = 0; seed < 3; seed++) {
                            Array cotangent = normal(seed, logits.shape());
                            Array expected = tape.gradient(
                                    precision == Precision.FLOAT64 ? cotangent : cotangent.asFloat32(), "input");
                            assertThat(largest(expected)).isGreaterThan(1e-3);
                            Array found = sweep.gradient(cotangent);
                            assertThat(found.shape()).isEqualTo(expected.shape());
                            assertThat(gap(found, expected)).isLessThan(tolerance);
                        }
                    }
                }
            }
        }
    }

    @Test
    void gradient_afterClose_saysSo() {
        try (Network network = Network.of(TestNetworks.residual(1), Precision.FLOAT32)) {
            Sweep sweep = Sweep.of(network, TestNetworks.images(2, 1).asFloat32());
            sweep.close();
            sweep.close();
            assertThatThrownBy(() -> sweep.gradient(normal(1, 2, 5)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
    }

    @Test
    void gradient_eightWorkers_sameBitsAsOne() {
        Array images = TestNetworks.images(64, 2).asFloat32();
        try (Network network = Network.of(TestNetworks.residual(1), Precision.FLOAT32);
                Workers eight = Workers.of(8)) {
            List<Array> alone = Workers.caller().map(16, i -> gradient(network, images.slice(4 * i, 4 * i + 4)));
            assertThat(eight.map(16, i -> gradient(network, images.slice(4 * i, 4 * i + 4))))
                    .isEqualTo(alone);
        }
    }

    private static Array gradient(Network network, Array batch) {
        try (Sweep sweep = Sweep.of(network, batch)) {
            return sweep.gradient(normal(7, batch.dim(0), 5));
        }
    }

    private static double largest(Array a) {
        return Arrays.stream(a.toDoubles()).map(Math::abs).max().orElse(0);
    }

    private static Array normal(long seed, int... shape) {
        Random random = new Random(seed);
        double[] values = new double[Array.size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        return Array.of(values, shape);
    }
}
