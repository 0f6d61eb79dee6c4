package dev.qualm.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Networks small enough for pencil and paper. */
class AnalyticNetworksTest {
    private static float[] filled(int n, float value) {
        float[] all = new float[n];
        Arrays.fill(all, value);
        return all;
    }

    private static double[] map(Graph graph, Attribution method, int c, double... x) {
        try (Network network = Network.of(graph, Precision.FLOAT64);
                Explainer e = method.on(network, Target.logit())) {
            return e.explain(Array.of(x, 1, x.length), new int[] {c}).map(0);
        }
    }

    private static double[] map(Graph graph, String method, double... x) {
        return map(graph, Attributions.of(method), 0, x);
    }

    private static Attribution lrp(Rule rule) {
        return Propagation.of("lrp", Composite.uniform("one", rule));
    }

    /** W0 = I, W1 = ones(4, 3), b1 = (-10, 1, 1, 1), Relu, W2 = ones(2, 4), b2 = 0: the numbers of Captum's tests. */
    private static Graph multiLayer() {
        Sketch s = Sketch.of(3);
        String eye = s.constant(Array.of(new float[] {1, 0, 0, 0, 1, 0, 0, 0, 1}, 3, 3));
        String b1 = s.constant(Array.of(new float[] {-10, 1, 1, 1}, 4));
        String hidden = s.node(
                "Gemm",
                Sketch.with("transB", 1L),
                s.node("MatMul", s.x, eye),
                s.constant(Array.of(filled(12, 1), 4, 3)),
                b1);
        return s.build(s.node("MatMul", s.node("Relu", hidden), s.constant(Array.of(filled(8, 1), 4, 2))));
    }

    @Test
    void multiLayer_atOneInput_hasTheValuesOfThePaperAndPencil() {
        Graph graph = multiLayer();
        double[] x = {0, 100, 0};
        assertThat(map(graph, "gradient", x)).containsExactly(4, 4, 4);
        assertThat(map(graph, "gradient-times-input", x)).containsExactly(0, 400, 0);
        // The first unit opens at a tenth of the way: 3 * 100 + 0.9 * 100.
        assertThat(map(graph, new IntegratedGradients(Quadrature.midpoint(1000), Baseline.zero()), 1, x))
                .containsExactly(new double[] {0, 390, 0}, within(1e-9));
        assertThat(map(graph, "deeplift", x)).containsExactly(new double[] {0, 390, 0}, within(1e-9));
        // Units of 90, 101, 101, 101 out of 393; the second layer's inputs make 100 of each.
        double ofOpen = 101 * 100 / 101.0;
        assertThat(map(graph, lrp(Rules.epsilon(0)), 0, x))
                .containsExactly(new double[] {0, (90 * 100 / 90.0 + 3 * ofOpen) / 393, 0}, within(1e-12));
        assertThat(map(graph, lrp(Rules.zPlus()), 0, x))
                .containsExactly(new double[] {0, (90 + 3 * ofOpen) / 393, 0}, within(1e-6));
        assertThat(map(graph, lrp(Rules.flat()), 0, x))
                .containsExactly(new double[] {1 / 3.0, 1 / 3.0, 1 / 3.0}, within(1e-5));
        assertThat(map(graph, new Occlusion(new int[] {1}, new int[] {1}, Baseline.zero()), 0, x))
                .containsExactly(0, 390, 0);
    }

    /** 1 - relu(1 - x) is flat at 2: the example of Sundararajan et al. 2017, section 1. */
    @Test
    void saturated_gradientIsZeroAndFlagged_butDifferencesAreNot() {
        Sketch s = Sketch.of(1);
        String inner = s.node("Relu", s.node("Sub", s.number(1), s.x));
        Graph graph = s.build(s.node("Sub", s.number(1), inner));
        assertThat(map(graph, new IntegratedGradients(Quadrature.midpoint(100), Baseline.zero()), 0, 2))
                .containsExactly(new double[] {1}, within(1e-12));
        assertThat(map(graph, "deeplift", 2)).containsExactly(new double[] {1}, within(1e-12));
        try (Network network = Network.of(graph, Precision.FLOAT64);
                Explainer e = Attributions.of("gradient").on(network, Target.logit())) {
            Explanation found = e.explain(Array.of(new double[] {2, 0.5}, 2, 1));
            assertThat(found.status().get(0).kind()).isEqualTo(Status.Kind.ZERO_GRADIENT);
            assertThat(found.status().get(1)).isEqualTo(Status.OK);
            assertThat(found.map(1)).containsExactly(1);
        }
    }

    /** relu(relu(x1) - 1 - relu(x2)) of the same paper, figure 2: two networks that compute the same have the same map. */
    @Test
    void equalFunctions_ofDifferentGraphs_haveEqualIntegratedGradients() {
        Attribution method = new IntegratedGradients(Quadrature.midpoint(3000), Baseline.zero());
        Sketch f = Sketch.of(2);
        String both = f.node("Relu", f.x);
        String turned = f.constant(Array.of(new float[] {1, -1}, 2, 1));
        Graph one = f.build(f.node("Relu", f.node("Sub", f.node("MatMul", both, turned), f.number(1))));
        Sketch g = Sketch.of(2);
        String first = g.node("MatMul", g.x, g.constant(Array.of(new float[] {1, 0}, 2, 1)));
        String second = g.node("MatMul", g.x, g.constant(Array.of(new float[] {0, 1}, 2, 1)));
        String shifted = g.node("Relu", g.node("Sub", first, g.number(1)));
        Graph two = g.build(g.node("Relu", g.node("Sub", shifted, g.node("Relu", second))));
        assertThat(map(one, method, 0, 3, 1)).containsExactly(new double[] {1.5, -0.5}, within(1e-3));
        assertThat(map(two, method, 0, 3, 1)).containsExactly(map(one, method, 0, 3, 1), within(1e-3));
    }

    /** The same activation and the same weights twice: what hooks on modules get wrong (Captum #1082). */
    @Test
    void reusedLayers_haveOneContributionPerCall() {
        Sketch s = Sketch.of(2);
        String w = s.constant(Array.of(new float[] {2, 0, 0, -1}, 2, 2));
        String a = s.node("Relu", s.node("MatMul", s.x, w));
        Graph graph = s.build(s.node("Add", s.node("Relu", s.node("MatMul", a, w)), s.node("MatMul", s.x, w)));
        // x = (3, -5): a = (6, 5), second = (12, 0), skip = (6, 5); classes (18, 5).
        assertThat(map(graph, "gradient", 3, -5)).containsExactly(6, 0);
        assertThat(map(graph, Attributions.of("gradient"), 1, 3, -5)).containsExactly(0, -1);
        assertThat(map(graph, "deeplift", 3, -5)).containsExactly(new double[] {18, 0}, within(1e-9));
        assertThat(map(graph, Attributions.of("deeplift"), 1, 3, -5))
                .containsExactly(new double[] {0, 5}, within(1e-9));
        assertThat(map(graph, lrp(Rules.epsilon(0)), 0, 3, -5)).containsExactly(new double[] {1, 0}, within(1e-6));
        assertThat(map(graph, "guided-backprop", 3, -5)).containsExactly(6, 0);
        assertThat(map(graph, "gradient-times-input", 3, -5)).containsExactly(new double[] {18, 0}, within(0.0));
    }

    /** Guided backpropagation and the deconvnet on one Relu that is shut and one whose gradient is negative. */
    @Test
    void rectifiedGradients_stopWhatTheirPapersSay() {
        Sketch s = Sketch.of(3);
        String w = s.constant(Array.of(new float[] {1, 1, -1}, 3, 1));
        Graph graph = s.build(s.node("MatMul", s.node("Relu", s.x), w));
        assertThat(map(graph, "gradient", 1, -1, 1)).containsExactly(1, 0, -1);
        assertThat(map(graph, "guided-backprop", 1, -1, 1)).containsExactly(1, 0, 0);
        assertThat(map(graph, "deconvnet", 1, -1, 1)).containsExactly(1, 1, 0);
        double open = 1 / (1 + Math.exp(-10));
        assertThat(map(graph, "beta-smooth", 1, -1, 1))
                .containsExactly(new double[] {open, 1 - open, -open}, within(1e-12));
    }

    /** Residual sums share by contribution: 1 + 3 of 4. */
    @Test
    void residualSum_isSharedByContribution() {
        Sketch s = Sketch.of(1);
        String w = s.constant(Array.of(new float[] {3}, 1, 1));
        Graph graph = s.build(s.node("Add", s.x, s.node("MatMul", s.x, w)));
        assertThat(map(graph, lrp(Rules.zPlus()), 0, 2)).containsExactly(new double[] {1}, within(1e-5));
        assertThat(map(graph, lrp(Rules.epsilon(1)), 0, 2))
                .containsExactly(new double[] {0.25 + 0.75 * 6 / 7}, within(1e-5));
    }

    @Test
    void maximumInTies_goesToTheFirst() {
        Sketch s = Sketch.of(1, 2, 2);
        Graph graph =
                s.build(s.node("Flatten", s.node("MaxPool", Sketch.with("kernel_shape", Sketch.longs(2, 2)), s.x)));
        try (Network network = Network.of(graph, Precision.FLOAT64);
                Explainer e = Attributions.of("gradient").on(network, Target.logit())) {
            assertThat(e.explain(Array.of(new double[] {0, 7, 7, 1}, 1, 1, 2, 2))
                            .map(0))
                    .containsExactly(0, 1, 0, 0);
        }
    }

    /** One input of its signal alone: the pattern of y = w x with x = a y is a, whatever distracts in the other direction. */
    @Test
    void patterns_ofSignalAndDistractor_findTheSignal() {
        Sketch s = Sketch.of(2);
        Graph graph = s.build(s.node("MatMul", s.x, s.constant(Array.of(new float[] {1, -1}, 2, 1))));
        java.util.Random random = new java.util.Random(3);
        double[] x = new double[20_000];
        for (int i = 0; i < x.length; i += 2) {
            double signal = random.nextGaussian();
            double distractor = 3 * random.nextGaussian();
            x[i] = signal + distractor;
            x[i + 1] = distractor;
        }
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            Patterns patterns = Patterns.learn(network, java.util.List.of(Array.of(x, x.length / 2, 2)));
            AttributionOptions o = AttributionOptions.none().withPatterns(patterns);
            assertThat(map(graph, Attributions.of("pattern-net", o), 0, 5, 4))
                    .containsExactly(new double[] {1, 0}, within(0.05));
            assertThat(map(graph, Attributions.of("pattern-attribution", o), 0, 5, 4))
                    .containsExactly(new double[] {1, 0}, within(0.05));
        }
    }
}
