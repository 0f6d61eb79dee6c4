package dev.qualm.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AcceptanceRuleTest {
    @Test
    void accepts_aboutTheThreshold_asNamed() {
        AcceptanceRule strict = new AcceptanceRule(AcceptanceRule.Comparison.STRICT, 0.5);
        assertThat(strict.accepts(0.375, 0.75)).isFalse();
        assertThat(strict.accepts(0.376, 0.75)).isTrue();
        AcceptanceRule rounded = AcceptanceRule.rounded();
        // 0.9 x 0.675 = 0.6075 becomes 0.61; 0.605 lies below 0.605 in binary and becomes 0.6; 0.625 ties to 0.62.
        assertThat(rounded.accepts(0.605, 0.675)).isFalse();
        assertThat(rounded.accepts(0.606, 0.675)).isTrue();
        assertThat(rounded.accepts(0.625, 0.7)).as("0.62 against 0.63").isFalse();
    }

    @Test
    void leastCorrect_anyCounts_firstThatIsAccepted() {
        for (AcceptanceRule rule : List.of(
                AcceptanceRule.strict(),
                AcceptanceRule.rounded(),
                AcceptanceRule.strict().withRatio(1))) {
            for (int n : new int[] {1, 7, 40, 100}) {
                for (int original = 0; original <= n; original++) {
                    int least = 0;
                    while (least <= n && !rule.accepts((double) least / n, (double) original / n)) {
                        least++;
                    }
                    assertThat(rule.leastCorrect(n, original)).isEqualTo(least);
                }
            }
        }
    }
}
