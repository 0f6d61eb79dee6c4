package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Friedman's test and the comparisons of pairs after it. */
class FriedmanTest {
    /**
     * AUC of four tree learners on 14 data sets: Demsar 2006, table 6. There 0.975 and 0.975 on the 13th have ranks 2
     * and 3, from digits that are not printed; one is added here.
     */
    private static final double[][] TREES = {
        {.763, .768, .771, .798},
        {.599, .591, .590, .569},
        {.954, .971, .968, .967},
        {.628, .661, .654, .657},
        {.882, .888, .886, .898},
        {.936, .931, .916, .931},
        {.661, .668, .609, .685},
        {.583, .583, .563, .625},
        {.775, .838, .866, .875},
        {1, 1, 1, 1},
        {.940, .962, .965, .962},
        {.619, .666, .614, .669},
        {.972, .981, .9751, .975},
        {.957, .978, .946, .970}
    };

    /** Times to round first base by three methods: Hollander and Wolfe 1973, p. 140. */
    private static final double[][] ROUNDING = {
        {5.40, 5.50, 5.55}, {5.85, 5.70, 5.75}, {5.20, 5.60, 5.50}, {5.55, 5.50, 5.40}, {5.90, 5.85, 5.70},
        {5.45, 5.55, 5.60}, {5.40, 5.40, 5.35}, {5.45, 5.50, 5.35}, {5.25, 5.15, 5.00}, {5.85, 5.80, 5.70},
        {5.25, 5.20, 5.10}, {5.65, 5.55, 5.45}, {5.60, 5.35, 5.45}, {5.05, 5.00, 4.95}, {5.50, 5.50, 5.40},
        {5.45, 5.55, 5.50}, {5.55, 5.55, 5.35}, {5.45, 5.50, 5.55}, {5.50, 5.45, 5.25}, {5.65, 5.60, 5.40},
        {5.70, 5.65, 5.55}, {6.30, 6.30, 6.25}
    };

    @Test
    void of_treeLearners_givesThePublishedRanks() {
        Friedman found = Friedman.of(TREES, true);
        double[] ranks = found.averageRanks().stream().mapToDouble(r -> r).toArray();
        assertThat(ranks).containsExactly(new double[] {3.143, 2.000, 2.893, 1.964}, within(5e-4));
        // The publication does not correct for ties: 9.28.
        double plain =
                12.0 * 14 / (4 * 5) * (Arrays.stream(ranks).map(r -> r * r).sum() - 4 * 25 / 4.0);
        assertThat(plain).isCloseTo(9.28, within(0.005));
        // Ties in blocks 6, 8, 10 and 11 take 0.5 + 0.5 + 5 + 0.5 off the sum of squared deviations of the ranks, 70.
        assertThat(found.statistic()).isCloseTo(plain * 70 / 63.5, within(1e-12));
        assertThat(found.exact()).isTrue();
        assertThat(found.pValue()).isCloseTo(found.imanDavenportPValue(), within(0.003));
        assertThat(found.toString()).contains("over 14 blocks and 4 treatments", "exact", "3.143");
    }

    @Test
    void of_roundingTimes_givesThePublishedChiSquare() {
        Friedman found = Friedman.of(ROUNDING, false);
        assertThat(found.statistic()).isCloseTo(11.142857142857132, within(1e-12));
        assertThat(found.chiSquarePValue()).isCloseTo(0.003805040775511383, within(1e-15));
        assertThat(found.pValue()).isBetween(0.001, 0.005);
    }

    @Test
    void pValue_smallTiedTables_equalsAllOrders() {
        Random random = new Random(111);
        for (int round = 0; round < 60; round++) {
            int n = 1 + random.nextInt(4);
            int k = 2 + random.nextInt(n == 4 ? 2 : 3);
            double[][] table = new double[n][];
            for (int i = 0; i < n; i++) {
                table[i] = RandomScores.tied(random, k, 1 + random.nextInt(6), 0);
            }
            double observed = spread(table);
            long[] counts = new long[2];
            allOrders(table, 0, observed, counts);
            Friedman found = Friedman.of(table, random.nextBoolean());
            assertThat(found.exact()).isTrue();
            assertThat(found.pValue()).isCloseTo(counts[0] / (double) counts[1], within(1e-12));
        }
    }

    private static void allOrders(double[][] table, int block, double observed, long[] counts) {
        if (block == table.length) {
            counts[0] += spread(table) >= observed - 1e-9 ? 1 : 0;
            counts[1]++;
            return;
        }
        double[] kept = table[block];
        List<double[]> orders = new ArrayList<>();
        orders(kept, new double[0], orders);
        for (double[] order : orders) {
            table[block] = order;
            allOrders(table, block + 1, observed, counts);
        }
        table[block] = kept;
    }

    private static void orders(double[] rest, double[] begun, List<double[]> out) {
        if (rest.length == 0) {
            out.add(begun);
        }
        for (int i = 0; i < rest.length; i++) {
            double[] longer = Arrays.copyOf(begun, begun.length + 1);
            longer[begun.length] = rest[i];
            double[] fewer = new double[rest.length - 1];
            System.arraycopy(rest, 0, fewer, 0, i);
            System.arraycopy(rest, i + 1, fewer, i, fewer.length - i);
            orders(fewer, longer, out);
        }
    }

    /** Sum of squared deviations of the rank sums, ranks by comparing all pairs. */
    private static double spread(double[][] table) {
        int k = table[0].length;
        double out = 0;
        for (int j = 0; j < k; j++) {
            double sum = 0;
            for (double[] block : table) {
                sum += 0.5;
                for (double other : block) {
                    sum += other < block[j] ? 1 : other == block[j] ? 0.5 : 0;
                }
            }
            double d = sum - table.length * (k + 1) / 2.0;
            out += d * d;
        }
        return out;
    }

    @Test
    void pValue_manyTreatments_fallsBackAndIsUniformUnderTheNull() {
        Random random = new Random(112);
        int rejected = 0;
        for (int round = 0; round < 1000; round++) {
            double[][] table = new double[12][];
            for (int i = 0; i < 12; i++) {
                table[i] = RandomScores.normal(random, 9, i);
            }
            Friedman found = Friedman.of(table, true);
            assertThat(found.exact()).isFalse();
            rejected += found.pValue() <= 0.05 ? 1 : 0;
        }
        assertThat(rejected / 1000.0).isBetween(0.03, 0.07);
    }

    @Test
    void of_extremes_areDefined() {
        Friedman tied = Friedman.of(new double[5][3], true);
        assertThat(tied.statistic()).isZero();
        assertThat(tied.pValue()).isEqualTo(1);
        double[][] agreed = new double[20][];
        Arrays.setAll(agreed, i -> new double[] {1, 2, 3, 4, 5, 6, 7, 8});
        Friedman same = Friedman.of(agreed, true);
        assertThat(same.imanDavenport()).isInfinite();
        assertThat(same.pValue()).isZero();
        assertThat(same.averageRank(7)).isEqualTo(1);
        Friedman one = Friedman.of(new double[][] {{3, 1, 2, 5, 4, 6, 7, 8}}, true);
        assertThat(one.pValue()).isNaN();
        assertThat(Friedman.of(new double[][] {{3, 1}}, true).pValue()).isEqualTo(1);
    }

    @Test
    void of_badInput_isRefused() {
        assertThatThrownBy(() -> Friedman.of(new double[0][], true)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Friedman.of(new double[3][1], true)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Friedman.of(new double[][] {{1, 2}, {1}}, true))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("block 1");
        assertThatThrownBy(() -> Friedman.of(new double[][] {{1, Double.NaN}}, true))
                .isInstanceOf(MetricException.class)
                .hasMessageContaining("treatment 1");
        Friedman found = Friedman.of(TREES, true);
        assertThatThrownBy(() -> found.averageRank(4)).isInstanceOf(MetricException.class);
        assertThatThrownBy(() -> Holm.against(found, -1)).isInstanceOf(MetricException.class);
    }

    @Test
    void nemenyi_treeLearners_givesThePublishedDifferences() {
        Friedman found = Friedman.of(TREES, true);
        assertThat(Nemenyi.criticalDifference(found, 0.05)).isCloseTo(1.25, within(0.005));
        assertThat(Nemenyi.criticalDifference(found, 0.10)).isCloseTo(1.12, within(0.005));
        List<RankPair> pairs = Nemenyi.pairs(found);
        assertThat(pairs).hasSize(6);
        for (RankPair pair : pairs) {
            // At 0.05 the publication finds no pair, at 0.10 the first against the second and against the fourth.
            assertThat(pair.adjusted()).isGreaterThan(0.05);
            boolean found10 = pair.first() == 0 && pair.second() != 2;
            assertThat(pair.adjusted() <= 0.10).as(pair.toString()).isEqualTo(found10);
        }
        assertThat(pairs.get(0).toString()).startsWith("0 - 1: +1.143 ranks");
    }

    @Test
    void holm_againstTheFirst_givesThePublishedTests() {
        // Demsar 2006, §3.2: p-values 0.016, 0.019, 0.607 against 0.017, 0.025, 0.05: the first two are rejected.
        List<RankPair> pairs = Holm.against(Friedman.of(TREES, true), 0);
        assertThat(pairs.get(2).pValue()).isCloseTo(0.016, within(5e-4));
        assertThat(pairs.get(0).pValue()).isCloseTo(0.019, within(5e-4));
        assertThat(pairs.get(1).pValue()).isCloseTo(0.607, within(2e-3));
        assertThat(pairs.get(2).adjusted()).isCloseTo(3 * pairs.get(2).pValue(), within(1e-12));
        assertThat(pairs.get(0).adjusted()).isLessThan(0.05);
        assertThat(pairs.get(1).adjusted()).isGreaterThan(0.05);
        assertThat(Holm.pairs(Friedman.of(TREES, true))).hasSize(6).allMatch(p -> p.adjusted() >= p.pValue());
    }

    @Test
    void nemenyi_twoTreatments_isTheSingleTest() {
        double[][] table = new double[10][];
        Arrays.setAll(table, i -> new double[] {i % 4 == 0 ? 1 : 0, 0.5});
        RankPair pair = Nemenyi.pairs(Friedman.of(table, true)).get(0);
        assertThat(pair.adjusted()).isCloseTo(pair.pValue(), within(1e-12));
    }
}
