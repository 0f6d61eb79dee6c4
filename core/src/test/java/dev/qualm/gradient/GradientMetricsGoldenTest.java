package dev.qualm.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.array.Npz;
import dev.qualm.network.engine.Precision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Metrics and GradNorm of trained networks against the reference programs run in float64, per layer and whole. */
class GradientMetricsGoldenTest {
    private static final List<Metric> METRICS = List.of(
            Metric.max(),
            Metric.min(),
            Metric.mean(),
            Metric.meanStd(),
            Metric.pNorm(0.5),
            Metric.pNorm(1),
            Metric.pNorm(2),
            Metric.pNorm(3),
            Metric.pNorm(Double.POSITIVE_INFINITY));
    private static final int COLUMNS = 10;

    static Stream<Arguments> cases() {
        return GoldenNet.NAMES.stream()
                .flatMap(name -> Stream.of(Precision.values()).map(p -> Arguments.of(name, p)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void of_goldenNetwork_equalsReference(String name, Precision precision) {
        double tolerance = precision == Precision.FLOAT64 ? 1e-9 : 1e-5;
        try (GoldenNet net = GoldenNet.load(name, precision);
                Npz golden = net.results("gradient_metrics.npz")) {
            for (String loss : List.of("ce", "kl")) {
                List<String> keys = new ArrayList<>();
                List<Targets> targets = new ArrayList<>();
                for (String key : golden.keys()) {
                    String target = key.replaceAll("^" + loss + "\\.|\\.f64$", "");
                    if (key.equals(loss + "." + target + ".f64") && !target.equals("loss")) {
                        keys.add(key);
                        targets.add(target.equals("net") ? Targets.wholeNetwork() : Targets.layers(target));
                    }
                }
                assertThat(keys).hasSizeGreaterThan(3);
                GradientMetrics.Result result = new GradientMetrics(
                                METRICS,
                                new Targets.Several(targets),
                                loss.equals("ce") ? Loss.pseudoLabelCrossEntropy() : Loss.klToUniform())
                        .of(net.network, net.input);
                assertThat(result.status()).containsOnly(Status.OK);
                assertThat(result.columns()).hasSize(keys.size() * COLUMNS);
                for (int t = 0; t < keys.size(); t++) {
                    assertColumns(result, t * COLUMNS, golden.read(keys.get(t)), keys.get(t), tolerance);
                }
            }
        }
    }

    /** Means are sums of both signs: their error is relative to the mean magnitude, not to what is left of it. */
    private static void assertColumns(
            GradientMetrics.Result result, int at, Array golden, String key, double tolerance) {
        for (int i = 0; i < golden.dim(0); i++) {
            double largest = golden.get(i * COLUMNS + COLUMNS - 1);
            for (int c = 0; c < COLUMNS; c++) {
                double expected = golden.get(i * COLUMNS + c);
                double size = c == 2 || c == 3 ? Math.max(Math.abs(expected), 1e-3 * largest) : Math.abs(expected);
                assertThat(result.values()[i][at + c])
                        .as("%s, input %s, %s", key, i, result.columns().get(at + c))
                        .isCloseTo(expected, within(tolerance * size));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradNorm_goldenNetwork_equalsReference(String name, Precision precision) {
        double tolerance = precision == Precision.FLOAT64 ? 1e-9 : 1e-5;
        try (GoldenNet net = GoldenNet.load(name, precision);
                Npz golden = net.results("gradient_metrics.npz")) {
            for (int temperature : new int[] {1, 2}) {
                for (int p : new int[] {1, 2}) {
                    double[] expected = golden.read("gradnorm.T" + temperature + ".p" + p + ".f64")
                            .doubles();
                    double[] values =
                            GradNorm.of(net.network, Map.of(net.network.input().name(), net.input), temperature, p);
                    assertThat(values).hasSameSizeAs(expected);
                    for (int i = 0; i < values.length; i++) {
                        assertThat(values[i]).isCloseTo(expected[i], within(tolerance * expected[i]));
                    }
                }
            }
            assertThat(GradNorm.of(net.network, net.input))
                    .containsExactly(
                            golden.read("gradnorm.T1.p1.f64").doubles(),
                            within(tolerance * golden.read("gradnorm.T1.p1.f64").get(0)));
        }
    }

    /** The authors' program sums over classes; with the bias, the 1-norm grows by that of p - u. */
    @ParameterizedTest
    @MethodSource("cases")
    void gradNorm_goldenNetwork_equalsOfficialProgramAndTheFormWithBias(String name, Precision precision) {
        double tolerance = precision == Precision.FLOAT64 ? 1e-9 : 1e-5;
        try (GoldenNet net = GoldenNet.load(name, precision);
                Npz golden = net.results("gradient_metrics.npz")) {
            Map<String, Array> feeds = Map.of(net.network.input().name(), net.input);
            String layer = net.network.structure().head().weight().replace(".weight", "");
            for (int temperature : new int[] {1, 2}) {
                double[] official = golden.read("gradnorm_official.T" + temperature + ".f64")
                        .doubles();
                double[] withBias = golden.read("gradnorm.T" + temperature + ".p1.with_bias.f64")
                        .doubles();
                double[] values = GradNorm.of(net.network, feeds, temperature, 1);
                double[] metric = new GradientMetrics(
                                List.of(Metric.pNorm(1)), Targets.layers(layer), tempered(temperature))
                        .of(net.network, net.input)
                        .column(layer + ".norm_1");
                int classes = net.network.logits(net.input).dim(1);
                for (int i = 0; i < values.length; i++) {
                    assertThat(values[i] * classes).isCloseTo(official[i], within(tolerance * official[i]));
                    assertThat(metric[i]).isCloseTo(withBias[i], within(tolerance * withBias[i]));
                }
            }
        }
    }

    private static Loss tempered(double temperature) {
        return Loss.custom("KL to uniform at a temperature", z -> {
            double[] g = Loss.klToUniform()
                    .gradient(Arrays.stream(z).map(v -> v / temperature).toArray());
            return Arrays.stream(g).map(v -> v / temperature).toArray();
        });
    }

    /** Whole gradients of the first sample, entry by entry and in order. */
    @ParameterizedTest
    @ValueSource(strings = {"n3-tabular-mlp", "n4-avgpool-cnn"})
    void of_wholeGradients_equalReference(String name) {
        int found = 0;
        try (GoldenNet net = GoldenNet.load(name, Precision.FLOAT64);
                Npz golden = net.results("gradient_metrics.npz")) {
            for (String key : golden.keys()) {
                if (!key.startsWith("grad.")) {
                    continue;
                }
                String parameter = key.replaceAll("^grad\\.(ce|kl)\\.|\\.f64$", "");
                Array[] seen = new Array[1];
                GradientTransform record = GradientTransform.custom("record", g -> seen[0] = g);
                new GradientMetrics(
                                List.of(Metric.max()),
                                Targets.parameters(parameter),
                                key.startsWith("grad.ce") ? Loss.pseudoLabelCrossEntropy() : Loss.klToUniform(),
                                record)
                        .of(net.network, net.input.slice(0, 1));
                Array expected = golden.read(key);
                double largest =
                        Arrays.stream(expected.doubles()).map(Math::abs).max().orElse(0);
                assertThat(seen[0].shape()).as(key).containsExactly(expected.shape());
                assertThat(seen[0].doubles()).as(key).containsExactly(expected.doubles(), within(1e-9 * largest));
                found++;
            }
        }
        assertThat(found).isGreaterThanOrEqualTo(12);
    }
}
