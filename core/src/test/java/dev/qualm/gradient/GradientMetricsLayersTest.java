package dev.qualm.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of layer against the engine's own weight gradients, one input at a time, in float64. */
class GradientMetricsLayersTest {
    private static final List<Metric> METRICS = List.of(
            Metric.max(),
            Metric.min(),
            Metric.meanStd(),
            Metric.pNorm(0.5),
            Metric.pNorm(1),
            Metric.pNorm(2),
            Metric.pNorm(3),
            Metric.pNorm(Double.POSITIVE_INFINITY));
    private static final int N = 3;

    static Stream<LayerCase> cases() {
        return LayerCases.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void of_anyLayer_equalsSingleBackwardPasses(LayerCase layer) {
        try (Network network = Network.of(layer.graph(), Precision.FLOAT64)) {
            Map<String, Array> feeds = layer.feeds(N, 6);
            List<String> weights = List.copyOf(Parameters.of(network).names());
            assertThat(weights).containsAll(layer.slow()).hasSizeGreaterThan(2);
            Targets each = new Targets.Several(
                    weights.stream().map(w -> Targets.parameters(w)).toList());
            GradientMetrics.Result result = new GradientMetrics(
                            METRICS, Targets.several(each, Targets.wholeNetwork()), Loss.klToUniform())
                    .of(network, feeds);
            for (int i = 0; i < N; i++) {
                List<Double> expected = new ArrayList<>();
                Map<String, Array> gradients = SlowGradients.of(network, feeds, i, Loss.klToUniform(), weights);
                double[] all = new double[0];
                for (String w : weights) {
                    double[] g = gradients.get(w).doubles();
                    assertThat(Arrays.stream(g).anyMatch(v -> v != 0)).as(w).isTrue();
                    Arrays.stream(SlowGradients.metrics(METRICS, g)).forEach(expected::add);
                    int at = all.length;
                    all = Arrays.copyOf(all, at + g.length);
                    System.arraycopy(g, 0, all, at, g.length);
                }
                Arrays.stream(SlowGradients.metrics(METRICS, all)).forEach(expected::add);
                for (int c = 0; c < expected.size(); c++) {
                    double scale = Math.max(1e-3, Math.abs(expected.get(c)));
                    assertThat(result.values()[i][c])
                            .as("input %s, %s", i, result.columns().get(c))
                            .isCloseTo(expected.get(c), within(1e-10 * scale));
                }
            }
            String slow = result.provenance().entries().getOrDefault("input by input", "[]");
            assertThat(slow.substring(1, slow.length() - 1).split(", "))
                    .containsExactlyInAnyOrder(
                            layer.slow().isEmpty()
                                    ? new String[] {""}
                                    : layer.slow().toArray(String[]::new));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void of_wholeGradientTransform_seesTrueGradientsInOrder(LayerCase layer) {
        try (Network network = Network.of(layer.graph(), Precision.FLOAT64)) {
            Map<String, Array> feeds = layer.feeds(N, 6);
            for (String w : Parameters.of(network).names()) {
                List<Array> seen = new ArrayList<>();
                GradientTransform record = GradientTransform.custom("record", g -> {
                    seen.add(g);
                    return g;
                });
                new GradientMetrics(
                                List.of(Metric.max()), Targets.parameters(w), Loss.pseudoLabelCrossEntropy(), record)
                        .of(network, feeds);
                assertThat(seen).hasSize(N);
                for (int i = 0; i < N; i++) {
                    Array expected = SlowGradients.of(network, feeds, i, Loss.pseudoLabelCrossEntropy(), List.of(w))
                            .get(w);
                    assertThat(seen.get(i).shape()).containsExactly(expected.shape());
                    assertThat(seen.get(i).doubles()).as(w).containsExactly(expected.doubles(), within(1e-11));
                }
            }
        }
    }
}
