package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BrierDecompositionTest {
    @Test
    void of_twoForecasts_equalsTheTermsByHand() {
        // 0.2 came 1 of 4 times, 0.8 came 3 of 4 times; overall one half.
        double[] forecast = {0.2, 0.2, 0.2, 0.2, 0.8, 0.8, 0.8, 0.8};
        boolean[] happened = {true, false, false, false, true, true, true, false};
        BrierDecomposition found = BrierDecomposition.of(forecast, happened);

        assertThat(found.reliability()).isCloseTo(0.0025, within(1e-15));
        assertThat(found.resolution()).isCloseTo(0.0625, within(1e-15));
        assertThat(found.uncertainty()).isEqualTo(0.25);
        assertThat(found.withinVariance()).isCloseTo(0, within(1e-30));
        assertThat(found.withinCovariance()).isCloseTo(0, within(1e-15));
        assertThat(found.brier()).isCloseTo(0.19, within(1e-15));
        assertThat(found.toString())
                .isEqualTo("Brier 0.1900 = reliability 0.0025 - resolution 0.0625 + uncertainty 0.2500; n = 8");
    }

    @Test
    void parts_randomForecasts_addUpToTheScoreForAnyGroups() {
        Random random = new Random(81);
        for (int round = 0; round < 200; round++) {
            int n = 1 + random.nextInt(60);
            int levels = 1 + random.nextInt(12);
            boolean tied = random.nextBoolean();
            double[] forecast = random.doubles(n)
                    .map(u -> tied ? Math.floor(u * (levels + 1)) / levels : u)
                    .map(u -> Math.min(1, u))
                    .toArray();
            boolean[] happened = new boolean[n];
            double score = 0;
            for (int i = 0; i < n; i++) {
                happened[i] = random.nextInt(3) == 0;
                double e = forecast[i] - (happened[i] ? 1 : 0);
                score += e * e / n;
            }
            BrierDecomposition distinct = BrierDecomposition.of(forecast, happened);
            assertThat(distinct.brier()).isCloseTo(score, within(1e-13));
            assertThat(distinct.withinVariance()).isCloseTo(0, within(1e-25));
            BrierDecomposition binned = BrierDecomposition.of(forecast, happened, 1 + random.nextInt(15));
            assertThat(binned.brier()).isCloseTo(score, within(1e-13));
            assertThat(binned.reliability()).isNotNegative();
            assertThat(binned.uncertainty()).isCloseTo(distinct.uncertainty(), within(1e-15));
            assertThat(binned.resolution()).isLessThanOrEqualTo(distinct.resolution() + 1e-13);
        }
    }

    @Test
    void allClasses_randomProbabilities_addsUpToTheMulticlassScore() {
        Random random = new Random(82);
        double[] p = new double[40 * 4];
        int[] labels = new int[40];
        for (int i = 0; i < 40; i++) {
            double sum = 0;
            for (int k = 0; k < 4; k++) {
                p[i * 4 + k] = -Math.log(random.nextDouble());
                sum += p[i * 4 + k];
            }
            for (int k = 0; k < 4; k++) {
                p[i * 4 + k] /= sum;
            }
            labels[i] = random.nextInt(4);
        }
        Array probabilities = Array.of(p, 40, 4);
        assertThat(BrierDecomposition.allClasses(probabilities, labels, 10).brier())
                .isCloseTo(Brier.allClasses(probabilities, labels).value(), within(1e-13));
        TopLabel top = TopLabel.of(probabilities, labels);
        assertThat(BrierDecomposition.topLabel(top, 10).brier())
                .isCloseTo(Brier.topLabel(top).value(), within(1e-13));
    }

    @Test
    void of_badInput_isRefused() {
        assertThatThrownBy(() -> BrierDecomposition.of(new double[2], new boolean[1]))
                .isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> BrierDecomposition.of(new double[0], new boolean[0]))
                .isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> BrierDecomposition.of(new double[] {Double.NaN}, new boolean[1]))
                .isInstanceOf(MetricException.class);
        assertThatThrownBy(() -> BrierDecomposition.of(new double[] {0.5}, new boolean[1], 0))
                .isInstanceOf(MetricException.class)
                .hasMessageContaining("at least 1 bin");
    }
}
