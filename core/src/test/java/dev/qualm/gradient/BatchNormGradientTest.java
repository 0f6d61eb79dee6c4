package dev.qualm.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.Views;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolution and BatchNormalization of any scale, against single backward passes. */
class BatchNormGradientTest {
    private static final int CHANNELS = 6;

    @ParameterizedTest
    @CsvSource({"1, 0.3", "-0.7, 2", "0.5, 4.5", "0.1, 5", "0, 1", "0, 0"})
    void metrics_scaleAndShiftOfOneChannel_equalSingleBackwardPasses(double scale, double shift) {
        Graph graph = net(scale, shift);
        Array batch = Nets.inputs(3, 4, 3, 8, 8);
        List<String> weights = List.of("conv.weight", "bn.weight", "bn.bias", "logits.weight");
        for (Precision precision : Precision.values()) {
            double tolerance = precision == Precision.FLOAT64 ? 1e-11 : 2e-5;
            try (Network network = Network.of(graph, precision);
                    Network exact = Network.of(graph, Precision.FLOAT64)) {
                assertThat(List.copyOf(Parameters.of(network).names())).containsAll(weights);
                double[][] values = new GradientMetrics(
                                Metric.standard(), each(weights), Loss.pseudoLabelCrossEntropy())
                        .of(network, batch)
                        .values();
                for (int i = 0; i < values.length; i++) {
                    Map<String, Array> slow =
                            SlowGradients.of(exact, Map.of("input", batch), i, Loss.pseudoLabelCrossEntropy(), weights);
                    int at = 0;
                    for (String w : weights) {
                        double[] g = slow.get(w).doubles();
                        double largest = Arrays.stream(g).map(Math::abs).max().orElse(0);
                        double[] expected = SlowGradients.metrics(Metric.standard(), g);
                        for (double e : expected) {
                            assertThat(values[i][at])
                                    .as("%s, %s, input %d, column %d", precision, w, i, at)
                                    .isCloseTo(e, within(tolerance * Math.max(Math.abs(e), largest)));
                            at++;
                        }
                    }
                }
            }
        }
    }

    @Test
    void metrics_tensorBetweenIsATargetToo_equalsBothApart() {
        Graph graph = net(0.8, 0.2);
        Array batch = Nets.inputs(4, 3, 3, 8, 8);
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            GradientMetrics metrics = GradientMetrics.defaults();
            Targets weights = Targets.parameters("conv.weight", "bn.weight");
            double[][] apart = metrics.withTargets(weights).of(network, batch).values();
            double[][] between = metrics.withTargets(Targets.activations("conv"))
                    .of(network, batch)
                    .values();
            double[][] both = metrics.withTargets(Targets.several(weights, Targets.activations("conv")))
                    .of(network, batch)
                    .values();
            for (int i = 0; i < both.length; i++) {
                double[] joined = Arrays.copyOf(apart[i], apart[i].length + between[i].length);
                System.arraycopy(between[i], 0, joined, apart[i].length, between[i].length);
                assertThat(both[i]).containsExactly(joined, within(1e-12));
            }
        }
    }

    private static Targets each(List<String> weights) {
        return new Targets.Several(
                weights.stream().map(w -> Targets.parameters(w)).toList());
    }

    private static Graph net(double scale, double shift) {
        Graph plain = NetworkBuilder.input("input", 3, 8, 8)
                .seed(2)
                .withoutBias()
                .conv("conv", CHANNELS, 3, 2, 1)
                .batchNorm("bn")
                .relu("relu")
                .flatten("flat")
                .linear("logits", 4)
                .build();
        Random random = new Random(8);
        float[][] numbers = new float[4][CHANNELS];
        for (int c = 0; c < CHANNELS; c++) {
            numbers[0][c] = (float) (0.5 + random.nextDouble());
            numbers[1][c] = (float) random.nextGaussian() / 2;
            numbers[2][c] = (float) random.nextGaussian();
            numbers[3][c] = (float) (0.5 + random.nextDouble());
        }
        numbers[0][2] = (float) scale;
        numbers[1][2] = (float) shift;
        return Views.weights(Map.of(
                        "bn.weight", Array.of(numbers[0], CHANNELS),
                        "bn.bias", Array.of(numbers[1], CHANNELS),
                        "bn.running_mean", Array.of(numbers[2], CHANNELS),
                        "bn.running_var", Array.of(numbers[3], CHANNELS)))
                .apply(plain);
    }
}
