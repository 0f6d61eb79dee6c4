package dev.qualm.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScheduleTest {
    @Test
    void constant_anyStep_isOne() {
        assertThat(new Schedule.Constant().factor(0, 10, 3)).isEqualTo(1);
        assertThat(new Schedule.Constant().factor(29, 10, 3)).isEqualTo(1);
    }

    @Test
    void cosine_withoutWarmup_fallsFromOneAlongACosine() {
        Schedule schedule = new Schedule.Cosine(0, 0);
        assertThat(schedule.factor(0, 10, 4)).isEqualTo(1);
        assertThat(schedule.factor(10, 10, 4)).isCloseTo((1 + Math.sqrt(0.5)) / 2, within(1e-15));
        assertThat(schedule.factor(20, 10, 4)).isCloseTo(0.5, within(1e-15));
        assertThat(schedule.factor(39, 10, 4))
                .isCloseTo((1 - Math.cos(Math.PI / 40)) / 2, within(1e-15))
                .isPositive();
    }

    @Test
    void cosine_warmup_risesLinearlyToOne() {
        Schedule schedule = new Schedule.Cosine(1, 0.1);
        assertThat(schedule.factor(0, 4, 3)).isEqualTo(0.25);
        assertThat(schedule.factor(2, 4, 3)).isEqualTo(0.75);
        assertThat(schedule.factor(3, 4, 3)).isEqualTo(1);
        assertThat(schedule.factor(4, 4, 3)).isEqualTo(1);
        assertThat(schedule.factor(8, 4, 3)).isCloseTo(0.1 + 0.9 * 0.5, within(1e-15));
    }

    @Test
    void cosine_warmupOfPartOfAnEpoch_countsSteps() {
        assertThat(new Schedule.Cosine(0.5, 0).factor(0, 8, 1)).isEqualTo(0.25);
        assertThat(new Schedule.Cosine(0.5, 0).factor(3, 8, 1)).isEqualTo(1);
    }

    @Test
    void cosine_warmupLongerThanTraining_onlyRises() {
        Schedule schedule = new Schedule.Cosine(5, 0);
        for (int step = 0; step < 6; step++) {
            assertThat(schedule.factor(step, 3, 2)).isCloseTo((step + 1) / 6.0, within(1e-15));
        }
    }

    @Test
    void cosine_everyStep_staysBetweenItsEnds() {
        Schedule schedule = new Schedule.Cosine(2, 0.25);
        double before = 1;
        for (int step = 14; step < 70; step++) {
            double factor = schedule.factor(step, 7, 10);
            assertThat(factor).isBetween(0.25, before);
            before = factor;
        }
    }

    @Test
    void cosine_outOfRange_isRefused() {
        assertThatThrownBy(() -> new Schedule.Cosine(-1, 0)).hasMessageContaining("warm-up");
        assertThatThrownBy(() -> new Schedule.Cosine(0, 1.5)).hasMessageContaining("final factor in [0, 1]");
    }
}
