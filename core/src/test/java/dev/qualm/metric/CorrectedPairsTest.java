package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.ShapeException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tables of detectors compared in pairs, with Holm's correction. */
class CorrectedPairsTest {
    @Test
    void aurocPairs_oneGoodScoreAmongBlindOnes_singlesItOut() {
        Random random = new Random(141);
        boolean[] positive = marks(120);
        double[][] scores = new double[4][];
        for (int d = 0; d < 4; d++) {
            scores[d] = RandomScores.normal(random, 120, 0);
            for (int i = 0; i < 120; i++) {
                scores[d][i] += d == 2 && positive[i] ? 2 : 0;
            }
        }
        List<AurocPair> pairs = AurocPair.all(scores, positive);
        assertThat(pairs).hasSize(6);
        double[] alone =
                pairs.stream().mapToDouble(p -> p.difference().pValue()).toArray();
        assertThat(pairs.stream().mapToDouble(AurocPair::adjusted).toArray()).containsExactly(Holm.adjust(alone));
        for (AurocPair pair : pairs) {
            assertThat(pair.adjusted() < 1e-3).isEqualTo(pair.first() == 2 || pair.second() == 2);
            assertThat(pair.difference())
                    .isEqualTo(AurocDifference.between(scores[pair.first()], scores[pair.second()], positive));
        }
        List<AurocPair> against = AurocPair.against(scores, positive, 2);
        assertThat(against)
                .hasSize(3)
                .allMatch(p -> p.first() == 2 && p.difference().difference() > 0);
        assertThat(against.get(0).toString()).startsWith("2 - 0: AUROC").contains("corrected p = ");
        assertThatThrownBy(() -> AurocPair.against(scores, positive, 4)).isInstanceOf(MetricException.class);
    }

    @Test
    void aurocPairs_undefinedTest_staysUndefinedAndUncounted() {
        boolean[] positive = {true, true, false, false};
        double[][] scores = {{1, 1, 0, 0}, {0, 0, 1, 1}, {1, 0, 1, 0}};
        List<AurocPair> pairs = AurocPair.all(scores, positive);
        assertThat(pairs.get(0).adjusted()).isNaN();
        double p = pairs.get(1).difference().pValue();
        double q = pairs.get(2).difference().pValue();
        assertThat(new double[] {pairs.get(1).adjusted(), pairs.get(2).adjusted()})
                .containsExactly(Holm.adjust(new double[] {p, q}));
    }

    @Test
    void aurocPairs_allScoresEquallyGood_anyFindingIsRare() {
        Random random = new Random(142);
        int any = 0;
        for (int round = 0; round < 300; round++) {
            boolean[] positive = marks(80);
            double[][] scores = new double[5][80];
            for (int i = 0; i < 80; i++) {
                double hidden = random.nextGaussian() + (positive[i] ? 1 : 0);
                for (double[] score : scores) {
                    score[i] = hidden + random.nextGaussian();
                }
            }
            any += AurocPair.all(scores, positive).stream().anyMatch(p -> p.adjusted() <= 0.05) ? 1 : 0;
        }
        assertThat(any / 300.0).isLessThan(0.09);
    }

    @Test
    void wilcoxonPairs_clearlyOrderedTreatments_areToldApart() {
        double[][] values = new double[12][];
        Random random = new Random(143);
        for (int i = 0; i < 12; i++) {
            double level = random.nextDouble();
            values[i] = new double[] {level, level + 0.1 + 0.01 * i, level + (i % 2 == 0 ? 0.001 : -0.001)};
        }
        List<WilcoxonPair> pairs = WilcoxonPair.all(values);
        assertThat(pairs).hasSize(3);
        assertThat(pairs.get(0).test().negativeRanks()).isEqualTo(78);
        assertThat(pairs.get(0).test().pValue()).isEqualTo(2.0 / (1 << 12));
        assertThat(pairs.get(0).adjusted()).isEqualTo(3 * 2.0 / (1 << 12));
        assertThat(pairs.get(1).adjusted()).isGreaterThan(0.5);
        assertThat(pairs.get(0).toString()).startsWith("0 - 1: signed ranks").contains("corrected p = ");
        assertThatThrownBy(() -> WilcoxonPair.all(new double[0][])).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> WilcoxonPair.all(new double[][] {{1, 2}, {1}})).isInstanceOf(ShapeException.class);
    }

    private static boolean[] marks(int n) {
        boolean[] out = new boolean[n];
        for (int i = 0; i < n; i++) {
            out[i] = i % 2 == 0;
        }
        return out;
    }
}
