package dev.qualm.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.DoubleStream;

/** What tests of gradient metrics share. */
final class MetricAssertions {
    static final List<Metric> METRICS = List.of(
            Metric.max(),
            Metric.min(),
            Metric.meanStd(),
            Metric.pNorm(0.5),
            Metric.pNorm(1),
            Metric.pNorm(2),
            Metric.pNorm(Double.POSITIVE_INFINITY));
    static final GradientMetrics DEFAULTS = GradientMetrics.defaults().withMetrics(METRICS);

    static final String[] WEIGHTS = {
        "conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias", "logits.weight", "logits.bias"
    };

    private MetricAssertions() {}

    static void assertClose(double[] actual, double[] expected, double tolerance) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int c = 0; c < actual.length; c++) {
            assertThat(actual[c])
                    .as("column %s", c)
                    .isCloseTo(expected[c], within(tolerance * Math.max(1e-6, Math.abs(expected[c]))));
        }
    }

    private static double[] all(Map<String, Array> gradients) {
        return gradients.values().stream()
                .flatMapToDouble(a -> DoubleStream.of(a.toDoubles()))
                .toArray();
    }

    /** The metrics of some weights from a backward pass of one input. */
    static double[] slow(Network net, Array x, int i, Loss loss, UnaryOperator<double[]> transform, String... w) {
        return SlowGradients.metrics(
                METRICS, transform.apply(all(SlowGradients.of(net, Map.of("input", x), i, loss, List.of(w)))));
    }
}
