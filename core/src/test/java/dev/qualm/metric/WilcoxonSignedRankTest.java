package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.ShapeException;
import dev.qualm.metric.WilcoxonSignedRank.Zeros;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WilcoxonSignedRankTest {
    /**
     * Height differences of cross- and self-fertilised plants: Darwin 1876, in Fisher, The Design of Experiments, §17.
     */
    private static final double[] PLANTS = {6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75};

    @Test
    void of_darwinsPlants_givesThePublishedResult() {
        WilcoxonSignedRank found = WilcoxonSignedRank.of(PLANTS, new double[15]);
        assertThat(found.statistic()).isEqualTo(24);
        assertThat(found.pValue()).isCloseTo(0.041259765625, within(1e-15));
        assertThat(found.exact()).isTrue();
        assertThat(found.toString()).contains("+96.0, -24.0", "exact", "15 pairs");
    }

    @Test
    void of_depressionScores_givesThePublishedResult() {
        // Hollander and Wolfe, Nonparametric Statistical Methods, 1973, p. 29: one-sided 0.01953.
        double[] before = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
        double[] after = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
        WilcoxonSignedRank found = WilcoxonSignedRank.of(before, after);
        assertThat(found.positiveRanks()).isEqualTo(40);
        assertThat(found.negativeRanks()).isEqualTo(5);
        assertThat(found.pValue()).isCloseTo(2 * 0.01953125, within(1e-15));
    }

    @Test
    void of_fourteenDataSets_ranksAsPublished() {
        // Demsar 2006, table 2, AUC differences in thousandths; the two zeros have ranks 1.5, which he splits evenly.
        double[] d = {5, -8, 17, 33, 6, -5, 7, 0, 63, 0, 22, 47, 9, 21};
        WilcoxonSignedRank found = WilcoxonSignedRank.of(d, new double[14]);
        assertThat(found.positiveRanks() + 1.5).isEqualTo(93);
        assertThat(found.negativeRanks() + 1.5).isEqualTo(12);
        assertThat(found.zeros()).isEqualTo(2);
        assertThat(found.pValue()).isLessThan(0.05);
    }

    @Test
    void pValue_randomTiedWithZeros_equalsAllSignChanges() {
        Random random = new Random(101);
        for (int round = 0; round < 200; round++) {
            int n = 1 + random.nextInt(11);
            double[] first = RandomScores.tied(random, n, 1 + random.nextInt(8), 0.5);
            double[] second = new double[n];
            Zeros zeros = random.nextBoolean() ? Zeros.RANKED : Zeros.DROPPED;
            WilcoxonSignedRank found = WilcoxonSignedRank.of(first, second, zeros);
            double[] kept = Arrays.stream(first)
                    .filter(d -> zeros == Zeros.RANKED || d != 0)
                    .toArray();
            double observed = positive(kept);
            double total = positive(Arrays.stream(kept).map(Math::abs).toArray());
            double distance = Math.abs(observed - total / 2);
            int extreme = 0;
            for (int signs = 0; signs < 1 << kept.length; signs++) {
                double[] changed = new double[kept.length];
                for (int i = 0; i < kept.length; i++) {
                    changed[i] = (signs >> i & 1) == 1 ? -kept[i] : kept[i];
                }
                extreme += Math.abs(positive(changed) - total / 2) >= distance ? 1 : 0;
            }
            assertThat(found.positiveRanks()).isEqualTo(observed);
            assertThat(found.negativeRanks()).isEqualTo(total - observed);
            assertThat(found.pValue()).isCloseTo(extreme / (double) (1 << kept.length), within(1e-13));
        }
    }

    /** Sum of the mid-ranks of |d| over d > 0, by comparing all pairs. */
    private static double positive(double[] d) {
        double sum = 0;
        for (double x : d) {
            for (double y : d) {
                double below = Math.abs(y) < Math.abs(x) ? 1 : Math.abs(y) == Math.abs(x) ? 0.5 : 0;
                sum += x > 0 ? below : 0;
            }
            sum += x > 0 ? 0.5 : 0;
        }
        return sum;
    }

    @Test
    void pValue_pastTheExactLimit_goesOnSmoothly() {
        Random random = new Random(102);
        double[] d = random.doubles(201)
                .map(u -> Math.rint(10 * random.nextGaussian() + 1))
                .toArray();
        WilcoxonSignedRank exact = WilcoxonSignedRank.of(Arrays.copyOf(d, 200), new double[200]);
        double[] withoutZeros = Arrays.stream(d).map(v -> v == 0 ? 1 : v).toArray();
        WilcoxonSignedRank normal = WilcoxonSignedRank.of(withoutZeros, new double[201]);
        assertThat(exact.exact()).isTrue();
        assertThat(normal.exact()).isFalse();
        assertThat(normal.toString()).contains("normal");
        WilcoxonSignedRank fewer = WilcoxonSignedRank.of(Arrays.copyOf(withoutZeros, 200), new double[200]);
        assertThat(normal.pValue()).isBetween(fewer.pValue() * 0.7, fewer.pValue() * 1.4);
    }

    @Test
    void pValue_nullIsTrue_rejectsAtMostFivePercent() {
        Random random = new Random(103);
        int rejected = 0;
        for (int round = 0; round < 2000; round++) {
            double[] d = random.doubles(12)
                    .map(u -> Math.rint(4 * random.nextGaussian()))
                    .toArray();
            rejected += WilcoxonSignedRank.of(d, new double[12]).pValue() <= 0.05 ? 1 : 0;
        }
        assertThat(rejected / 2000.0).isBetween(0.02, 0.062);
    }

    @Test
    void of_noDifference_isOneAndInfinitiesCount() {
        assertThat(WilcoxonSignedRank.of(new double[4], new double[4]).pValue()).isEqualTo(1);
        double inf = Double.POSITIVE_INFINITY;
        WilcoxonSignedRank found = WilcoxonSignedRank.of(new double[] {inf, inf, -0.0}, new double[] {inf, 1, 0.0});
        assertThat(found.zeros()).isEqualTo(2);
        assertThat(found.positiveRanks()).isEqualTo(3);
    }

    @Test
    void of_badInput_isRefused() {
        assertThatThrownBy(() -> WilcoxonSignedRank.of(new double[2], new double[1]))
                .isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> WilcoxonSignedRank.of(new double[0], new double[0]))
                .isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> WilcoxonSignedRank.of(new double[] {1, Double.NaN}, new double[2]))
                .isInstanceOf(MetricException.class)
                .hasMessageContaining("pair 1");
    }
}
