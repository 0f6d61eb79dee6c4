package dev.qualm.report.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TicksTest {
    @Test
    void of_unitInterval_givesTheFamiliarTicks() {
        Ticks ticks = Ticks.of(0, 1, 5);
        assertThat(ticks.values()).containsExactly(0, 0.2, 0.4, 0.6, 0.8, 1);
        assertThat(ticks.label(3)).isEqualTo("0.6");
    }

    @Test
    void of_anyRange_givesAscendingRoundDistinctlyLabelledTicksInside() {
        Random random = new Random(11);
        for (int trial = 0; trial < 5_000; trial++) {
            double scale = Math.pow(10, random.nextInt(25) - 12);
            double min = (random.nextDouble() - 0.5) * scale * (random.nextInt(4) == 0 ? 20 : 1);
            double max = min + random.nextDouble() * scale;
            int target = 2 + random.nextInt(9);
            Ticks ticks = Ticks.of(min, max, target);
            double[] v = ticks.values();
            assertThat(v.length).as("%s to %s, %s", min, max, target).isBetween(0, target + 1);
            if (v.length < 2) {
                continue;
            }
            double step = v[1] - v[0];
            double power = Math.pow(10, Math.floor(Math.log10(step) + 1e-6));
            assertThat(step / power)
                    .satisfiesAnyOf(
                            s -> assertThat(s).isCloseTo(1, within(1e-3)),
                            s -> assertThat(s).isCloseTo(2, within(1e-3)),
                            s -> assertThat(s).isCloseTo(5, within(1e-3)));
            Set<String> labels = new HashSet<>();
            for (int i = 0; i < v.length; i++) {
                assertThat(v[i]).isBetween(min, max);
                if (i > 0) {
                    assertThat(v[i] - v[i - 1]).isCloseTo(step, within(1e-3 * step));
                }
                labels.add(ticks.label(i));
            }
            assertThat(labels).as("labels from %s to %s", min, max).hasSize(v.length);
        }
    }

    @Test
    void of_rangeOfZeroWidth_givesOneTick() {
        assertThat(Ticks.of(3, 3, 5).values()).containsExactly(3);
        assertThat(Ticks.of(1e15, Math.nextUp(1e15), 5).values()).hasSize(1);
    }

    @Test
    void of_nonFiniteRange_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Ticks.of(0, Double.NaN, 5));
        assertThatIllegalArgumentException().isThrownBy(() -> Ticks.of(0, Double.POSITIVE_INFINITY, 5));
        assertThatIllegalArgumentException().isThrownBy(() -> Ticks.of(1, 0, 5));
    }
}
