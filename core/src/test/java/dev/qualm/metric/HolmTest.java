package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HolmTest {
    @Test
    void adjust_fourTests_stepsDown() {
        double[] p = {0.01, 0.04, 0.03, 0.005};
        assertThat(Holm.adjust(p)).containsExactly(new double[] {0.03, 0.06, 0.06, 0.02}, within(1e-15));
        assertThat(p).containsExactly(0.01, 0.04, 0.03, 0.005);
        assertThat(Holm.adjust(new double[0])).isEmpty();
        assertThat(Holm.adjust(new double[] {0.6, 0.9, 0})).containsExactly(1, 1, 0);
    }

    @Test
    void adjust_random_rejectsAsTheClosedTestOfBonferroni() {
        // Holm's procedure is the closure of Bonferroni: a test is rejected if every set with it is.
        Random random = new Random(121);
        for (int round = 0; round < 200; round++) {
            int m = 1 + random.nextInt(7);
            double[] p = random.doubles(m).map(u -> Math.rint(u * u * 20) / 20).toArray();
            double[] adjusted = Holm.adjust(p);
            for (int i = 0; i < m; i++) {
                double worst = 0;
                for (int set = 0; set < 1 << m; set++) {
                    if ((set >> i & 1) == 1) {
                        double least = 1;
                        for (int j = 0; j < m; j++) {
                            least = (set >> j & 1) == 1 ? Math.min(least, p[j]) : least;
                        }
                        worst = Math.max(worst, Math.min(1, Integer.bitCount(set) * least));
                    }
                }
                assertThat(adjusted[i]).isCloseTo(worst, within(1e-15));
            }
        }
    }

    @Test
    void adjust_allNullsTrue_anyRejectionIsRare() {
        Random random = new Random(122);
        int any = 0;
        for (int round = 0; round < 4000; round++) {
            any += Arrays.stream(Holm.adjust(random.doubles(10).toArray())).anyMatch(p -> p <= 0.05) ? 1 : 0;
        }
        assertThat(any / 4000.0).isBetween(0.038, 0.06);
    }

    @Test
    void adjust_notPValues_areRefused() {
        assertThatThrownBy(() -> Holm.adjust(new double[] {0.1, Double.NaN}))
                .isInstanceOf(MetricException.class)
                .hasMessageContaining("index 1");
        assertThatThrownBy(() -> Holm.adjust(new double[] {1.1})).isInstanceOf(MetricException.class);
    }
}
