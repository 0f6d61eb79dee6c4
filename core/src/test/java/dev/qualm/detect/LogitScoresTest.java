package dev.qualm.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.QualmException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LogitScoresTest {
    private static final double[] EXAMPLE = {2, -1, 0.5};

    @Test
    void scores_smallExample_equalTheFormulas() {
        double z = Math.exp(2) + Math.exp(-1) + Math.exp(0.5);
        double[] p = {Math.exp(2) / z, Math.exp(-1) / z, Math.exp(0.5) / z};
        assertThat(Msp.of(EXAMPLE)).isCloseTo(1 - p[0], within(1e-15));
        assertThat(MaxLogit.of(EXAMPLE)).isEqualTo(-2);
        assertThat(Energy.of(EXAMPLE, 1)).isCloseTo(-Math.log(z), within(1e-15));
        assertThat(Margin.of(EXAMPLE)).isCloseTo(p[2] - p[0], within(1e-15));
        double h = 0;
        double gen = 0;
        double gen2 = 0;
        for (double q : p) {
            h -= q * Math.log(q);
            gen += Math.pow(q * (1 - q), 0.1);
        }
        for (double q : new double[] {p[0], p[2]}) {
            gen2 += Math.pow(q * (1 - q), 0.5);
        }
        assertThat(Entropy.of(EXAMPLE)).isCloseTo(h, within(1e-15));
        assertThat(Gen.of(EXAMPLE, 0.1, 100)).isCloseTo(gen, within(1e-14));
        assertThat(Gen.of(EXAMPLE, 0.5, 2)).isCloseTo(gen2, within(1e-14));
    }

    @Test
    void scores_growingConfidence_fallTogether() {
        for (Score s : Scores.of(List.of("logits"))) {
            LogitScore score = (LogitScore) s;
            double last = Double.POSITIVE_INFINITY;
            for (double gap = 0.5; gap < 30; gap += 0.5) {
                double value = score.function().applyAsDouble(new double[] {gap, 0, 0.1, -0.2});
                assertThat(value).as(score.name()).isLessThan(last);
                last = value;
            }
        }
    }

    @Test
    void msp_confidentPredictions_stayDistinct() {
        // 1 - p rounds to zero from a gap of 37 on; the sum over the others does not.
        assertThat(Msp.of(new double[] {50, 0, 0})).isPositive().isLessThan(Msp.of(new double[] {45, 0, 0}));
    }

    @Test
    void shiftInvariant_flag_isTrueToTheFunction() {
        Random random = new Random(3);
        for (Score s : Scores.of(List.of("logits"))) {
            LogitScore score = (LogitScore) s;
            double[] z = random.doubles(6, -3, 3).toArray();
            double[] shifted = z.clone();
            for (int i = 0; i < z.length; i++) {
                shifted[i] += 2;
            }
            double difference = Math.abs(
                    score.function().applyAsDouble(z) - score.function().applyAsDouble(shifted));
            if (score.shiftInvariant()) {
                assertThat(difference).as(score.name()).isLessThan(1e-12);
            } else {
                assertThat(difference).as(score.name()).isGreaterThan(1);
            }
        }
    }

    @Test
    void scores_infiniteLogits_noException() {
        double[] z = {Double.NEGATIVE_INFINITY, 1, 2};
        assertThat(Entropy.of(z)).isFinite();
        assertThat(Gen.of(z, 0.1, 100)).isFinite();
        assertThat(Msp.of(z)).isBetween(0.0, 1.0);
    }

    @Test
    void of_unknownName_errorListsTheLegalOnes() {
        assertThatThrownBy(() -> Scores.of(List.of("msp", "magic")))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("magic")
                .hasMessageContaining("gradnorm");
    }
}
