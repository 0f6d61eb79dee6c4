package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ProportionTest {
    @Test
    void clopperPearson_ends_putHalfTheErrorInEachTail() {
        for (int n : new int[] {1, 7, 60}) {
            for (int k = 0; k <= n; k++) {
                Interval found = new Proportion(k, n).clopperPearson(0.9);
                if (k > 0) {
                    assertThat(atLeast(k, n, found.low())).isCloseTo(0.05, within(1e-11));
                }
                if (k < n) {
                    assertThat(1 - atLeast(k + 1, n, found.high())).isCloseTo(0.05, within(1e-11));
                }
            }
        }
        assertThat(new Proportion(0, 10).clopperPearson(0.95).high())
                .isCloseTo(1 - Math.pow(0.025, 0.1), within(1e-12));
        assertThat(new Proportion(10, 10).clopperPearson(0.95).high()).isEqualTo(1);
    }

    @Test
    void clopperPearson_anyShare_coversAtLeastItsLevel_wilsonAbout() {
        int n = 40;
        for (double p = 0.01; p < 1; p += 0.01) {
            double exact = 0;
            double wilson = 0;
            for (int k = 0; k <= n; k++) {
                double mass = atLeast(k, n, p) - atLeast(k + 1, n, p);
                exact += new Proportion(k, n).clopperPearson(0.95).contains(p) ? mass : 0;
                wilson += new Proportion(k, n).wilson(0.95).contains(p) ? mass : 0;
            }
            assertThat(exact).isGreaterThanOrEqualTo(0.95 - 1e-9);
            assertThat(wilson).isBetween(0.83, 1.0);
        }
    }

    @Test
    void wilson_solvesItsScoreEquation() {
        double z = 1.959963984540054;
        Interval found = new Proportion(7, 50).wilson(0.95);
        for (double end : new double[] {found.low(), found.high()}) {
            assertThat(Math.abs(0.14 - end)).isCloseTo(z * Math.sqrt(end * (1 - end) / 50), within(1e-12));
        }
        assertThat(new Proportion(0, 50).wilson(0.95).low()).isZero();
        assertThat(new Proportion(50, 50).wilson(0.95).high()).isEqualTo(1);
    }

    @Test
    void clopperPearson_largeN_nearsTheNormalInterval() {
        Interval exact = new Proportion(300_000, 1_000_000).clopperPearson(0.95);
        Interval wilson = new Proportion(300_000, 1_000_000).wilson(0.95);
        assertThat(exact.low()).isCloseTo(wilson.low(), within(2e-6));
        assertThat(exact.high()).isCloseTo(wilson.high(), within(2e-6));
    }

    @Test
    void of_impossibleCounts_areRefused() {
        assertThatThrownBy(() -> new Proportion(3, 2)).isInstanceOf(MetricException.class);
        assertThatThrownBy(() -> Proportion.of(new boolean[0])).isInstanceOf(MetricException.class);
        assertThat(Proportion.of(new boolean[] {true, false}).toString()).contains("0.5000", "1 of 2", "Wilson");
    }

    @Test
    void normal_quantile_invertsTheTailAndMeetsKnownValues() {
        assertThat(Normal.twoSided(0.95)).isCloseTo(1.959963984540054, within(1e-14));
        assertThat(Normal.quantile(0.999)).isCloseTo(3.090232306167813, within(1e-12));
        assertThat(Normal.quantile(0.5)).isZero();
        assertThat(Normal.upperTail(10) / 7.619853024160527e-24).isCloseTo(1, within(1e-12));
        assertThat(Normal.upperTail(-1)).isCloseTo(0.8413447460685429, within(1e-15));
        // Both forms meet where they change over.
        assertThat(Normal.upperTail(Math.nextDown(2.5))).isCloseTo(Normal.upperTail(2.5), within(1e-16));
        assertThat(Normal.upperTail(2.5)).isCloseTo(0.006209665325776132, within(1e-16));
    }

    /** P(X >= k) for X ~ Binomial(n, p), summed. */
    private static double atLeast(int k, int n, double p) {
        double sum = 0;
        for (int i = k; i <= n; i++) {
            double term = 1;
            for (int j = 1; j <= i; j++) {
                term *= (n - i + j) / (double) j * p;
            }
            sum += term * Math.pow(1 - p, n - i);
        }
        return sum;
    }
}
