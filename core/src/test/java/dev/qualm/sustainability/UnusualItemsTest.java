package dev.qualm.sustainability;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.Status;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.TestNetworks;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.ElementType;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Items and networks that need care: without a value, damaged, of a fixed number. */
class UnusualItemsTest {
    @SuppressWarnings("NullAway.Init") // before all tests
    private static Network network;

    @BeforeAll
    static void open() {
        network = Network.of(TestNetworks.residual(3), Precision.FLOAT64);
    }

    @AfterAll
    static void close() {
        network.close();
    }

    @Test
    void compare_zeroActivations_undefinedAndSaid() {
        Graph graph = NetworkBuilder.input("input", 3)
                .linear("layer", 4)
                .relu("act")
                .linear("logits", 2)
                .build();
        Map<String, Array> weights = new HashMap<>();
        float[] identity = {-1, 0, 0, 0, -1, 0, 0, 0, -1, 0, 0, 0};
        weights.put("layer.weight", Array.of(identity, 4, 3));
        weights.put("layer.bias", Array.of(new float[4], 4));
        try (Network net = Network.of(graph.withInitializers(weights), Precision.FLOAT32)) {
            Array x = Array.of(new float[] {1, 1, 1, -1, -1, -1, 1, 1, 1}, 3, 3);
            Array y = Array.of(new float[] {-1, 1, 1, -2, -1, -1, 2, 2, 2}, 3, 3);
            SustainabilityResult found = LayerSustainability.of(net)
                    .withMeasures(Measure.RELATIVE_ERROR, Measure.ABSOLUTE_L2, Measure.COSINE_DISTANCE)
                    .compare(x, y);
            LayerMovement relative = found.movements().get(0);
            assertThat(relative.count()).isEqualTo(1);
            assertThat(relative.undefined()).isEqualTo(2);
            assertThat(relative.value()).isCloseTo(1 / Math.sqrt(3), within(1e-6));
            assertThat(relative.interval()).isNull();
            LayerMovement length = found.movements().get(1);
            assertThat(length.count()).isEqualTo(3);
            assertThat(length.value()).isCloseTo(2.0 / 3, within(1e-6));
            assertThat(found.problemCount()).isEqualTo(2);
            assertThat(found.problems()).extracting(ItemProblem::row).containsExactly(0, 2);
            assertThat(found.problems().get(0).toString())
                    .isEqualTo("0, given: undefined: relative-error at act: the clean representation is zero");
            Array zeros = Array.of(new float[] {1, 1, 1, 2, 2, 2}, 2, 3);
            SustainabilityResult none = LayerSustainability.of(net).compare(zeros, zeros);
            assertThat(none.movements().get(0).count()).isZero();
            assertThat(none.movements().get(0).value()).isNaN();
            assertThat(none.movements().get(0).whole()).isNaN();
            assertThat(none.mostVulnerable(1).layers()).isEmpty();
        }
    }

    @Test
    void compare_nanItem_leavesOthersAlone() {
        Array x = TestNetworks.images(7, 1);
        Array y = Moved.images(x, 0.2, 2);
        double[] broken = y.toDoubles().clone();
        broken[3 * 192] = Double.NaN;
        LayerSustainability analysis =
                LayerSustainability.of(network).withMeasures(Measure.values()).withItemValues(true);
        SustainabilityResult found = analysis.compare(x, Array.of(broken, y.shape()));
        int[] others = {0, 1, 2, 4, 5, 6};
        SustainabilityResult clean = analysis.compare(x.select(others), y.select(others));
        assertThat(Moved.values(found)).containsExactly(Moved.values(clean), within(1e-12));
        assertThat(found.movements()).allMatch(m -> m.nonFinite() == 1);
        assertThat(found.problems().get(0).status().kind()).isEqualTo(Status.Kind.NON_FINITE);
        assertThat(found.problems().get(0).row()).isEqualTo(3);
        Array values = requireNonNull(found.itemValues().get("given/mse"));
        assertThat(values.get(3 * 2)).isNaN();
    }

    @Test
    void analyse_damagedItems_areReportedAndLeftOut() {
        Array x = TestNetworks.images(5, 1).asFloat32();
        Dataset data = Dataset.of(x, Layout.NCHW, null).map("damaged", (item, row) -> {
            if (row == 0 || row == 3) {
                throw new SustainabilityException("item " + row + " is damaged");
            }
            return item;
        });
        Perturbation given = Perturbation.given("moved", Moved.images(x, 0.1, 4));
        SustainabilityResult found = LayerSustainability.of(network).analyse(data, List.of(given));
        assertThat(found.items()).isEqualTo(3);
        assertThat(found.unreadable()).isEqualTo(2);
        assertThat(found.problems()).extracting(ItemProblem::row).containsExactly(0, 3);
        int[] kept = {1, 2, 4};
        SustainabilityResult expected = LayerSustainability.of(network)
                .compare(x.select(kept), Moved.images(x, 0.1, 4).select(kept));
        assertThat(Moved.values(found)).containsExactly(Moved.values(expected), within(1e-12));
    }

    @Test
    void analyse_allDamaged_isRefused() {
        Dataset data = Dataset.of(TestNetworks.images(5, 1).asFloat32(), Layout.NCHW, null)
                .map("damaged", (item, row) -> {
                    throw new SustainabilityException("no");
                });
        Perturbation same = Perturbation.of("same", Items::inputs);
        assertThatThrownBy(() -> LayerSustainability.of(network).analyse(data, List.of(same)))
                .isInstanceOf(dev.qualm.QualmException.class);
    }

    /** Exported with the batch of 4 it saw, written into a Reshape: seven items are no multiple of it. */
    @Test
    void analyse_networkOfFixedBatch_equalsFreeOne() {
        Graph free = NetworkBuilder.input("input", 3, 8, 8)
                .seed(5)
                .conv("conv", 5, 3, 1, 1)
                .relu("relu1")
                .flatten("flat")
                .linear("logits", 3)
                .build();
        List<Node> nodes = new ArrayList<>();
        for (Node node : free.nodes()) {
            nodes.add(
                    node.name().equals("flat")
                            ? Node.of("flat", "Reshape", List.of("relu1", "shape"), Attributes.NONE)
                            : node);
        }
        Map<String, Array> weights = new HashMap<>(free.initializers());
        weights.put("shape", Array.of(new long[] {4, 320}, 2));
        Graph fixed = new Graph(
                free.name(),
                free.opsets(),
                List.of(ValueInfo.floats("input", 4, 3, 8, 8)),
                free.outputs(),
                nodes,
                weights);
        Array x = TestNetworks.images(7, 1);
        Array y = Moved.images(x, 0.2, 2);
        Measure[] all = Measure.values();
        CkaOptions cka = new CkaOptions(4, false);
        try (Network net = Network.of(fixed, Precision.FLOAT64);
                Network same = Network.of(free, Precision.FLOAT64)) {
            Taps taps = Taps.named("relu1", "logits");
            SustainabilityResult found = LayerSustainability.of(net, taps)
                    .withMeasures(all)
                    .withCka(cka)
                    .compare(x, y);
            SustainabilityResult expected = LayerSustainability.of(same, taps)
                    .withMeasures(all)
                    .withCka(cka)
                    .compare(x, y);
            assertThat(found.items()).isEqualTo(7);
            assertThat(Moved.values(found)).containsExactly(Moved.values(expected), within(1e-12));
        }
    }

    @Test
    void analyse_misuse_isRefusedWithReasons() {
        LayerSustainability analysis = LayerSustainability.of(network);
        Array x = TestNetworks.images(4, 1);
        assertThatThrownBy(() -> analysis.compare(x, TestNetworks.images(3, 1))).hasMessageContaining("for item 3");
        assertThatThrownBy(() -> analysis.compare(x, x.reshape(4, 192))).hasMessageContaining("[4, 192]");
        assertThatThrownBy(() -> analysis.compare(x.slice(0, 0), x.slice(0, 0)))
                .hasMessageContaining("at least one item");
        assertThatThrownBy(() -> analysis.analyse(x, null, List.of())).hasMessageContaining("perturbation");
        Perturbation same = Perturbation.of("same", Items::inputs);
        assertThatThrownBy(() -> analysis.analyse(x, null, List.of(same, same))).hasMessageContaining("'same' twice");
        assertThatThrownBy(() -> analysis.analyse(x, new int[3], List.of(same))).hasMessageContaining("3 labels");
        assertThatThrownBy(() -> new CkaOptions(3, true)).hasMessageContaining("at least 4");
        assertThatThrownBy(() -> LayerSustainability.of(network, Taps.named("relu7")))
                .isInstanceOf(SustainabilityException.class)
                .hasMessageContaining("[relu7]")
                .hasMessageContaining("relu1 (Relu)");
        assertThatThrownBy(() -> LayerSustainability.of(network, Taps.named("conv1.weight")))
                .hasMessageContaining("relu1 (Relu)");
        assertThatThrownBy(() -> Measure.of("nonsense")).hasMessageContaining("linear-cka");
        Graph linear = NetworkBuilder.input("input", 3).linear("logits", 2).build();
        try (Network net = Network.of(linear, Precision.FLOAT32)) {
            assertThatThrownBy(() -> LayerSustainability.of(net)).hasMessageContaining("logits (Gemm)");
        }
        Graph words = new Graph(
                "words",
                Map.of("", 13L),
                List.of(new ValueInfo(
                        "ids", ElementType.INT64, linear.inputs().get(0).shape())),
                linear.outputs(),
                List.of(
                        Node.of("cast", "Cast", List.of("ids"), Attributes.NONE.with("to", 1L)),
                        linear.nodes().get(0).withInputs(List.of("cast", "logits.weight", "logits.bias"))),
                linear.initializers());
        try (Network net = Network.of(words, Precision.FLOAT32)) {
            assertThatThrownBy(() -> LayerSustainability.of(net, Taps.LAYERS))
                    .isInstanceOf(UnsupportedModelException.class);
        }
    }
}
