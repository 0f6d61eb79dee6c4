package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.ShapeException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CcrAtFprTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    @Test
    void of_smallTable_readsTheLastThresholdWithinTheLimit() {
        double[] known = {0.1, 0.2, 0.3, 0.4, 0.5};
        boolean[] right = {true, false, true, true, true};
        double[] unknown = {0.25, 0.45, 0.9, 1};

        CcrAtFpr quarter = CcrAtFpr.of(known, right, unknown, 0.25);

        assertThat(quarter).isEqualTo(new CcrAtFpr(0.6, 0.25, 0.4, 0.25, 5, 4));
        assertThat(CcrAtFpr.of(known, right, unknown, 0.49).value()).isEqualTo(0.6);
        assertThat(CcrAtFpr.of(known, right, unknown, 0.5).value()).isEqualTo(0.8);
        assertThat(CcrAtFpr.of(known, right, unknown, 1).value()).as("accuracy").isEqualTo(0.8);
        assertThat(quarter.toString()).contains("CCR 0.6000 at FPR 0.2500 (at most 0.25)", "5 negatives");
    }

    @Test
    void of_unknownsMostTrusted_isZeroWithoutThreshold() {
        CcrAtFpr found = CcrAtFpr.of(new double[] {1, 2}, new boolean[] {true, true}, new double[] {-INF, -INF}, 0.5);
        assertThat(found.value()).isZero();
        assertThat(found.threshold()).isNaN();
        assertThat(found.achieved()).isZero();
    }

    @Test
    void of_allRight_isOneMinusFalseAlarmsOfKnownCases() {
        Random random = new Random(61);
        double[] known = RandomScores.normal(random, 80, 0);
        double[] unknown = RandomScores.normal(random, 60, 1.5);
        boolean[] right = new boolean[80];
        Arrays.fill(right, true);
        for (double limit : new double[] {0, 0.05, 0.2, 0.5}) {
            // Accepting is flagging with the classes exchanged and the scores negated.
            double expected = RocCurve.of(Ranking.of(known, unknown).reversed()).truePositiveRateAt(limit);
            assertThat(CcrAtFpr.of(known, right, unknown, limit).value()).isEqualTo(expected);
        }
    }

    @Test
    void interval_seeded_holdsTheValueAndRefusesOtherData() {
        Random random = new Random(62);
        double[] known = RandomScores.normal(random, 150, 0);
        double[] unknown = RandomScores.normal(random, 100, 2);
        boolean[] right = new boolean[150];
        for (int i = 0; i < 150; i++) {
            right[i] = random.nextDouble() < 0.9;
        }
        CcrAtFpr found = CcrAtFpr.of(known, right, unknown, 0.1);
        Interval interval = found.interval(known, right, unknown, new Bootstrap(1, 300), 0.95);
        assertThat(interval.contains(found.value())).isTrue();
        assertThat(interval.width()).isBetween(0.05, 0.5);
        assertThat(found.interval(known, right, unknown, new Bootstrap(1, 300).inParallel(), 0.95))
                .isEqualTo(interval);
        double[] other = RandomScores.normal(random, 100, 0);
        assertThatThrownBy(() -> found.interval(known, right, other, Bootstrap.seeded(1), 0.95))
                .isInstanceOf(MetricException.class);
    }

    @Test
    void of_badInput_isRefused() {
        assertThatThrownBy(() -> CcrAtFpr.of(new double[2], new boolean[1], new double[1], 0.1))
                .isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> CcrAtFpr.of(new double[1], new boolean[1], new double[0], 0.1))
                .isInstanceOf(MetricException.class);
        assertThatThrownBy(() -> CcrAtFpr.of(new double[1], new boolean[1], new double[] {Double.NaN}, 0.1))
                .isInstanceOf(MetricException.class);
        assertThatThrownBy(() -> CcrAtFpr.of(new double[1], new boolean[1], new double[1], 1.1))
                .isInstanceOf(MetricException.class)
                .hasMessageContaining("[0, 1]");
    }
}
