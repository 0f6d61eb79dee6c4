package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AurocTest {
    @Test
    void of_randomTiedWithInfinities_equalsPairCount() {
        Random random = new Random(11);
        for (int t = 0; t < 300; t++) {
            double[] neg = RandomScores.tied(random, 1 + random.nextInt(40), 1 + random.nextInt(20), 0);
            double[] pos =
                    RandomScores.tied(random, 1 + random.nextInt(40), 1 + random.nextInt(20), random.nextDouble());
            long halves = 0;
            for (double p : pos) {
                for (double n : neg) {
                    halves += p > n ? 2 : p == n ? 1 : 0;
                }
            }
            assertThat(Auroc.of(neg, pos).value()).isEqualTo(halves / (2.0 * neg.length * pos.length));
        }
    }

    @Test
    void variance_randomTied_equalsStructuralComponents() {
        Random random = new Random(12);
        for (int t = 0; t < 100; t++) {
            double[] neg = RandomScores.tied(random, 2 + random.nextInt(30), 6, 0);
            double[] pos = RandomScores.tied(random, 2 + random.nextInt(30), 6, 0.7);
            double expected = variance(components(pos, neg)) / pos.length + variance(components(neg, pos)) / neg.length;
            assertThat(Auroc.of(neg, pos).variance()).isCloseTo(expected, within(1e-14));
        }
    }

    @Test
    void of_millionScores_equalsTheCountKnownInAdvance() {
        int n = 500_000;
        double[] neg = new double[n];
        double[] pos = new double[n];
        Arrays.setAll(neg, i -> i * 7919L % n);
        Arrays.setAll(pos, i -> i * 104_729L % n + 0.5);
        // Positive k + 0.5 beats negatives 0..k.
        assertThat(Auroc.of(neg, pos).value()).isEqualTo((n + 1.0) / (2.0 * n));
    }

    @Test
    void interval_perfectSeparation_keepsAWidth() {
        double[] low = new double[60];
        double[] high = new double[60];
        Arrays.fill(high, 1);

        Interval perfect = Auroc.of(low, high).interval();
        assertThat(perfect.high()).isEqualTo(1);
        assertThat(perfect.low()).isBetween(0.93, 0.99);
        assertThat(perfect.method()).contains("Newcombe");
        Interval inverted = Auroc.of(high, low).interval();
        assertThat(inverted.low()).isZero();
        assertThat(inverted.high()).isCloseTo(1 - perfect.low(), within(1e-12));
    }

    @Test
    void interval_oneCaseEach_isWilsonForOneTrial() {
        Interval found = Auroc.of(new double[] {0}, new double[] {1}).interval();
        Interval wilson = new Proportion(1, 1).wilson(0.95);
        assertThat(found.low()).isCloseTo(wilson.low(), within(1e-12));
        assertThat(found.high()).isEqualTo(1);
    }

    @Test
    void interval_constantScore_holdsOneHalf() {
        Auroc auroc = Auroc.of(new double[40], new double[30]);
        assertThat(auroc.value()).isEqualTo(0.5);
        assertThat(auroc.variance()).isZero();
        assertThat(auroc.interval().contains(0.5)).isTrue();
        assertThat(auroc.interval().width()).isGreaterThan(0.1);
    }

    @Test
    void deLong_undefined_isRefused() {
        assertThatThrownBy(
                        () -> Auroc.of(new double[] {0, 1}, new double[] {2, 3}).deLong(0.95))
                .isInstanceOf(MetricException.class)
                .hasMessageContaining("use interval(level)");
        assertThatThrownBy(() -> Auroc.of(new double[] {0}, new double[] {2}).interval(1))
                .isInstanceOf(MetricException.class)
                .hasMessageContaining("0.95");
    }

    /** Nominal 95%; the true coverages of these settings are 94% to 98%, and 100% for one case each. */
    @ParameterizedTest
    @CsvSource({
        "1, 1, 0.5",
        "1, 100, 0.9",
        "2, 100, 0.75",
        "3, 3, 0.75",
        "5, 60, 0.97",
        "10, 10, 0.9",
        "20, 300, 0.97",
        "300, 20, 0.75",
        "60, 60, 0.9",
        "100, 100, 0.99",
        "150, 150, 0.6"
    })
    void interval_twoNormals_coversAboutItsLevel(int positives, int negatives, double auroc) {
        Random random = new Random(99);
        double shift = Math.sqrt(2) * Normal.quantile(auroc);
        int covered = 0;
        int rounds = 600;
        for (int t = 0; t < rounds; t++) {
            double[] neg = RandomScores.normal(random, negatives, 0);
            double[] pos = RandomScores.normal(random, positives, shift);
            covered += Auroc.of(neg, pos).interval().contains(auroc) ? 1 : 0;
        }
        assertThat(covered / (double) rounds).isBetween(0.91, 1.0);
    }

    @Test
    void interval_tiedVotes_coversAboutItsLevel() {
        // Binomial(10, .02) against Binomial(10, .25), as a label change rate of ten mutants; the truth by summation.
        double[] low = binomial(0.02);
        double[] high = binomial(0.25);
        double truth = 0;
        for (int i = 0; i <= 10; i++) {
            for (int j = 0; j <= 10; j++) {
                truth += low[i] * high[j] * (j > i ? 1 : j == i ? 0.5 : 0);
            }
        }
        Random random = new Random(7);
        int covered = 0;
        for (int t = 0; t < 800; t++) {
            double[] neg = random.doubles(80).map(u -> votes(random, 0.02)).toArray();
            double[] pos = random.doubles(60).map(u -> votes(random, 0.25)).toArray();
            covered += Auroc.of(neg, pos).interval().contains(truth) ? 1 : 0;
        }
        assertThat(covered / 800.0).isBetween(0.92, 0.99);
    }

    @Test
    void toString_anyResult_tellsCountsIntervalAndTies() {
        assertThat(Auroc.of(new double[] {0, 1}, new double[] {1, 2}).toString())
                .contains("AUROC 0.8750", "2 positives", "2 negatives", "95%", "tie");
    }

    private static double votes(Random random, double p) {
        int votes = 0;
        for (int i = 0; i < 10; i++) {
            votes += random.nextDouble() < p ? 1 : 0;
        }
        return votes / 10.0;
    }

    private static double[] binomial(double p) {
        double[] out = new double[11];
        out[0] = Math.pow(1 - p, 10);
        for (int k = 1; k <= 10; k++) {
            out[k] = out[k - 1] * (11 - k) / k * p / (1 - p);
        }
        return out;
    }

    static double[] components(double[] cases, double[] others) {
        return Arrays.stream(cases)
                .map(c -> Arrays.stream(others)
                        .map(o -> c > o ? 1 : c == o ? 0.5 : 0)
                        .average()
                        .orElseThrow())
                .toArray();
    }

    static double variance(double[] x) {
        double mean = Arrays.stream(x).average().orElseThrow();
        return Arrays.stream(x).map(v -> (v - mean) * (v - mean)).sum() / (x.length - 1);
    }
}
