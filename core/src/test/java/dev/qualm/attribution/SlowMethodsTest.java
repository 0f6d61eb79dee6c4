package dev.qualm.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import dev.qualm.testkit.Close;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Methods that average or occlude against loops that do as their papers say. */
class SlowMethodsTest {
    private static double logit(Network network, double[] x, int[] shape, int c) {
        int[] one = shape.clone();
        one[0] = 1;
        return network.logits(Array.of(x, one)).get(c);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void occlusion_ofImages_isTheMeanFallOverAllWindows(int stride) {
        Zoo.Animal animal = Zoo.named("padding");
        Array x = animal.inputs(2, 3);
        int[] window = {1, 3, 2};
        Baseline baseline = new Baseline(0.5, -1);
        try (Network network = animal.network(Precision.FLOAT64);
                Explainer e =
                        new Occlusion(window, new int[] {1, stride, stride}, baseline).on(network, Target.logit())) {
            double[] found = e.explain(x.slice(1, 2), new int[] {2}).map(0);
            double[] item = x.slice(1, 2).toDoubles();
            double whole = logit(network, item, x.shape(), 2);
            double[] sum = new double[item.length];
            double[] count = new double[item.length];
            for (int c = 0; c < 2; c++) {
                for (int i = 0; i < 6; i += stride) {
                    for (int j = 0; j < 6; j += stride) {
                        // The last window of an axis is the first that reaches its end.
                        if (i >= stride && i - stride + 3 >= 6 || j >= stride && j - stride + 2 >= 6) {
                            continue;
                        }
                        double[] occluded = item.clone();
                        boolean[] inside = new boolean[item.length];
                        for (int a = i; a < Math.min(6, i + 3); a++) {
                            for (int b = j; b < Math.min(6, j + 2); b++) {
                                occluded[(c * 6 + a) * 6 + b] = c == 0 ? 0.5 : -1;
                                inside[(c * 6 + a) * 6 + b] = true;
                            }
                        }
                        double fall = whole - logit(network, occluded, x.shape(), 2);
                        for (int k = 0; k < item.length; k++) {
                            sum[k] += inside[k] ? fall : 0;
                            count[k] += inside[k] ? 1 : 0;
                        }
                    }
                }
            }
            for (int k = 0; k < sum.length; k++) {
                sum[k] = count[k] == 0 ? 0 : sum[k] / count[k]; // windows far apart leave elements out
            }
            assertThat(found).containsExactly(sum, within(1e-12));
        }
    }

    @ParameterizedTest
    @EnumSource(SmoothGrad.Moment.class)
    void smoothGrad_isTheMomentOverNoisyCopies(SmoothGrad.Moment moment) {
        Zoo.Animal animal = Zoo.named("residual");
        Array x = animal.inputs(2, 3);
        double[] item = x.slice(1, 2).toDoubles();
        double range = Arrays.stream(item).max().orElseThrow()
                - Arrays.stream(item).min().orElseThrow();
        SmoothGrad method = new SmoothGrad(Attributions.of("gradient"), moment, 7, 0.2, 9);
        try (Network network = animal.network(Precision.FLOAT64);
                Explainer gradient = Attributions.of("gradient").on(network, Target.logit());
                Explainer e = method.on(network, Target.logit())) {
            double[][] maps = new double[7][];
            for (int k = 0; k < 7; k++) {
                SplittableRandom random = new SplittableRandom(9 * 1_000_003 + k);
                double[] noisy = item.clone();
                for (int i = 0; i < noisy.length; i++) {
                    noisy[i] += 0.2 * range * random.nextGaussian();
                }
                maps[k] = gradient.explain(Array.of(noisy, 1, 2, 6, 6), new int[] {1})
                        .map(0);
            }
            double[] expected = new double[item.length];
            for (int i = 0; i < expected.length; i++) {
                double mean = 0;
                double square = 0;
                for (double[] map : maps) {
                    mean += map[i] / 7;
                    square += map[i] * map[i] / 7;
                }
                expected[i] = switch (moment) {
                    case MEAN -> mean;
                    case SQUARE -> square;
                    case VARIANCE -> square - mean * mean;
                };
            }
            assertThat(e.explain(x, new int[] {1, 1}).map(1)).containsExactly(expected, within(1e-12));
        }
    }

    /** The network behind its feature maps as one of its own, differentiated by differences. */
    @Test
    void gradCam_isWeightedByMeanGradients() {
        Sketch s = Sketch.of(2, 6, 6);
        String features = s.node(
                "Sigmoid", s.conv(s.x, 2, 3, 3, "pads", Sketch.longs(1, 1, 1, 1), "strides", Sketch.longs(2, 2)));
        String pooled = s.node("AveragePool", Sketch.with("kernel_shape", Sketch.longs(2, 2)), features);
        Graph graph = s.build(s.gemm(s.node("Tanh", s.gemm(s.node("Flatten", pooled), 12, 6)), 6, 4));
        Array x = Close.gaussian(4, 1, 2, 6, 6).asFloat64();
        try (Network network = Network.of(graph, Precision.FLOAT64);
                Explainer e = new GradCam(features).on(network, Target.logit());
                Explainer last = Attributions.of("grad-cam").on(network, Target.logit())) {
            Array maps = network.run(x, List.of(features)).get(features);
            Network tail = Network.of(tail(graph, features), Precision.FLOAT64);
            double[] positive = new double[9];
            for (int c = 0; c < 3; c++) {
                double mean = 0;
                for (int p = 0; p < 9; p++) {
                    double[] up = maps.toDoubles().clone();
                    double[] down = maps.toDoubles().clone();
                    up[c * 9 + p] += 1e-6;
                    down[c * 9 + p] -= 1e-6;
                    mean += (logit(tail, up, maps.shape(), 0) - logit(tail, down, maps.shape(), 0)) / 2e-6 / 9;
                }
                for (int p = 0; p < 9; p++) {
                    positive[p] += mean * maps.get(c * 9 + p);
                }
            }
            tail.close();
            double[] expected = new double[72];
            for (int i = 0; i < 6; i++) {
                for (int j = 0; j < 6; j++) {
                    expected[i * 6 + j] = expected[36 + i * 6 + j] = bilinear(positive, i, j) / 2;
                }
            }
            assertThat(expected).isNotEqualTo(new double[72]);
            assertThat(e.explain(x, new int[] {0}).map(0)).containsExactly(expected, within(1e-8));
            assertThat(last.explain(x, new int[] {0}).map(0))
                    .containsExactly(e.explain(x, new int[] {0}).map(0));
        }
    }

    /** From 3x3, negative parts cut off, to 6x6; pixel centres at halves. */
    private static double bilinear(double[] small, int i, int j) {
        double a = Math.max(0, (i + 0.5) / 2 - 0.5);
        double b = Math.max(0, (j + 0.5) / 2 - 0.5);
        int top = (int) a;
        int left = (int) b;
        int bottom = Math.min(2, top + 1);
        int right = Math.min(2, left + 1);
        double fa = a - top;
        double fb = b - left;
        return (1 - fa) * ((1 - fb) * up(small[top * 3 + left]) + fb * up(small[top * 3 + right]))
                + fa * ((1 - fb) * up(small[bottom * 3 + left]) + fb * up(small[bottom * 3 + right]));
    }

    private static double up(double v) {
        return Math.max(0, v);
    }

    private static Graph tail(Graph graph, String from) {
        return new Graph(
                "tail",
                graph.opsets(),
                List.of(dev.qualm.network.graph.ValueInfo.floats(from, -1, 3, 3, 3)),
                graph.outputs(),
                graph.nodes().stream().skip(2).toList(),
                graph.initializers());
    }

    @ParameterizedTest
    @ValueSource(strings = {"activations", "attention", "lstm", "gates", "gemm", "residual", "probabilities"})
    void integratedGradients_ofManySteps_areComplete(String name) {
        Zoo.Animal animal = Zoo.named(name);
        Array x = animal.inputs(3, 5);
        boolean smooth = List.of("attention", "lstm").contains(name);
        for (Quadrature q :
                List.of(Quadrature.gaussLegendre(300), Quadrature.midpoint(600), Quadrature.trapezoid(600))) {
            for (Quantity quantity : List.of(Quantity.LOGIT, Quantity.LOG_PROBABILITY)) {
                try (Network network = animal.network(Precision.FLOAT64);
                        Explainer e = new IntegratedGradients(q, new Baseline(0.1)).on(network, Target.of(quantity))) {
                    Explanation found = e.explain(x);
                    double tolerance = smooth ? 1e-4 : 1e-2;
                    assertThat(found.residuals()).as(name + " " + q).containsExactly(new double[3], within(tolerance));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "residual",
                "convolutions",
                "padding",
                "transposed",
                "average-pool",
                "max-pool",
                "normalised-first",
                "branches",
                "reused",
                "resized",
                "opset-7",
                "opset-9",
                "opset-12",
                "dense",
                "gemm",
                "matmul",
                "one-dimension",
                "three-dimensions",
                "softmax",
                "log-softmax"
            })
    void deepLift_ofLayersAndActivations_isComplete(String name) {
        Zoo.Animal animal = Zoo.named(name);
        Array x = animal.inputs(3, 5);
        for (Baseline baseline : List.of(Baseline.zero(), new Baseline(-0.7))) {
            try (Network network = animal.network(Precision.FLOAT64);
                    Explainer e = new DeepLift(baseline, true).on(network, Target.logit())) {
                assertThat(e.explain(x).residuals()).as(name).containsExactly(new double[3], within(1e-10));
                Array same = Array.of(
                        baseline.item(x.shape(), false).toDoubles(),
                        baseline.item(x.shape(), false).shape());
                assertThat(Arrays.stream(e.explain(same).map(0)).map(Math::abs)).containsOnly(0.0);
            }
        }
    }
}
