package dev.qualm.sustainability;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.Status;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.attack.Box;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.metric.Bootstrap;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.TestNetworks;
import dev.qualm.network.Workers;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.ElementType;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LayerSustainabilityTest {
    private static final Measure[] PER_ITEM =
            Arrays.stream(Measure.values()).filter(Measure::perItem).toArray(Measure[]::new);

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

    private static Array moved(Array clean, double by, long seed) {
        double[] noise = TestNetworks.images(clean.dim(0), seed).toDoubles();
        double[] x = clean.toDoubles().clone();
        Arrays.setAll(x, i -> x[i] + by * noise[i]);
        return Array.of(x, clean.shape());
    }

    private static double[] values(SustainabilityResult result) {
        return result.movements().stream().mapToDouble(LayerMovement::value).toArray();
    }

    @Test
    void compare_identity_isZero() {
        Array x = TestNetworks.images(6, 1);
        SustainabilityResult found =
                LayerSustainability.of(network).withMeasures(PER_ITEM).compare(x, x);
        assertThat(values(found)).containsOnly(0);
        assertThat(found.perturbations().get(0).unmoved()).isEqualTo(6);
        assertThat(found.mostVulnerable(1).layers()).isEmpty();
    }

    @Test
    void compare_identity_hasNoCkaDistance() {
        Array x = TestNetworks.images(6, 1);
        SustainabilityResult found =
                LayerSustainability.of(network).withMeasures(Measure.LINEAR_CKA).compare(x, x);
        assertThat(values(found)).containsOnly(new double[] {0, 0}, within(1e-12));
    }

    /** Without biases and with positive homogeneous activations, scaling both inputs scales all representations. */
    @Test
    void compare_inputsScaled_relativeMeasuresStay() {
        Graph graph = NetworkBuilder.input("input", 3, 8, 8)
                .withoutBias()
                .conv("conv", 5, 3, 1, 1)
                .relu("relu1")
                .flatten("flat")
                .linear("hidden", 7)
                .relu("relu2")
                .linear("logits", 3)
                .build();
        Array x = TestNetworks.images(6, 1);
        Array y = moved(x, 0.2, 2);
        try (Network net = Network.of(graph, Precision.FLOAT32)) {
            LayerSustainability analysis = LayerSustainability.of(net)
                    .withMeasures(Measure.RELATIVE_ERROR, Measure.COSINE_DISTANCE, Measure.LINEAR_CKA);
            double[] once = values(analysis.compare(x, y));
            for (double factor : new double[] {1e-22, 1e-3, 1e18}) {
                double[] scaled = values(analysis.compare(times(x, factor), times(y, factor)));
                assertThat(scaled).as("times " + factor).containsExactly(once, within(1e-5));
            }
        }
    }

    private static Array times(Array x, double factor) {
        return Array.of(Arrays.stream(x.toDoubles()).map(v -> v * factor).toArray(), x.shape());
    }

    @Test
    void analyse_itemsInAnotherOrder_sameMeans() {
        Array x = TestNetworks.images(30, 1);
        Array y = moved(x, 0.2, 2);
        int[] order = IntStream.range(0, 30).map(i -> (i * 7 + 3) % 30).toArray();
        LayerSustainability analysis = LayerSustainability.of(network).withMeasures(PER_ITEM);
        double[] first = values(analysis.compare(x, y));
        double[] second = values(analysis.compare(x.select(order), y.select(order)));
        assertThat(second).containsExactly(first, within(1e-12));
    }

    @Test
    void analyse_batch_equalsSingles() {
        Array x = TestNetworks.images(9, 1);
        Array y = moved(x, 0.2, 2);
        LayerSustainability analysis =
                LayerSustainability.of(network).withMeasures(PER_ITEM).withItemValues(true);
        Map<String, Array> batch = analysis.compare(x, y).itemValues();
        for (int i = 0; i < 9; i++) {
            Map<String, Array> single =
                    analysis.compare(x.slice(i, i + 1), y.slice(i, i + 1)).itemValues();
            for (String key : batch.keySet()) {
                double[] expected =
                        requireNonNull(batch.get(key)).slice(i, i + 1).toDoubles();
                assertThat(requireNonNull(single.get(key)).toDoubles())
                        .as(key)
                        .containsExactly(expected, within(1e-12));
            }
        }
    }

    @Test
    void analyse_severalPerturbationsAndWorkers_equalsOneByOne() {
        Dataset data = Dataset.of(TestNetworks.images(150, 1).asFloat32(), Layout.NCHW, null);
        Box open = Box.of(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        List<Perturbation> all = List.of(
                new NoisePerturbation(Noise.GAUSSIAN, 0.1, open, 5),
                new NoisePerturbation(Noise.UNIFORM, 0.1, open, 5),
                AttackPerturbation.fgsm(network, 0.1, Box.of(-9, 9)));
        LayerSustainability analysis = LayerSustainability.of(network);
        List<Integer> seen = new ArrayList<>();
        try (Workers workers = Workers.of(3)) {
            SustainabilityResult together =
                    analysis.analyse(data, all, workers, (done, of) -> seen.add(done * 1000 + of));
            assertThat(seen).isSorted().last().isEqualTo(150_150);
            List<LayerMovement> apart = new ArrayList<>();
            all.forEach(p -> apart.addAll(analysis.analyse(data, List.of(p)).movements()));
            assertThat(together.movements()).isEqualTo(apart);
            assertThat(together.items()).isEqualTo(150);
        }
    }

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
        Array y = moved(x, 0.2, 2);
        double[] broken = y.toDoubles().clone();
        broken[3 * 192] = Double.NaN;
        LayerSustainability analysis =
                LayerSustainability.of(network).withMeasures(Measure.values()).withItemValues(true);
        SustainabilityResult found = analysis.compare(x, Array.of(broken, y.shape()));
        int[] others = {0, 1, 2, 4, 5, 6};
        SustainabilityResult clean = analysis.compare(x.select(others), y.select(others));
        assertThat(values(found)).containsExactly(values(clean), within(1e-12));
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
        Perturbation given = Perturbation.given("moved", moved(x, 0.1, 4));
        SustainabilityResult found = LayerSustainability.of(network).analyse(data, List.of(given));
        assertThat(found.items()).isEqualTo(3);
        assertThat(found.unreadable()).isEqualTo(2);
        assertThat(found.problems()).extracting(ItemProblem::row).containsExactly(0, 3);
        int[] kept = {1, 2, 4};
        SustainabilityResult expected = LayerSustainability.of(network)
                .compare(x.select(kept), moved(x, 0.1, 4).select(kept));
        assertThat(values(found)).containsExactly(values(expected), within(1e-12));
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

    @Test
    void analyse_equalNorm_allHaveTheSmallestSize() {
        Array x = TestNetworks.images(8, 1);
        Array small = moved(x, 0.1, 2);
        Array large = moved(x, 0.7, 2);
        SustainabilityResult found = LayerSustainability.of(network)
                .withEqualNorm(EqualNorm.smallest(EqualNorm.Length.L2))
                .analyse(x, null, List.of(Perturbation.given("small", small), Perturbation.given("large", large)));
        double[] values = values(found);
        assertThat(values[2]).isCloseTo(values[0], within(1e-9));
        assertThat(values[3]).isCloseTo(values[1], within(1e-9));
        assertThat(values[0]).isEqualTo(values(LayerSustainability.of(network).compare(x, small))[0]);
        assertThat(found.perturbations().get(1).l2())
                .isCloseTo(found.perturbations().get(0).l2(), within(1e-9));
    }

    @Test
    void analyse_equalNormWithRadius_reachesItInTheUnitOfTheBox() {
        Array x = TestNetworks.images(8, 1);
        Box box = Box.ofPixels(new double[] {0, 0, 0}, new double[] {0.5, 0.25, 0.2});
        SustainabilityResult found = LayerSustainability.of(network)
                .withBox(box)
                .withEqualNorm(new EqualNorm(EqualNorm.Length.LINF, 0.03))
                .compare(x, moved(x, 0.7, 2));
        assertThat(found.perturbations().get(0).linf()).isCloseTo(0.03, within(1e-12));
    }

    @Test
    void analyse_equalNormOfUnmovedItem_excludesItThere() {
        Array x = TestNetworks.images(3, 1);
        double[] y = moved(x, 0.5, 2).toDoubles().clone();
        System.arraycopy(x.toDoubles(), 192, y, 192, 192);
        SustainabilityResult found = LayerSustainability.of(network)
                .withEqualNorm(EqualNorm.smallest(EqualNorm.Length.LINF))
                .analyse(
                        x,
                        null,
                        List.of(
                                Perturbation.given("partly", Array.of(y, x.shape())),
                                Perturbation.given("all", moved(x, 0.5, 3))));
        assertThat(found.of("partly", Measure.RELATIVE_ERROR).get(0).count()).isEqualTo(2);
        assertThat(found.of("partly", Measure.RELATIVE_ERROR).get(0).undefined())
                .isEqualTo(1);
        assertThat(found.of("all", Measure.RELATIVE_ERROR).get(0).count()).isEqualTo(3);
        assertThat(found.problems())
                .singleElement()
                .matches(p -> p.row() == 1 && p.perturbation().equals("partly"));
    }

    @Test
    void analyse_bootstrap_intervalHoldsMean() {
        Array x = TestNetworks.images(20, 1);
        LayerMovement found = LayerSustainability.of(network)
                .withBootstrap(Bootstrap.seeded(3))
                .compare(x, moved(x, 0.2, 2))
                .movements()
                .get(0);
        assertThat(requireNonNull(found.interval()).contains(found.value())).isTrue();
        LayerMovement normal = LayerSustainability.of(network)
                .compare(x, moved(x, 0.2, 2))
                .movements()
                .get(0);
        assertThat(requireNonNull(normal.interval()).width())
                .isCloseTo(
                        found.interval().width(), within(0.3 * normal.interval().width()));
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
        Array y = moved(x, 0.2, 2);
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
            assertThat(values(found)).containsExactly(values(expected), within(1e-12));
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

    @Test
    void analyse_manyCalls_leaveNoNativeMemory() {
        Array x = TestNetworks.images(3, 1);
        Array y = moved(x, 0.2, 2);
        LayerSustainability analysis = LayerSustainability.of(network).withMeasures(Measure.values());
        for (int i = 0; i < 200; i++) {
            analysis.compare(x, y);
        }
        long before = org.bytedeco.javacpp.Pointer.totalBytes();
        for (int i = 0; i < 500; i++) {
            analysis.compare(x, y);
        }
        assertThat(org.bytedeco.javacpp.Pointer.totalBytes()).isLessThanOrEqualTo(before);
        assertThatThrownBy(() -> analysis.compare(x, TestNetworks.images(2, 1)))
                .isInstanceOf(SustainabilityException.class);
        assertThat(org.bytedeco.javacpp.Pointer.totalBytes()).isLessThanOrEqualTo(before);
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
}
