package dev.qualm.attribution.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DrawsTest {
    @Test
    void gaussian_manyDraws_hasItsMoments() {
        Draws draws = new Draws(5);
        double[] x = new double[200_000];
        Arrays.setAll(x, i -> draws.gaussian());
        assertThat(Arrays.stream(x).average().orElseThrow()).isCloseTo(0, within(0.01));
        assertThat(Arrays.stream(x).map(v -> v * v).average().orElseThrow()).isCloseTo(1, within(0.015));
        assertThat(Arrays.stream(x).map(v -> v * v * v * v).average().orElseThrow())
                .isCloseTo(3, within(0.1));
    }

    @Test
    void subset_manyDraws_isDistinctAndEven() {
        int[] counts = new int[10];
        for (int i = 0; i < 10_000; i++) {
            int[] s = new Draws(1, i).subset(3, 10);
            assertThat(Arrays.stream(s).distinct().count()).isEqualTo(3);
            for (int v : s) {
                counts[v]++;
            }
        }
        assertThat(Arrays.stream(counts).boxed()).allSatisfy(c -> assertThat(c).isBetween(2800, 3200));
    }

    @Test
    void streams_samePathSame_otherPathOther() {
        assertThat(new Draws(1, 2, 3).uniform()).isEqualTo(new Draws(1, 2, 3).uniform());
        assertThat(java.util.stream.LongStream.range(0, 1000)
                        .mapToObj(i -> new Draws(1, 2, i).uniform())
                        .distinct())
                .hasSize(1000);
        assertThat(new Draws(1, 2, 3).uniform()).isNotEqualTo(new Draws(1, 3, 2).uniform());
        assertThat(Draws.content(new double[] {0.0, 0.1f}))
                .isEqualTo(Draws.content(new double[] {-0.0, (double) 0.1f}));
    }
}
