package dev.qualm.detect.wrong;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ThresholdTest {
    private static final double[] SCORES = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8};
    private static final boolean[] WRONG = {false, false, true, false, false, true, true, true};

    @Test
    void choose_byHand() {
        Threshold youden = Threshold.choose(new Threshold.Youden(), SCORES, WRONG);
        assertThat(youden.value()).isEqualTo(0.6);
        assertThat(youden.right().value()).isEqualTo(1);
        assertThat(youden.wrong().value()).isEqualTo(0.75);
        assertThat(Threshold.choose(new Threshold.EqualRecall(), SCORES, WRONG).value())
                .isEqualTo(0.5);
        assertThat(Threshold.choose(new Threshold.FalseAlarm(0.5), SCORES, WRONG)
                        .value())
                .isEqualTo(0.3);
    }

    @Test
    void choose_falseAlarmThatCannotBe_flagsNothing() {
        double[] tied = {1, 1, 1, 1};
        boolean[] wrong = {true, false, false, true};
        Threshold none = Threshold.choose(new Threshold.FalseAlarm(0.2), tied, wrong);
        assertThat(none.value()).isInfinite();
        assertThat(none.right().value()).isEqualTo(1);
        assertThat(none.wrong().value()).isZero();
    }

    @Test
    void choose_random_isTheBestOfAllThresholds() {
        Random random = new Random(3);
        double[] scores = new double[80];
        boolean[] wrong = new boolean[80];
        for (int i = 0; i < 80; i++) {
            wrong[i] = i % 3 == 0;
            scores[i] = random.nextInt(20) + (wrong[i] ? 4 : 0);
        }
        double gain = 0;
        double gap = 1;
        double caught = 0;
        for (int t = -1; t < 30; t++) {
            Threshold at = Threshold.at("any", t, scores, wrong);
            gain = Math.max(gain, at.right().value() + at.wrong().value() - 1);
            gap = Math.min(gap, Math.abs(at.right().value() - at.wrong().value()));
            caught = at.right().value() >= 0.9 ? Math.max(caught, at.wrong().value()) : caught;
        }
        Threshold youden = Threshold.choose(new Threshold.Youden(), scores, wrong);
        assertThat(youden.right().value() + youden.wrong().value() - 1).isEqualTo(gain);
        Threshold equal = Threshold.choose(new Threshold.EqualRecall(), scores, wrong);
        assertThat(Math.abs(equal.right().value() - equal.wrong().value())).isEqualTo(gap);
        Threshold alarm = Threshold.choose(new Threshold.FalseAlarm(0.1), scores, wrong);
        assertThat(alarm.right().value()).isGreaterThanOrEqualTo(0.9);
        assertThat(alarm.wrong().value()).isEqualTo(caught);
    }
}
