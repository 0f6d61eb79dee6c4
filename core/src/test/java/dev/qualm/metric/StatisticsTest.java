package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Quantiles and the bootstrap. */
class StatisticsTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    @Test
    void quantiles_smallSample_interpolateLinearly() {
        double[] values = {4, 1, 3, 2};
        assertThat(Quantiles.of(values, 0, 0.25, 0.5, 0.9, 1))
                .containsExactly(new double[] {1, 1.75, 2.5, 3.7, 4}, within(1e-15));
        assertThat(values).containsExactly(4, 1, 3, 2);
        assertThat(Quantiles.median(new double[] {7})).isEqualTo(7);
    }

    @Test
    void quantiles_extremeValues_doNotOverflow() {
        assertThat(Quantiles.median(new double[] {-Double.MAX_VALUE, Double.MAX_VALUE}))
                .isZero();
        assertThat(Quantiles.of(new double[] {1, INF, INF}, 0, 0.25, 0.75)).containsExactly(1, INF, INF);
        assertThat(Quantiles.median(new double[] {-INF, INF})).isNaN();
    }

    @Test
    void quantiles_nanEmptyOrWildLevel_areRefused() {
        assertThatThrownBy(() -> Quantiles.median(new double[] {1, Double.NaN})).isInstanceOf(MetricException.class);
        assertThatThrownBy(() -> Quantiles.median(new double[0])).isInstanceOf(MetricException.class);
        assertThatThrownBy(() -> Quantiles.of(new double[] {1}, 1.5)).isInstanceOf(MetricException.class);
    }

    @Test
    void bootstrap_ranking_keepsClassSizesAndSeed() {
        Random random = new Random(1);
        Ranking ranking = Ranking.of(RandomScores.tied(random, 37, 6, 0), RandomScores.tied(random, 23, 6, 1));
        Bootstrap bootstrap = new Bootstrap(5, 200);
        Set<Integer> sizes = new HashSet<>();
        bootstrap.replicates(ranking, r -> {
            sizes.add(r.negatives() * 1000 + r.positives());
            return 0;
        });
        assertThat(sizes).containsExactly(37_023);
        double[] once = bootstrap.replicates(ranking, r -> Auroc.of(r).value());
        assertThat(once)
                .containsExactly(bootstrap.replicates(ranking, r -> Auroc.of(r).value()));
        assertThat(once)
                .isNotEqualTo(new Bootstrap(6, 200)
                        .replicates(ranking, r -> Auroc.of(r).value()));
    }

    @Test
    void bootstrap_ranking_spreadsAsTheDeLongVariance() {
        Random random = new Random(2);
        Ranking ranking = Ranking.of(RandomScores.normal(random, 300, 0), RandomScores.normal(random, 200, 1));
        double[] replicates =
                new Bootstrap(1, 4000).replicates(ranking, r -> Auroc.of(r).value());
        double ratio = AurocTest.variance(replicates) / Auroc.of(ranking).variance();
        assertThat(ratio).isBetween(0.85, 1.15);
        assertThat(Arrays.stream(replicates).average().orElseThrow())
                .isCloseTo(Auroc.of(ranking).value(), within(0.002));
    }

    @Test
    void bootstrap_indices_stayInTheirStratumAndReachAllCases() {
        int[] stratum = {7, -1, 7, 7, -1, 0};
        Set<Integer> reached = new HashSet<>();
        new Bootstrap(3, 200).replicates(stratum, drawn -> {
            assertThat(drawn).hasSameSizeAs(stratum);
            for (int i = 0; i < drawn.length; i++) {
                assertThat(stratum[drawn[i]]).isEqualTo(stratum[i]);
                reached.add(10 * i + drawn[i]);
            }
            return 0;
        });
        // 3 x 3 places for stratum 7, 2 x 2 for -1, 1 for 0.
        assertThat(reached).hasSize(14);
    }

    @Test
    void bootstrap_undefinedReplicate_isRefused() {
        Ranking ranking = Ranking.of(new double[] {1}, new double[] {2});
        assertThatThrownBy(() -> Bootstrap.seeded(1).interval(ranking, r -> Double.NaN, 0.95))
                .isInstanceOf(MetricException.class)
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> new Bootstrap(1, 0)).isInstanceOf(MetricException.class);
    }

    @Test
    void bootstrap_inParallel_givesTheSameReplicatesBitForBit() {
        Random random = new Random(9);
        Ranking ranking = Ranking.of(RandomScores.tied(random, 60, 9, 0), RandomScores.tied(random, 50, 9, 1));
        Bootstrap one = new Bootstrap(12, 400);
        Bootstrap many = one.inParallel();
        assertThat(many.parallel()).isTrue();
        assertThat(many.replicates(ranking, r -> Auroc.of(r).value()))
                .containsExactly(one.replicates(ranking, r -> Auroc.of(r).value()));
        int[] stratum = {0, 0, 1, 1, 1, 0, 2};
        assertThat(many.replicates(stratum, Arrays::hashCode))
                .containsExactly(one.replicates(stratum, Arrays::hashCode));
        assertThat(new Bootstrap(12, 100).replicates(ranking, r -> Auroc.of(r).value()))
                .as("more replicates go on where fewer end")
                .containsExactly(
                        Arrays.copyOf(one.replicates(ranking, r -> Auroc.of(r).value()), 100));
    }

    @Test
    void bootstrap_recordedIndices_repeatTheReplicates() {
        int[] stratum = {5, 5, 5, 2, 2, 5, 2, 9};
        Bootstrap bootstrap = new Bootstrap(3, 50);
        int[][] indices = bootstrap.indices(stratum);
        assertThat(indices).hasDimensions(50, 8);
        for (int[] cases : indices) {
            for (int i = 0; i < 8; i++) {
                assertThat(stratum[cases[i]]).isEqualTo(stratum[i]);
            }
        }
        assertThat(Bootstrap.onIndices(indices, Arrays::hashCode))
                .containsExactly(bootstrap.replicates(stratum, Arrays::hashCode));
    }
}
