package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.ShapeException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RankingTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    @Test
    void of_tiesZerosAndInfinities_mergesBlocks() {
        Ranking r = Ranking.of(new double[] {0.0, -INF, 1, INF}, new double[] {-0.0, 1, 1});

        assertThat(r.blocks()).isEqualTo(4);
        assertThat(new double[] {r.score(0), r.score(1), r.score(2), r.score(3)})
                .containsExactly(INF, 1, 0, -INF);
        assertThat(new int[] {r.flaggedNegatives(-1), r.flaggedNegatives(0), r.flaggedNegatives(2)})
                .containsExactly(0, 1, 3);
        assertThat(new int[] {r.flaggedPositives(0), r.flaggedPositives(1), r.flaggedPositives(3)})
                .containsExactly(0, 2, 3);
        assertThat(r.hasTies()).isTrue();
    }

    @Test
    void of_input_isNotChanged() {
        double[] negatives = {3, 1, 2};
        Ranking.of(negatives, new double[] {2});
        assertThat(negatives).containsExactly(3, 1, 2);
    }

    @Test
    void of_nan_isRefusedWithTheReason() {
        assertThatThrownBy(() -> Ranking.of(new double[] {1, 2}, new double[] {1, Double.NaN, 3, Double.NaN}))
                .isInstanceOf(MetricException.class)
                .hasMessageContaining("NaN in 2 of 4 positive scores, first at index 1")
                .hasMessageContaining("no rank");
    }

    @Test
    void of_emptyClass_isRefused() {
        assertThatThrownBy(() -> Ranking.of(new double[] {1}, new double[0]))
                .isInstanceOf(MetricException.class)
                .hasMessageContaining("positive");
        assertThatThrownBy(() -> Ranking.of(new double[] {1, 2}, new boolean[] {true, true}))
                .isInstanceOf(MetricException.class)
                .hasMessageContaining("negative");
    }

    @Test
    void of_maskOfOtherLength_isRefused() {
        assertThatThrownBy(() -> Ranking.of(new double[] {1, 2}, new boolean[] {true}))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("2 scores")
                .hasMessageContaining("1");
    }

    @Test
    void of_mask_equalsLists() {
        Ranking r = Ranking.of(new double[] {1, 5, 2, 4}, new boolean[] {false, true, true, false});
        assertThat(Auroc.of(r)).isEqualTo(Auroc.of(new double[] {1, 4}, new double[] {5, 2}));
    }

    @Test
    void reversed_randomTied_equalsRankingOfNegatedScores() {
        Random random = new Random(3);
        for (int t = 0; t < 50; t++) {
            double[] neg = RandomScores.tied(random, 1 + random.nextInt(30), 5, 0);
            double[] pos = RandomScores.tied(random, 1 + random.nextInt(30), 5, 1);
            Ranking expected = Ranking.of(negate(pos), negate(neg));
            Ranking found = Ranking.of(neg, pos).reversed();
            assertThat(found.blocks()).isEqualTo(expected.blocks());
            for (int b = 0; b < found.blocks(); b++) {
                assertThat(found.score(b)).isEqualTo(expected.score(b));
                assertThat(found.flaggedNegatives(b)).isEqualTo(expected.flaggedNegatives(b));
                assertThat(found.flaggedPositives(b)).isEqualTo(expected.flaggedPositives(b));
            }
        }
    }

    private static double[] negate(double[] scores) {
        return java.util.Arrays.stream(scores).map(s -> 0.0 - s).toArray();
    }
}
