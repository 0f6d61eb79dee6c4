package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.ShapeException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AurocDifferenceTest {
    @Test
    void variance_randomTied_equalsVarianceOfPairedComponents() {
        Random random = new Random(41);
        for (int t = 0; t < 60; t++) {
            int m = 2 + random.nextInt(20);
            int n = 2 + random.nextInt(20);
            double[] pos1 = RandomScores.tied(random, m, 5, 1);
            double[] pos2 = RandomScores.tied(random, m, 9, 0.5);
            double[] neg1 = RandomScores.tied(random, n, 5, 0);
            double[] neg2 = RandomScores.tied(random, n, 9, 0);
            double[] d10 = minus(AurocTest.components(pos1, neg1), AurocTest.components(pos2, neg2));
            double[] d01 = minus(AurocTest.components(neg1, pos1), AurocTest.components(neg2, pos2));
            AurocDifference found = AurocDifference.between(join(pos1, neg1), join(pos2, neg2), mask(m, n));
            assertThat(found.variance())
                    .isCloseTo(AurocTest.variance(d10) / m + AurocTest.variance(d01) / n, within(1e-14));
            assertThat(found.difference())
                    .isEqualTo(
                            Auroc.of(neg1, pos1).value() - Auroc.of(neg2, pos2).value());
        }
    }

    @Test
    void between_swapped_changesTheSignOnly() {
        Random random = new Random(42);
        double[] a = RandomScores.normal(random, 80, 0);
        double[] b = RandomScores.normal(random, 80, 0);
        AurocDifference ab = AurocDifference.between(a, b, mask(40, 40));
        AurocDifference ba = AurocDifference.between(b, a, mask(40, 40));
        assertThat(ab.difference()).isEqualTo(-ba.difference());
        assertThat(ab.pValue()).isEqualTo(ba.pValue());
        assertThat(ab.interval().low()).isCloseTo(-ba.interval().high(), within(1e-15));
    }

    @Test
    void pValue_nullIsTrue_rejectsAboutFivePercent() {
        Random random = new Random(43);
        int rejected = 0;
        int covered = 0;
        int rounds = 1000;
        for (int t = 0; t < rounds; t++) {
            // Two noisy readings of one hidden quantity: correlated, equally good.
            double[] hidden = join(RandomScores.normal(random, 60, 1), RandomScores.normal(random, 60, 0));
            double[] a =
                    Arrays.stream(hidden).map(h -> h + random.nextGaussian()).toArray();
            double[] b =
                    Arrays.stream(hidden).map(h -> h + random.nextGaussian()).toArray();
            AurocDifference d = AurocDifference.between(a, b, mask(60, 60));
            rejected += d.pValue() <= 0.05 ? 1 : 0;
            covered += d.interval().contains(0) ? 1 : 0;
        }
        assertThat(rejected / (double) rounds).isBetween(0.025, 0.08);
        assertThat(covered).isBetween(rounds - rejected - 2, rounds - rejected + 2);
    }

    @Test
    void pValue_clearlyBetterScore_isSmall() {
        Random random = new Random(44);
        double[] good = join(RandomScores.normal(random, 100, 2), RandomScores.normal(random, 100, 0));
        double[] blind = RandomScores.normal(random, 200, 0);
        AurocDifference d = AurocDifference.between(good, blind, mask(100, 100));
        assertThat(d.pValue()).isLessThan(1e-6);
        assertThat(d.interval().low()).isPositive();
        assertThat(d.toString()).contains("p < 1e-16", "100 positives");
    }

    @Test
    void pValue_sameOrder_isOne() {
        double[] a = {1, 2, 3, 4, 5, 0};
        double[] scaled = Arrays.stream(a).map(Math::exp).toArray();
        AurocDifference d = AurocDifference.between(a, scaled, mask(3, 3));
        assertThat(d.pValue()).isEqualTo(1);
        assertThat(d.interval().width()).isZero();
    }

    @Test
    void pValue_noVariance_isUndefinedAndIntervalRefused() {
        double[] right = {1, 1, 0, 0};
        double[] wrong = {0, 0, 1, 1};
        AurocDifference d = AurocDifference.between(right, wrong, mask(2, 2));
        assertThat(d.pValue()).isNaN();
        assertThat(d.toString()).contains("undefined");
        assertThatThrownBy(d::interval).isInstanceOf(MetricException.class);
        assertThat(AurocDifference.between(new double[] {2, 1}, new double[] {1, 2}, mask(1, 1))
                        .pValue())
                .isNaN();
    }

    @Test
    void between_lengthsDiffer_isRefused() {
        assertThatThrownBy(() -> AurocDifference.between(new double[3], new double[4], mask(1, 2)))
                .isInstanceOf(ShapeException.class);
    }

    private static boolean[] mask(int positives, int negatives) {
        boolean[] mask = new boolean[positives + negatives];
        Arrays.fill(mask, 0, positives, true);
        return mask;
    }

    private static double[] join(double[] a, double[] b) {
        double[] out = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, out, a.length, b.length);
        return out;
    }

    private static double[] minus(double[] a, double[] b) {
        double[] out = new double[a.length];
        Arrays.setAll(out, i -> a[i] - b[i]);
        return out;
    }
}
