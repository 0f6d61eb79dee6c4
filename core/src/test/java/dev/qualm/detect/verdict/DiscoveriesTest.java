package dev.qualm.detect.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DiscoveriesTest {
    private interface Procedure {
        Discoveries of(double[] p, double level);
    }

    /** The step-up rule, read off the definition: the largest k with k p-values at most bound(k). */
    private static boolean[] slow(double[] p, java.util.function.IntToDoubleFunction bound) {
        double best = -1;
        for (int k = 1; k <= p.length; k++) {
            double b = bound.applyAsDouble(k);
            long within = Arrays.stream(p).filter(x -> x <= b).count();
            best = within >= k ? Math.max(best, b) : best;
        }
        boolean[] out = new boolean[p.length];
        for (int i = 0; i < p.length; i++) {
            out[i] = p[i] <= best;
        }
        return out;
    }

    private static double[] pValues(Random random) {
        int n = 1 + random.nextInt(30);
        boolean tied = random.nextBoolean();
        return IntStream.range(0, n)
                .mapToDouble(i -> Math.pow(tied ? (1 + random.nextInt(8)) / 8.0 : random.nextDouble(), 3))
                .toArray();
    }

    @Test
    void stepUps_tiedAndTinyInputs_equalTheDefinition() {
        Random random = new Random(1);
        for (int run = 0; run < 1000; run++) {
            double[] p = pValues(random);
            int m = p.length;
            double level = 0.02 + 0.5 * random.nextDouble();
            double harmonic =
                    IntStream.rangeClosed(1, m).mapToDouble(i -> 1.0 / i).sum();
            assertThat(BenjaminiHochberg.of(p, level).rejected()).isEqualTo(slow(p, k -> level * k / m));
            assertThat(BenjaminiYekutieli.of(p, level).rejected()).isEqualTo(slow(p, k -> level * k / m / harmonic));
            double[] e = Arrays.stream(p).map(x -> 1 / x).toArray();
            assertThat(EBenjaminiHochberg.of(e, level).rejected()).isEqualTo(slow(p, k -> level * k / m));
        }
    }

    @Test
    void adjusted_anyInput_isTheSmallestLevelThatFlags() {
        Random random = new Random(2);
        for (int run = 0; run < 300; run++) {
            double[] p = pValues(random);
            for (Procedure procedure : new Procedure[] {BenjaminiHochberg::of, BenjaminiYekutieli::of}) {
                double[] adjusted = procedure.of(p, 0.1).adjusted();
                for (int i = 0; i < p.length; i++) {
                    if (adjusted[i] < 0.999) {
                        assertThat(procedure.of(p, adjusted[i]).rejected()[i]).isTrue();
                        assertThat(procedure.of(p, adjusted[i] * (1 - 1e-9)).rejected()[i])
                                .isFalse();
                    }
                }
            }
        }
    }

    @Test
    void of_undefinedPValues_areLeftOutAndCounted() {
        Discoveries found = BenjaminiHochberg.of(new double[] {Double.NaN, 0.01, 0.9, Double.NaN, 0.02}, 0.05);
        assertThat(found.rejected()).containsExactly(false, true, false, false, true);
        assertThat(found.adjusted()[0]).isNaN();
        assertThat(found.adjusted()[1]).isCloseTo(0.03, within(1e-15));
        assertThat(found.undefined()).isEqualTo(2);
        assertThat(found.toString())
                .isEqualTo("2 of 3 flagged at false discovery rate 0.05 (Benjamini-Hochberg), 2 undefined");
        assertThat(BenjaminiHochberg.of(new double[0], 0.05).count()).isZero();
        assertThat(EBenjaminiHochberg.of(new double[] {Double.POSITIVE_INFINITY, 0, Double.NaN}, 0.1)
                        .rejected())
                .containsExactly(true, false, false);
    }

    @Test
    void of_whatIsNoPValue_isRefused() {
        for (double bad : new double[] {-0.1, 1.1, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> BenjaminiHochberg.of(new double[] {0.5, bad}, 0.1))
                    .isInstanceOf(CalibrationException.class)
                    .hasMessageContaining("at 1");
            assertThatThrownBy(() -> Lond.endless(0.1).test(bad)).isInstanceOf(CalibrationException.class);
        }
        assertThatThrownBy(() -> EBenjaminiHochberg.of(new double[] {-1}, 0.1))
                .isInstanceOf(CalibrationException.class);
        assertThatThrownBy(() -> BenjaminiHochberg.of(new double[] {0.5}, 1)).isInstanceOf(CalibrationException.class);
    }

    @Test
    void needed_smallestPValue_isWhereSomethingCanBeFlagged() {
        for (int unusual : new int[] {1, 3, 10}) {
            int n = (int) BenjaminiHochberg.needed(100, unusual, 0.1);
            double[] p = new double[100];
            Arrays.fill(p, 1);
            Arrays.fill(p, 0, unusual, 1 / (n + 1.0));
            assertThat(BenjaminiHochberg.of(p, 0.1).count()).isEqualTo(unusual);
            Arrays.fill(p, 0, unusual, 1.0 / n);
            assertThat(BenjaminiHochberg.of(p, 0.1).count()).isZero();
        }
    }

    /** Mean share of wrong ones among the flagged, where each batch is judged by one calibration of its own. */
    private static double[] rateAndPower(Procedure procedure, boolean tied, boolean smoothed) {
        Random random = new Random(5);
        double wrong = 0;
        double power = 0;
        int runs = 1000;
        for (int run = 0; run < runs; run++) {
            double[] cal = new double[1000];
            for (int i = 0; i < cal.length; i++) {
                cal[i] = score(random, 0, tied);
            }
            ConformalCalibration calibration = ConformalCalibration.of(cal);
            double[] p = new double[100];
            for (int i = 0; i < p.length; i++) {
                double s = score(random, i < 20 ? 3 : 0, tied);
                p[i] = smoothed ? calibration.smoothedPValue(s, random.nextDouble()) : calibration.pValue(s);
            }
            boolean[] flagged = procedure.of(p, 0.2).rejected();
            long right = IntStream.range(0, 20).filter(i -> flagged[i]).count();
            long all = IntStream.range(0, 100).filter(i -> flagged[i]).count();
            wrong += all == 0 ? 0 : (all - right) / (double) all;
            power += right / 20.0;
        }
        return new double[] {wrong / runs, power / runs};
    }

    private static double score(Random random, double shift, boolean tied) {
        double s = shift + random.nextGaussian();
        return tied ? Math.rint(2 * s) : s;
    }

    @Test
    void discoveries_calibratedBatches_holdTheRateAndFindMost() {
        for (boolean tied : new boolean[] {false, true}) {
            for (boolean smoothed : new boolean[] {false, true}) {
                double[] bh = rateAndPower(BenjaminiHochberg::of, tied, smoothed);
                // The rate is the level times the share of ordinary items, 0.8; the error about 0.1 / sqrt(1000) =
                // 0.003.
                assertThat(bh[0]).isLessThan(0.16 + 0.012);
                assertThat(bh[1]).isGreaterThan(0.5);
                double[] by = rateAndPower(BenjaminiYekutieli::of, tied, smoothed);
                assertThat(by[0]).isLessThan(bh[0]);
                double[] online = rateAndPower(DiscoveriesTest::online, tied, smoothed);
                assertThat(online[0]).isLessThan(0.2 + 0.02);
            }
        }
        assertThat(rateAndPower(BenjaminiHochberg::of, false, false)[0]).isGreaterThan(0.13);
        assertThat(rateAndPower(DiscoveriesTest::online, false, false)[1]).isGreaterThan(0.3);
        // What the procedures are for: alarms at a fixed rate are wrong far more often than this.
        assertThat(rateAndPower(
                        (p, level) -> new Discoveries(alarms(p), p, 0, 0, level, "every p-value alone"), false, false)[
                        0])
                .isGreaterThan(0.3);
    }

    private static boolean[] alarms(double[] p) {
        boolean[] out = new boolean[p.length];
        for (int i = 0; i < p.length; i++) {
            out[i] = p[i] <= 0.2;
        }
        return out;
    }

    private static Discoveries online(double[] p, double level) {
        Lond lond = Lond.within(p.length, level);
        boolean[] flagged = new boolean[p.length];
        for (int i = 0; i < p.length; i++) {
            flagged[i] = lond.test(p[i]) == Verdict.Kind.ALARM;
        }
        return new Discoveries(flagged, p, (int) lond.flagged(), 0, level, "LOND");
    }

    @Test
    void lond_levels_areTheDefinition() {
        Random random = new Random(3);
        Lond endless = Lond.endless(0.1);
        Lond within = Lond.within(500, 0.1);
        int[] flagged = new int[2];
        for (int t = 1; t <= 500; t++) {
            double gamma = 0.079 * Math.log(Math.max(t, 2)) / (t * Math.exp(Math.sqrt(Math.log(t))));
            assertThat(endless.nextLevel()).isCloseTo(0.1 * gamma * (1 + flagged[0]), within(1e-15));
            assertThat(within.nextLevel()).isCloseTo(0.1 / 500 * (1 + flagged[1]), within(1e-15));
            double p = Math.pow(random.nextDouble(), 4);
            flagged[0] += p <= endless.nextLevel() ? 1 : 0;
            flagged[1] += p <= within.nextLevel() ? 1 : 0;
            endless.test(p);
            within.test(p);
        }
        assertThat(flagged[0]).isEqualTo((int) endless.flagged()).isPositive();
        assertThat(flagged[1]).isEqualTo((int) within.flagged()).isPositive();
        assertThat(within.test(Double.NaN)).isEqualTo(Verdict.Kind.UNDEFINED);
        assertThatThrownBy(() -> within.test(0.5))
                .isInstanceOf(CalibrationException.class)
                .hasMessageContaining("at most 500");
    }

    /** Terms up to a million, and the integral of log(x) / (x exp(sqrt(log x))) beyond: with v = sqrt(log x), of 2 v^3 exp(-v). */
    @Test
    void lond_sharesOfAnEndlessStream_sumToAtMostOne() {
        int last = 1_000_000;
        double sum = 0;
        for (int t = 1; t <= last; t++) {
            sum += Lond.gamma(t);
        }
        double v = Math.sqrt(Math.log(last));
        double rest = 2 * Math.exp(-v) * (v * v * v + 3 * v * v + 6 * v + 6);
        assertThat(sum + 0.079 * rest).isBetween(0.99, 1.0);
    }
}
