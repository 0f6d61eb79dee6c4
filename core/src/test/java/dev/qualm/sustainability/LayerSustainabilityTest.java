package dev.qualm.sustainability;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.attack.Attacks;
import dev.qualm.attack.Box;
import dev.qualm.attack.Noise;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.metric.Bootstrap;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.TestNetworks;
import dev.qualm.network.Workers;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import java.util.ArrayList;
import java.util.Arrays;
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

    @Test
    void compare_identity_isZero() {
        Array x = TestNetworks.images(6, 1);
        SustainabilityResult found =
                LayerSustainability.of(network).withMeasures(PER_ITEM).compare(x, x);
        assertThat(Moved.values(found)).containsOnly(0);
        assertThat(found.perturbations().get(0).unmoved()).isEqualTo(6);
        assertThat(found.mostVulnerable(1).layers()).isEmpty();
    }

    @Test
    void compare_identity_hasNoCkaDistance() {
        Array x = TestNetworks.images(6, 1);
        SustainabilityResult found =
                LayerSustainability.of(network).withMeasures(Measure.LINEAR_CKA).compare(x, x);
        assertThat(Moved.values(found)).containsOnly(new double[] {0, 0}, within(1e-12));
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
        Array y = Moved.images(x, 0.2, 2);
        try (Network net = Network.of(graph, Precision.FLOAT32)) {
            LayerSustainability analysis = LayerSustainability.of(net)
                    .withMeasures(Measure.RELATIVE_ERROR, Measure.COSINE_DISTANCE, Measure.LINEAR_CKA);
            double[] once = Moved.values(analysis.compare(x, y));
            for (double factor : new double[] {1e-22, 1e-3, 1e18}) {
                double[] scaled = Moved.values(analysis.compare(times(x, factor), times(y, factor)));
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
        Array y = Moved.images(x, 0.2, 2);
        int[] order = IntStream.range(0, 30).map(i -> (i * 7 + 3) % 30).toArray();
        LayerSustainability analysis = LayerSustainability.of(network).withMeasures(PER_ITEM);
        double[] first = Moved.values(analysis.compare(x, y));
        double[] second = Moved.values(analysis.compare(x.select(order), y.select(order)));
        assertThat(second).containsExactly(first, within(1e-12));
    }

    @Test
    void analyse_batch_equalsSingles() {
        Array x = TestNetworks.images(9, 1);
        Array y = Moved.images(x, 0.2, 2);
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
                NoisePerturbation.of(new Noise(Noise.Kind.GAUSSIAN, 0.1, open, 5)),
                NoisePerturbation.of(new Noise(Noise.Kind.UNIFORM, 0.1, open, 5)),
                AttackPerturbation.of(network, Attacks.parse("pgd:0.1", Box.of(-9, 9), 5)));
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
    void analyse_bootstrap_intervalHoldsMean() {
        Array x = TestNetworks.images(20, 1);
        LayerMovement found = LayerSustainability.of(network)
                .withBootstrap(Bootstrap.seeded(3))
                .compare(x, Moved.images(x, 0.2, 2))
                .movements()
                .get(0);
        assertThat(requireNonNull(found.interval()).contains(found.value())).isTrue();
        LayerMovement normal = LayerSustainability.of(network)
                .compare(x, Moved.images(x, 0.2, 2))
                .movements()
                .get(0);
        assertThat(requireNonNull(normal.interval()).width())
                .isCloseTo(
                        found.interval().width(), within(0.3 * normal.interval().width()));
    }

    @Test
    void analyse_manyCalls_leaveNoNativeMemory() {
        Array x = TestNetworks.images(3, 1);
        Array y = Moved.images(x, 0.2, 2);
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
}
