package dev.qualm.gradient;

import static dev.qualm.gradient.MetricAssertions.assertClose;
import static dev.qualm.gradient.MetricAssertions.slow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.Status;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.data.OutputKind;
import dev.qualm.network.Network;
import dev.qualm.network.Tape;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GradientMetricsTest {
    private static final List<Metric> METRICS = MetricAssertions.METRICS;
    private static final GradientMetrics DEFAULTS = MetricAssertions.DEFAULTS;

    private static final String[] WEIGHTS = MetricAssertions.WEIGHTS;

    @Test
    void of_everyLoss_equalsSingleBackwardPasses() {
        Array x = Nets.inputs(1, 3, 3, 8, 8);
        Loss custom = Loss.custom("second logit", z -> {
            double[] g = new double[z.length];
            g[1] = 2 * z[1];
            return g;
        });
        try (Network net = Nets.of(Nets.image(4))) {
            for (Loss loss : List.of(Loss.pseudoLabelCrossEntropy(), Loss.klToUniform(), Loss.allOnes(), custom)) {
                GradientMetrics.Result result = DEFAULTS.withLoss(loss).of(net, x);
                for (int i = 0; i < 3; i++) {
                    assertClose(result.values()[i], slow(net, x, i, loss, g -> g, WEIGHTS), 1e-9);
                }
            }
        }
    }

    @Test
    void of_everyTransform_equalsTransformedGradients() {
        Array x = Nets.inputs(2, 3, 3, 8, 8);
        Loss loss = Loss.pseudoLabelCrossEntropy();
        List<GradientTransform> transforms = List.of(
                GradientTransform.absolute(),
                GradientTransform.square(),
                GradientTransform.scale(-3),
                GradientTransform.custom("every other entry, cubed", g -> {
                    double[] v = g.doubles();
                    double[] out = new double[(v.length + 1) / 2];
                    for (int i = 0; i < out.length; i++) {
                        out[i] = v[2 * i] * v[2 * i] * v[2 * i];
                    }
                    return Array.of(out, out.length);
                }));
        try (Network net = Nets.of(Nets.image(4))) {
            for (GradientTransform t : transforms) {
                GradientMetrics.Result result =
                        DEFAULTS.withLoss(loss).withTransform(t).of(net, x);
                for (int i = 0; i < 3; i++) {
                    List<Double> entries = new ArrayList<>();
                    for (Array g : SlowGradients.of(net, Map.of("input", x), i, loss, List.of(WEIGHTS))
                            .values()) {
                        double[] v = t instanceof GradientTransform.Custom c
                                ? c.function().apply(g).toDoubles()
                                : Arrays.stream(g.toDoubles())
                                        .map(t::applyAsDouble)
                                        .toArray();
                        Arrays.stream(v).forEach(entries::add);
                    }
                    double[] expected = SlowGradients.metrics(
                            METRICS,
                            entries.stream().mapToDouble(Double::doubleValue).toArray());
                    assertClose(result.values()[i], expected, 1e-9);
                }
            }
        }
    }

    @Test
    void of_float32Transforms_matchFloat64() {
        Array x = Nets.inputs(2, 3, 3, 8, 8);
        try (Network exact = Nets.of(Nets.image(4));
                Network quick = Network.of(Nets.image(4), Precision.FLOAT32)) {
            for (GradientTransform t : List.of(
                    GradientTransform.none(),
                    GradientTransform.absolute(),
                    GradientTransform.square(),
                    GradientTransform.scale(0.5),
                    GradientTransform.custom("same", g -> g))) {
                GradientMetrics m = new GradientMetrics(
                        List.of(Metric.max(), Metric.min(), Metric.pNorm(1), Metric.pNorm(2)),
                        Targets.perLayer(),
                        Loss.klToUniform(),
                        t);
                double[][] expected = m.of(exact, x).values();
                double[][] values = m.of(quick, x).values();
                for (int i = 0; i < 3; i++) {
                    assertClose(values[i], expected[i], 1e-4);
                }
            }
        }
    }

    @Test
    void of_oneByOne_equalsBatchInAnyOrder() {
        Array x = Nets.inputs(6, 7, 3, 8, 8);
        try (Network net = Nets.of(Nets.image(5))) {
            double[][] all = DEFAULTS.of(net, x).values();
            double[][] reversed =
                    DEFAULTS.of(net, x.select(6, 5, 4, 3, 2, 1, 0)).values();
            for (int i = 0; i < 7; i++) {
                assertClose(DEFAULTS.of(net, x.slice(i, i + 1)).values()[0], all[i], 1e-12);
                assertClose(reversed[6 - i], all[i], 1e-12);
            }
        }
    }

    /** Gradients of a sure prediction are far below float32's range; relative to their size they are right all the same. */
    @ParameterizedTest
    @ValueSource(doubles = {1, 30, 200, 600})
    void of_largeLogitGaps_float32EqualsFloat64(double gap) {
        double[][] w = {{1, 2, -1}, {0, 1, 1}, {-2, 0, 1}};
        Graph g = Nets.linear(w, 2 * gap, gap, 0);
        Array x = Array.of(new double[] {0.1, 0.2, -0.1}, 1, 3);
        try (Network exact = Network.of(g, Precision.FLOAT64);
                Network quick = Network.of(g, Precision.FLOAT32)) {
            double[] expected = DEFAULTS.withMetrics(List.of(Metric.max(), Metric.min(), Metric.pNorm(1)))
                    .of(exact, x)
                    .values()[0];
            double[] values = DEFAULTS.withMetrics(List.of(Metric.max(), Metric.min(), Metric.pNorm(1)))
                    .of(quick, x)
                    .values()[0];
            double size = Math.exp(-gap);
            assertThat(expected[0]).isBetween(0.2 * size, 5 * size);
            for (int c = 0; c < 3; c++) {
                // The logits themselves are float32: their rounding moves the exponential by as much.
                assertThat(values[c] / expected[c]).isCloseTo(1, within(1e-5 + 2e-7 * gap));
            }
        }
    }

    @Test
    void of_badInput_isFlaggedAndTheRestStands() {
        Array x = Nets.inputs(7, 3, 3, 8, 8);
        x.doubles()[200] = Double.POSITIVE_INFINITY;
        try (Network net = Nets.of(Nets.image(4))) {
            GradientMetrics.Result result = DEFAULTS.of(net, x);
            assertThat(result.status().get(1).kind()).isEqualTo(Status.Kind.NON_FINITE);
            assertThat(result.values()[1]).containsOnly(Double.NaN);
            for (int i : new int[] {0, 2}) {
                assertThat(result.status().get(i)).isEqualTo(Status.OK);
                assertClose(
                        result.values()[i], DEFAULTS.of(net, x.slice(i, i + 1)).values()[0], 1e-12);
            }
        }
    }

    @Test
    void of_zeroGradient_givesZerosAndTheFloor() {
        // Equal logits: the gradient of the KL loss vanishes.
        double[][] w = {{1, 1}, {1, 1}, {1, 1}};
        try (Network net = Nets.of(Nets.linear(w))) {
            GradientMetrics.Result result = DEFAULTS.withLoss(Loss.klToUniform())
                    .withMetrics(List.of(Metric.max(), Metric.meanStd(), Metric.pNorm(2)))
                    .of(net, Nets.inputs(8, 1, 2));
            assertThat(result.status()).containsOnly(Status.OK);
            assertThat(result.values()[0]).containsExactly(0, 0, 1e-16, 0);
        }
    }

    @Test
    void of_emptyBatch_hasColumnsOnly() {
        try (Network net = Nets.of(Nets.vector(4))) {
            GradientMetrics.Result result = GradientMetrics.defaults().of(net, Array.of(new float[0], 0, 7));
            assertThat(result.values()).isEmpty();
            assertThat(result.columns())
                    .containsExactly(
                            "network.max",
                            "network.min",
                            "network.mean",
                            "network.std",
                            "network.norm_1",
                            "network.norm_2");
        }
    }

    @Test
    void of_probabilitiesMadeByHand_equalThoseOfLogits() {
        GraphOf byHand = new GraphOf(6).floats("x", -1, 6).node("act", "Tanh", "x");
        byHand.weight("head.weight", 6, 5)
                .node("scores", "MatMul", "act", "head.weight")
                .node("exp", "Exp", "scores")
                .longs("axes", 1)
                .node("sum", "ReduceSum", "exp", "axes")
                .node("logits", "Div", "exp", "sum");
        GraphOf plain = new GraphOf(6).floats("x", -1, 6).node("act", "Tanh", "x");
        plain.weight("head.weight", 6, 5).node("logits", "MatMul", "act", "head.weight");
        Array x = Nets.inputs(11, 3, 6);
        try (Network probabilities = Network.of(byHand.build(), Precision.FLOAT64, "logits", OutputKind.PROBABILITIES);
                Network logits = Nets.of(plain.build())) {
            for (Loss loss : List.of(Loss.pseudoLabelCrossEntropy(), Loss.klToUniform())) {
                double[][] expected = DEFAULTS.withLoss(loss).of(logits, x).values();
                double[][] values = DEFAULTS.withLoss(loss).of(probabilities, x).values();
                for (int i = 0; i < 3; i++) {
                    assertClose(values[i], expected[i], 1e-9);
                }
            }
        }
    }

    @Test
    void of_sharedTape_servesMapsAndMetrics() {
        Array x = Nets.inputs(12, 3, 3, 8, 8);
        CosineSimilarityMaps maps = CosineSimilarityMaps.defaults();
        try (Network net = Nets.of(Nets.image(4));
                Tape tape = Tape.record(net, x, DEFAULTS.recording(net).and(maps.recording(net)))) {
            assertThat(DEFAULTS.of(tape).values()).hasDimensions(3, 8);
            for (int i = 0; i < 3; i++) {
                assertClose(DEFAULTS.of(tape).values()[i], DEFAULTS.of(net, x).values()[i], 1e-12);
                assertClose(maps.of(tape).maps()[i][0], maps.of(net, x).maps()[i][0], 1e-9);
            }
        }
    }

    @Test
    void metrics_wrongArguments_areRefused() {
        assertThatThrownBy(() -> new Metric.PNorm(0)).hasMessageContaining("positive");
        assertThatThrownBy(() -> new Metric.PNorm(Double.NaN)).hasMessageContaining("positive");
        assertThatThrownBy(() -> new Metric.MeanStd(true, 0)).hasMessageContaining("eps");
        assertThatThrownBy(() -> DEFAULTS.withMetrics(List.of())).hasMessageContaining("metric");
        assertThatThrownBy(() -> Targets.layers()).hasMessageContaining("layer");
        assertThatThrownBy(() -> Targets.several()).hasMessageContaining("target");
        assertThatThrownBy(() -> GradientTransform.scale(Double.NaN)).hasMessageContaining("finite");
    }

    @Test
    void of_confoundingLabelWithoutLogits_isRefused() {
        GraphOf byHand = new GraphOf(7).floats("x", -1, 5).weight("w", 5, 5).node("scores", "MatMul", "x", "w");
        byHand.node("logits", "Sigmoid", "scores");
        try (Network net = Network.of(byHand.build(), Precision.FLOAT64, "logits", OutputKind.PROBABILITIES)) {
            Array x = Nets.inputs(13, 2, 5);
            assertThatThrownBy(() -> DEFAULTS.withLoss(Loss.allOnes()).of(net, x))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("probabilities")
                    .hasMessageContaining("klToUniform");
            assertThat(DEFAULTS.of(net, x).provenance().entries()).containsEntry("logits", "logarithms of 'logits'");
        }
        try (Network net = Nets.of(Nets.vector(4))) {
            assertThat(DEFAULTS.of(net, Nets.inputs(13, 2, 7)).provenance().entries())
                    .doesNotContainKey("logits");
        }
    }

    @Test
    void of_emptyTape_hasNoRows() {
        try (Network net = Nets.of(Nets.image(4));
                Tape tape = Tape.record(net, Array.of(new double[0], 0, 3, 8, 8), DEFAULTS.recording(net))) {
            assertThat(DEFAULTS.of(tape).values()).isEmpty();
        }
    }
}
