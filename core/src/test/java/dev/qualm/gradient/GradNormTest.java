package dev.qualm.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.ShapeException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GradNormTest {
    @Test
    void of_anyHead_equalsGradientOfTheKlLoss() {
        try (Network vector = Nets.of(Nets.vector(5));
                Network image = Nets.of(NetworkBuilder.input("input", 3, 8, 8)
                        .seed(1)
                        .conv("conv", 4, 3, 1, 1)
                        .relu("act")
                        .globalAveragePool("gap")
                        .conv("logits", 6, 1, 1, 0)
                        .build())) {
            for (Network net : List.of(vector, image)) {
                Array x = net == vector ? Nets.inputs(1, 4, 7) : Nets.inputs(1, 4, 3, 8, 8);
                for (double p : new double[] {0.5, 1, 2, 3, Double.POSITIVE_INFINITY}) {
                    double[] expected = new GradientMetrics(
                                    List.of(Metric.pNorm(p)), Targets.parameters("logits.weight"), Loss.klToUniform())
                            .of(net, x)
                            .column("logits.weight." + Metric.pNorm(p).columns().get(0));
                    double[] values = GradNorm.of(net, Map.of("input", x), 1, p);
                    assertThat(values).containsExactly(expected, within(1e-12 * expected[0]));
                }
            }
        }
    }

    @Test
    void of_temperature_equalsGradientOfTheScaledLoss() {
        Array logits = Array.of(new double[] {1, 3, -2}, 1, 3);
        Array features = Array.of(new double[] {2, -1}, 1, 2);
        Loss tempered = Loss.custom("kl at T = 4", z -> {
            double[] g = Loss.softmax(z, 4);
            for (int k = 0; k < g.length; k++) {
                g[k] = (g[k] - 1.0 / g.length) / 4;
            }
            return g;
        });
        double expected = 0;
        for (double g : tempered.gradient(logits.doubles())) {
            expected += Math.abs(g) * 3;
        }
        assertThat(GradNorm.of(logits, features, 4, 1)[0]).isCloseTo(expected, within(1e-15));
    }

    @Test
    void of_uniformLogits_isZero() {
        assertThat(GradNorm.of(Array.of(new double[] {7, 7, 7, 7}, 1, 4), Array.of(new double[] {1, 2}, 1, 2), 1, 1))
                .containsExactly(0);
    }

    @Test
    void of_emptyBatch_isEmpty() {
        try (Network net = Nets.of(Nets.vector(5))) {
            assertThat(GradNorm.of(net, Array.of(new float[0], 0, 7))).isEmpty();
        }
    }

    @Test
    void of_wrongArguments_areRefused() {
        Array logits = Array.of(new double[6], 2, 3);
        Array features = Array.of(new double[8], 2, 4);
        assertThatThrownBy(() -> GradNorm.of(logits, features, 0, 1)).hasMessageContaining("temperature");
        assertThatThrownBy(() -> GradNorm.of(logits, features, 1, 0)).hasMessageContaining("order p");
        assertThatThrownBy(() -> GradNorm.of(logits, features.slice(0, 1), 1, 1))
                .isInstanceOf(ShapeException.class);
    }

    @Test
    void of_networkWithoutHead_saysWhatToDo() {
        try (Network net = Nets.of(
                NetworkBuilder.input("input", 7).linear("fc", 5).relu("logits").build())) {
            assertThatThrownBy(() -> GradNorm.of(net, Nets.inputs(1, 2, 7)))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("linear layer");
        }
    }

    @Test
    void of_headOnSequences_isRefused() {
        try (Network net = Nets.of(new GraphOf(1)
                .floats("x", -1, 3, 4)
                .weight("head.weight", 4, 5)
                .node("logits", "MatMul", "x", "head.weight")
                .build())) {
            assertThatThrownBy(() -> GradNorm.of(net, Map.of("x", Nets.inputs(1, 2, 3, 4)), 1, 1))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("once per input");
        }
    }

    /** With z / T small, p - u is (z - mean) / (K T) and its digits are lost if p is formed first. */
    @Test
    void of_hugeTemperature_keepsItsDigits() {
        Array logits = Array.of(new double[] {1, 3, -1}, 1, 3);
        Array features = Array.of(new double[] {2, -1}, 1, 2);
        double t = 1e12;
        double expected = 3 * (0 + 2 + 2) / (3 * t * t);
        assertThat(GradNorm.of(logits, features, t, 1)[0]).isCloseTo(expected, within(1e-9 * expected));
    }
}
