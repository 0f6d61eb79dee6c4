package dev.qualm.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class LossTest {
    private static double logSumExp(double[] z) {
        double max = z[Logits.largest(z)];
        double sum = 0;
        for (double v : z) {
            sum += Math.exp(v - max);
        }
        return max + Math.log(sum);
    }

    private static void assertDerivative(Loss loss, ToDoubleFunction<double[]> value) {
        Random random = new Random(1);
        for (int t = 0; t < 20; t++) {
            double[] z = random.doubles(2 + t % 5, -4, 4).toArray();
            double[] g = loss.gradient(z);
            for (int k = 0; k < z.length; k++) {
                double[] up = z.clone();
                double[] down = z.clone();
                up[k] += 1e-5;
                down[k] -= 1e-5;
                double slope = (value.applyAsDouble(up) - value.applyAsDouble(down)) / 2e-5;
                assertThat(g[k]).isCloseTo(slope, within(1e-8));
            }
        }
    }

    @Test
    void gradient_ofEachLoss_isItsSlope() {
        assertDerivative(Loss.pseudoLabelCrossEntropy(), z -> logSumExp(z) - z[Logits.largest(z)]);
        assertDerivative(Loss.klToUniform(), z -> {
            double mean = 0;
            for (double v : z) {
                mean += v / z.length;
            }
            return logSumExp(z) - mean;
        });
        assertDerivative(Loss.allOnes(), z -> {
            double sum = 0;
            for (double v : z) {
                sum += Math.log1p(Math.exp(-v));
            }
            return sum;
        });
    }

    @Test
    void gradient_atAnyConfidence_keepsItsDigits() {
        double[] g = Loss.pseudoLabelCrossEntropy().gradient(new double[] {600, 0, -1});
        double expected = Math.exp(-600) * (1 + Math.exp(-1));
        assertThat(g[0]).isCloseTo(-expected, within(1e-13 * expected));
        assertThat(g[1]).isCloseTo(Math.exp(-600), within(1e-13 * expected));
        assertThat(Loss.allOnes().gradient(new double[] {600})[0]).isCloseTo(-Math.exp(-600), within(1e-270));
    }

    @Test
    void gradient_nearUniform_keepsItsDigits() {
        double[] g = Loss.klToUniform().gradient(new double[] {7, 7 - 1e-12});
        // p_0 - 1/2 = (1 - exp(-d)) / (2 (1 + exp(-d))), about d / 4.
        double d = 7 - (7 - 1e-12);
        assertThat(g[0]).isCloseTo(d / 4, within(1e-9 * d));
        assertThat(g[1]).isEqualTo(-g[0]);
    }

    @Test
    void custom_ofWrongLength_isRefused() {
        Loss loss = Loss.custom("short", z -> new double[1]);
        assertThatThrownBy(() -> loss.gradient(new double[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("short");
        assertThat(loss.toString()).isEqualTo("Custom[short]");
    }

    @Test
    void softmax_withTemperature_sumsToOne() {
        double[] p = Loss.softmax(new double[] {1000, 999, -1000}, 2);
        assertThat(p[0] + p[1] + p[2]).isCloseTo(1, within(1e-15));
        assertThat(p[1] / p[0]).isCloseTo(Math.exp(-0.5), within(1e-15));
    }
}
