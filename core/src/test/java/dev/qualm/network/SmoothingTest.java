package dev.qualm.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import dev.qualm.network.onnx.OnnxWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Smooth stand-ins for Clip, against Clip itself and against formulas. */
class SmoothingTest {
    private static final double[] POINTS = {-9, -1.25, -1, -0.5, 0, 0.5, 3, 5.9, 6, 6.25, 20};

    private static Graph clip(long opset, Attributes attributes, double... bounds) {
        Map<String, Array> constants = new LinkedHashMap<>();
        String[] names = {"min", "max"};
        String[] in = {"x", "", ""};
        for (int i = 0; i < bounds.length; i++) {
            if (!Double.isNaN(bounds[i])) {
                in[i + 1] = names[i];
                constants.put(names[i], Array.of(new double[] {bounds[i]}));
            }
        }
        return new Graph(
                "clip",
                Map.of("", opset),
                List.of(ValueInfo.floats("x", -1, 1)),
                List.of(ValueInfo.floats("y", -1, 1)),
                List.of(Node.of("y", "Clip", List.of(in), attributes)),
                constants);
    }

    private static double[] run(Graph graph, double[] x) {
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            return Objects.requireNonNull(network.runWhole(Map.of("x", Array.of(x, x.length, 1)), List.of("y"))
                            .get("y"))
                    .toDoubles();
        }
    }

    private static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.7, 3, 50})
    void softplus_clip_followsTheFormula(double beta) {
        for (double[] bounds : new double[][] {{-1, 6}, {0, 6}, {-1, Double.NaN}, {Double.NaN, 6}}) {
            double[] found = run(Views.softplus(beta).apply(clip(13, Attributes.NONE, bounds)), POINTS);
            double b = (float) beta;
            for (int i = 0; i < POINTS.length; i++) {
                double x = POINTS[i];
                double low = Double.isNaN(bounds[0]) ? x : bounds[0] + softplus(b * (x - bounds[0])) / b;
                double expected = Double.isNaN(bounds[1]) ? low : low - softplus(b * (x - bounds[1])) / b;
                assertThat(found[i]).isCloseTo(expected, within(1e-12));
            }
        }
    }

    @Test
    void softplus_growingBeta_approachesClip() {
        Graph graph = clip(13, Attributes.NONE, 0, 6);
        double[] expected = run(graph, POINTS);
        double last = Double.POSITIVE_INFINITY;
        for (double beta : new double[] {1, 10, 100, 1e4, 1e8}) {
            double[] found = run(Views.softplus(beta).apply(graph), POINTS);
            double gap = 0;
            for (int i = 0; i < found.length; i++) {
                gap = Math.max(gap, Math.abs(found[i] - expected[i]));
            }
            // Largest at the bounds.
            double most = (Math.log(2) - Math.log1p(Math.exp(-6 * beta))) / beta;
            assertThat(gap).isLessThan(last).isCloseTo(most, within(1e-12));
            last = gap;
        }
    }

    @Test
    void softplus_boundsInAttributes_countAsWell() {
        Graph old = clip(6, Attributes.NONE.with("min", 0f).with("max", 6f));
        Graph recent = clip(13, Attributes.NONE, 0, 6);
        assertThat(run(Views.softplus(2).apply(old), POINTS))
                .isEqualTo(run(Views.softplus(2).apply(recent), POINTS));
    }

    @Test
    void softplus_betaAsInput_equalsTheFixedOne() {
        Graph graph = Views.softplus("beta").apply(clip(13, Attributes.NONE, Double.NaN, 6));
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            Map<String, Array> feeds =
                    Map.of("x", Array.of(POINTS, POINTS.length, 1), "beta", Array.of(new double[] {4}));
            assertThat(Objects.requireNonNull(
                                    network.runWhole(feeds, List.of("y")).get("y"))
                            .toDoubles())
                    .isEqualTo(run(Views.softplus(4).apply(clip(13, Attributes.NONE, Double.NaN, 6)), POINTS));
        }
    }

    @Test
    void softplus_clipWithoutKnownBounds_stays() {
        Graph computed = clip(13, Attributes.NONE, 0, 6)
                .withNodes(List.of(
                        Node.of("high", "Abs", List.of("max"), Attributes.NONE),
                        Node.of("y", "Clip", List.of("x", "min", "high"), Attributes.NONE)));
        for (Graph graph : List.of(
                computed,
                clip(13, Attributes.NONE),
                clip(13, Attributes.NONE, 6, 0),
                clip(13, Attributes.NONE, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY))) {
            assertThat(Views.softplus(3).apply(graph).nodes()).isEqualTo(graph.nodes());
            assertThat(Views.isSmoothable(graph)).isFalse();
        }
        assertThat(Views.isSmoothable(clip(13, Attributes.NONE, 0))).isTrue();
    }

    @Test
    void write_smoothClip_standardOperatorsDoTheSame() {
        for (double[] bounds : new double[][] {{-1, 6}, {-1, Double.NaN}, {Double.NaN, 6}}) {
            Graph smooth = Views.softplus(3).apply(clip(13, Attributes.NONE, bounds));
            Graph back = Network.reader().read(OnnxWriter.toBytes(smooth), null, "back");
            assertThat(back.nodes()).allMatch(n -> n.domain().isEmpty());
            assertThat(run(back, POINTS)).containsExactly(run(smooth, POINTS), within(1e-12));
        }
    }

    /** Where weights may be replaced, bounds are not baked into kernels. */
    @Test
    void tape_withWeights_gradientsEqualDifferences() {
        double[] x = new Random(5).doubles(12, -4, 9).toArray();
        Graph graph = Views.softplus(2.5).apply(clip(13, Attributes.NONE, 0, 6));
        try (NativeScope scope = NativeScope.recording();
                Network network = Network.of(graph, Precision.FLOAT64)) {
            Tensor low = Tensors.of(Array.of(new double[] {0}), Precision.FLOAT64);
            try (Tape tape = Tape.record(
                    network,
                    Array.of(x, x.length, 1),
                    Recording.ofInput(network).and(Recording.ofWeights(Map.of("min", low))))) {
                double[] g = tape.gradient(Array.of(filled(x.length, 1), x.length, 1), "x")
                        .toDoubles();
                double[] up = run(graph, moved(x, 1e-5));
                double[] down = run(graph, moved(x, -1e-5));
                for (int i = 0; i < x.length; i++) {
                    assertThat(g[i]).isCloseTo((up[i] - down[i]) / 2e-5, within(1e-8));
                }
            }
        }
    }

    private static double[] moved(double[] x, double by) {
        double[] out = x.clone();
        for (int i = 0; i < out.length; i++) {
            out[i] += by;
        }
        return out;
    }

    private static double[] filled(int n, double value) {
        double[] out = new double[n];
        java.util.Arrays.fill(out, value);
        return out;
    }
}
