package dev.qualm.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.SharedPrefix;
import dev.qualm.network.Views;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import dev.qualm.testkit.Golden;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks that differ in weights give what a network read with those weights gives, in whatever way they run. */
class WeightVariantTest {
    @ParameterizedTest
    @MethodSource("dev.qualm.gradient.LayerCases#all")
    void with_oneWeightOfEachLayer_equalsANetworkMadeWithIt(LayerCase layer) {
        for (Precision precision : Precision.values()) {
            check(layer.graph(), layer.feeds(3, 2), precision);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"n1-fmnist-cnn", "n2-rgb-resnet", "n3-tabular-mlp", "n4-avgpool-cnn", "n5-rgb-seq"})
    void with_oneWeightOfATrainedNetwork_equalsANetworkMadeWithIt(String name) {
        Array input = Golden.arrays(name + "/io.npz").get("input");
        Graph graph = Network.read(Golden.path(name + "/model.onnx"));
        for (Precision precision : Precision.values()) {
            check(graph, Map.of("input", input.slice(0, 3)), precision);
        }
    }

    static Stream<Graph> builtNetworks() {
        return Stream.of(
                NetworkBuilder.input("x", 4, 8, 8)
                        .seed(1)
                        .conv("c1", 8, 3, 1, 1)
                        .relu6("r1")
                        .conv("c2", 8, 3, 1, 1, 8)
                        .batchNorm("b2")
                        .relu6("r2")
                        .conv("c3", 8, 1, 1, 0)
                        .batchNorm("b3")
                        .add("sum", "r1")
                        .globalAveragePool("gap")
                        .flatten("flat")
                        .linear("logits", 5)
                        .build(),
                NetworkBuilder.input("x", 6)
                        .seed(2)
                        .linear("a", 7)
                        .relu("ra")
                        .linear("b", 7)
                        .add("s", "ra")
                        .relu("rb")
                        .linear("logits", 4)
                        .softmax("p")
                        .build());
    }

    /** Among others the bounds of Clip, which are part of a merged node. */
    @ParameterizedTest
    @MethodSource("builtNetworks")
    void with_oneWeightOfABuiltNetwork_equalsANetworkMadeWithIt(Graph graph) {
        int[] shape = graph.inputs().get(0).rank() == 2 ? new int[] {5, 6} : new int[] {5, 4, 8, 8};
        for (Precision precision : Precision.values()) {
            check(graph, Map.of("x", normal(shape, 3)), precision);
        }
    }

    private static void check(Graph graph, Map<String, Array> feeds, Precision precision) {
        try (Network network = Network.of(graph, precision);
                SharedPrefix prefix = SharedPrefix.of(network, feeds)) {
            Array before = network.logits(feeds);
            assertThat(prefix.logits().toDoubles())
                    .isEqualTo(run(network, feeds).toDoubles());
            int checked = 0;
            for (Map.Entry<String, Array> weight :
                    network.graph().initializers().entrySet()) {
                if (!weight.getValue().dtype().isFloating()) {
                    continue;
                }
                Graph changed = graph.withInitializers(Map.of(weight.getKey(), scaled(weight.getValue())));
                try (Network variant = network.with(g -> changed);
                        Network expected = Network.of(changed, precision)) {
                    double[] alone = run(expected, feeds).toDoubles();
                    assertThat(run(variant, feeds).toDoubles())
                            .as(weight.getKey())
                            .isEqualTo(alone);
                    assertThat(prefix.logits(variant).toDoubles())
                            .as("from the prefix, " + weight.getKey())
                            .isEqualTo(alone);
                    checked++;
                }
            }
            assertThat(checked).isPositive();
            assertThat(network.logits(feeds).toDoubles()).isEqualTo(before.toDoubles());
        }
    }

    @Test
    void logits_ofAVariantOfAVariant_equalsANetworkMadeWithIt() {
        Graph graph = Network.read(Golden.path("n2-rgb-resnet/model.onnx"));
        Map<String, Array> feeds = Map.of(
                "input", Golden.arrays("n2-rgb-resnet/io.npz").get("input").slice(0, 3));
        List<String> names = List.of("conv0.weight", "b1.conv2.weight", "b2.bn2.bias", "fc.weight");
        try (Network network = Network.of(graph, Precision.FLOAT32)) {
            for (String first : names) {
                for (String second : names) {
                    Map<String, Array> one =
                            Map.of(first, scaled(graph.initializers().get(first)));
                    Map<String, Array> both = new LinkedHashMap<>(one);
                    both.merge(second, scaled(graph.initializers().get(second)), (a, b) -> scaled(a));
                    both.put(first, scaled(java.util.Objects.requireNonNull(both.get(first))));
                    try (Network mutant = network.with(Views.weights(one));
                            Network twice = mutant.with(Views.weights(both));
                            SharedPrefix prefix = SharedPrefix.of(mutant, feeds);
                            Network expected = Network.of(graph.withInitializers(both), Precision.FLOAT32)) {
                        double[] alone = run(expected, feeds).toDoubles();
                        assertThat(run(twice, feeds).toDoubles()).isEqualTo(alone);
                        assertThat(prefix.logits(twice).toDoubles()).isEqualTo(alone);
                        assertThat(prefix.logits(network).toDoubles())
                                .isEqualTo(run(network, feeds).toDoubles());
                    }
                }
            }
        }
    }

    @Test
    void with_originalClosedFirst_stillRuns() {
        Graph graph = Network.read(Golden.path("n2-rgb-resnet/model.onnx"));
        Array x = Golden.arrays("n2-rgb-resnet/io.npz").get("input").slice(0, 2);
        Graph changed = graph.withInitializers(
                Map.of("b1.conv1.weight", scaled(graph.initializers().get("b1.conv1.weight"))));
        Network network = Network.of(graph, Precision.FLOAT32);
        try (Network variant = network.with(g -> changed)) {
            network.close();
            Array found = variant.logits(x);
            try (Network expected = Network.of(changed, Precision.FLOAT32)) {
                assertThat(found.toDoubles()).isEqualTo(expected.logits(x).toDoubles());
            }
            assertThatThrownBy(() -> network.logits(x)).hasMessageContaining("closed");
        }
    }

    @Test
    void logits_networkOfAnotherGraph_isRefused() {
        Graph graph = Network.read(Golden.path("n2-rgb-resnet/model.onnx"));
        Array x = Golden.arrays("n2-rgb-resnet/io.npz").get("input").slice(0, 2);
        try (Network network = Network.of(graph, Precision.FLOAT32);
                Network other = Network.of(graph, Precision.FLOAT32);
                Network smooth = network.with(Views.softplus(5));
                SharedPrefix prefix = SharedPrefix.of(network, Map.of("input", x))) {
            List<Network> strangers = new ArrayList<>(List.of(other, smooth));
            for (Network stranger : strangers) {
                assertThatThrownBy(() -> prefix.logits(stranger)).hasMessageContaining("differs in weights alone");
            }
        }
    }

    private static Array run(Network network, Map<String, Array> feeds) {
        String logits = network.structure().logits();
        return network.asLogits(java.util.Objects.requireNonNull(
                network.runWhole(feeds, List.of(logits)).get(logits)));
    }

    private static Array scaled(Array weight) {
        double[] values = weight.toDoubles().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = values[i] * 1.25 + 0.03;
        }
        Array changed = Array.of(values, weight.shape());
        return weight.dtype() == dev.qualm.array.DType.FLOAT32 ? changed.asFloat32() : changed;
    }

    private static Array normal(int[] shape, long seed) {
        Random random = new Random(seed);
        double[] values = new double[Array.size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        return Array.of(values, shape);
    }
}
