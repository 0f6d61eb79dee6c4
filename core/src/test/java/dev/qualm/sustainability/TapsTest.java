package dev.qualm.sustainability;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.TestNetworks;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TapsTest {
    @Test
    void analyse_reusedLayerAndFunctionalActivation_countsEachCall() {
        Graph one =
                NetworkBuilder.input("input", 4).linear("layer", 4).relu("act").build();
        List<Node> nodes = new ArrayList<>(one.nodes());
        nodes.add(new Node(
                "again",
                "",
                "Gemm",
                List.of("act", "layer.weight", "layer.bias"),
                List.of("again"),
                nodes.get(0).attributes()));
        nodes.add(Node.of("act_1", "Relu", List.of("again"), Attributes.NONE));
        nodes.add(Node.of("sum", "Add", List.of("act", "act_1"), Attributes.NONE));
        Graph graph = one.withNodes(nodes);
        double[] w = {1, -2, 3, 0.5, -1, 2, 0.5, 1, 1, 1, -1, 0, 0.25, 0.5, 1, 2};
        Map<String, Array> weights = new HashMap<>();
        weights.put("layer.weight", Array.of(w, 4, 4).asFloat32());
        weights.put("layer.bias", Array.of(new float[] {0.1f, 0.2f, 0.3f, 0.4f}, 4));
        Array x = Array.of(new double[] {1, 2, 3, 4, -1, 0.5, 2, 1}, 2, 4);
        Array y = Array.of(new double[] {1.5, 2, 2, 4, -1, 1.5, 2, 0}, 2, 4);
        try (Network net = Network.of(graph.withInitializers(weights), Precision.FLOAT64, "sum", null)) {
            LayerSustainability analysis = LayerSustainability.of(net).withItemValues(true);
            assertThat(analysis.taps()).extracting(Tap::tensor).containsExactly("act", "act_1");
            assertThat(LayerSustainability.of(net, Taps.LAYERS).taps())
                    .extracting(Tap::tensor)
                    .containsExactly("layer", "again");
            Array items = requireNonNull(analysis.compare(x, y).itemValues().get("given/relative-error"));
            Map<String, Array> a = net.run(x, List.of("act", "act_1"));
            Map<String, Array> b = net.run(y, List.of("act", "act_1"));
            for (int i = 0; i < 2; i++) {
                for (int t = 0; t < 2; t++) {
                    String name = t == 0 ? "act" : "act_1";
                    double expected = relativeError(requireNonNull(a.get(name)), requireNonNull(b.get(name)), i);
                    assertThat(items.get(i * 2 + t)).isPositive().isCloseTo(expected, within(1e-12));
                }
            }
        }
    }

    private static double relativeError(Array a, Array b, int row) {
        double gap = 0;
        double norm = 0;
        for (int j = row * 4; j < row * 4 + 4; j++) {
            gap += Math.pow(a.get(j) - b.get(j), 2);
            norm += Math.pow(a.get(j), 2);
        }
        return Math.sqrt(gap / norm);
    }

    @Test
    void analyse_tapWithoutBatchAxis_isRefused() {
        Graph graph = TestNetworks.residual(3);
        List<Node> nodes = new ArrayList<>(graph.nodes());
        nodes.add(Node.of(
                "turned", "Transpose", List.of("relu1"), Attributes.NONE.with("perm", new long[] {1, 0, 2, 3})));
        try (Network net = Network.of(graph.withNodes(nodes), Precision.FLOAT64)) {
            Array x = TestNetworks.images(6, 1); // as many items as channels
            assertThatThrownBy(() ->
                            LayerSustainability.of(net, Taps.named("turned")).compare(x, x))
                    .isInstanceOf(SustainabilityException.class)
                    .hasMessageContaining("first axis");
        }
    }

    @Test
    void analyse_constantTap_isRefused() {
        Graph graph = TestNetworks.residual(3);
        List<Node> nodes = new ArrayList<>(graph.nodes());
        nodes.add(Node.of("negated", "Neg", List.of("one"), Attributes.NONE));
        Map<String, Array> weights = new HashMap<>(graph.initializers());
        weights.put("one", Array.of(new float[] {1, 2}, 1, 2));
        try (Network net = Network.of(graph.withInitializers(weights).withNodes(nodes), Precision.FLOAT32)) {
            Array x = TestNetworks.images(6, 1);
            assertThatThrownBy(() ->
                            LayerSustainability.of(net, Taps.named("negated")).compare(x, x))
                    .isInstanceOf(SustainabilityException.class)
                    .hasMessageContaining("negated");
        }
    }
}
