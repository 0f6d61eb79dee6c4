package dev.qualm.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.array.Npz;
import dev.qualm.network.engine.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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

    /** Means are sums of both signs: their error is relative to the magnitudes summed, not to what is left of them. */
    private static void assertColumns(
            GradientMetrics.Result result, int at, Array golden, String key, double tolerance) {
        for (int i = 0; i < golden.dim(0); i++) {
            double largest = golden.get(i * COLUMNS + COLUMNS - 1);
            double least = largest * (tolerance < 1e-8 ? 1e-3 : 1e-2);
            for (int c = 0; c < COLUMNS; c++) {
                double expected = golden.get(i * COLUMNS + c);
                double size = c == 2 || c == 3 ? Math.max(Math.abs(expected), least) : Math.abs(expected);
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
}
