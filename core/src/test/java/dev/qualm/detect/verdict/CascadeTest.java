package dev.qualm.detect.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class CascadeTest {
    private static final Marginal FIFTH = new Marginal(0.2);
    private static final Cascade THREE =
            Cascade.of(new Tier("cheap", 1, -0.5, 1.5), new Tier("middle", 2, 0, 1), Tier.of("costly", 30));

    private static double[][] scores(Random random, int tiers, int n, boolean hostile) {
        double[] values = {0, 1, 2, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN};
        double[][] out = new double[tiers][n];
        for (double[] of : out) {
            for (int i = 0; i < n; i++) {
                of[i] = hostile && random.nextInt(2) == 0 ? values[random.nextInt(6)] : random.nextGaussian();
            }
        }
        return out;
    }

    /** The order of distrust, written out: negative if a is more ordinary than b. NaN where the cascade has no score. */
    private static int slowCompare(List<Tier> tiers, double[] a, double[] b) {
        for (int t = 0; t < tiers.size(); t++) {
            boolean last = t == tiers.size() - 1;
            int sideA = last
                    ? 0
                    : a[t] < tiers.get(t).low() ? -1 : a[t] > tiers.get(t).high() ? 1 : 0;
            int sideB = last
                    ? 0
                    : b[t] < tiers.get(t).low() ? -1 : b[t] > tiers.get(t).high() ? 1 : 0;
            if (sideA != sideB) {
                return Integer.compare(sideA, sideB);
            }
            if (sideA != 0 || last) {
                return Double.compare(a[t] + 0.0, b[t] + 0.0);
            }
        }
        throw new AssertionError();
    }

    private static boolean hasScore(List<Tier> tiers, double[] item) {
        for (int t = 0; t < tiers.size() - 1; t++) {
            if (item[t] < tiers.get(t).low() || item[t] > tiers.get(t).high()) {
                return true;
            }
        }
        return !Double.isNaN(item[tiers.size() - 1]);
    }

    private static double[] item(double[][] scores, int i, int... tiers) {
        return Arrays.stream(tiers).mapToDouble(t -> scores[t][i]).toArray();
    }

    @Test
    void judge_everyMode_countsInTheOrderWrittenOut() {
        Random random = new Random(1);
        int[][] modes = {{0, 1, 2}, {0, 1}, {0, 2}, {1, 2}, {0}, {1}, {2}};
        for (int run = 0; run < 60; run++) {
            double[][] calibration = scores(random, 3, 30, run % 2 == 0);
            double[][] test = scores(random, 3, 10, run % 2 == 0);
            CalibratedCascade cascade = CalibratedCascade.of(THREE, calibration, FIFTH);
            for (int[] mode : modes) {
                List<Tier> tiers =
                        Arrays.stream(mode).mapToObj(t -> THREE.tiers().get(t)).toList();
                CascadeMode calibrated =
                        cascade.mode(tiers.stream().map(Tier::name).toList());
                List<double[]> known = new ArrayList<>();
                for (int i = 0; i < 30; i++) {
                    double[] c = item(calibration, i, mode);
                    if (hasScore(tiers, c)) {
                        known.add(c);
                    }
                }
                assertThat(calibrated.n()).isEqualTo(known.size());
                for (int i = 0; i < 10; i++) {
                    double[] one = item(test, i, mode);
                    int at = i;
                    Verdict found = calibrated.judge(t -> test[t][at]).verdict();
                    if (!hasScore(tiers, one)) {
                        assertThat(found.kind()).isEqualTo(Verdict.Kind.UNDEFINED);
                        continue;
                    }
                    long atLeast = known.stream()
                            .filter(c -> slowCompare(tiers, c, one) >= 0)
                            .count();
                    assertThat(found.pValue()).isEqualTo((1.0 + atLeast) / (known.size() + 1));
                    assertThat(found.isAlarm()).isEqualTo(found.pValue() <= 0.2);
                }
            }
        }
    }

    @Test
    void threshold_anyMode_isWhereAlarmsBegin() {
        Random random = new Random(2);
        double[][] calibration = scores(random, 3, 50, false);
        CalibratedCascade cascade = CalibratedCascade.of(THREE, calibration, FIFTH);
        for (List<String> names :
                List.of(List.of("cheap", "middle", "costly"), List.of("middle", "cheap"), List.of("costly"))) {
            CascadeMode mode = cascade.mode(names);
            Route threshold = mode.threshold();
            assertThat(mode.verdict(threshold).isAlarm()).isFalse();
            Route more = new Route(threshold.tier(), threshold.side(), Math.nextUp(threshold.score()));
            assertThat(mode.verdict(more).isAlarm()).isTrue();
        }
    }

    @Test
    void judge_batch_asksCostlyTiersOnlyAboutUndecidedItems() {
        Random random = new Random(3);
        double[][] calibration = scores(random, 3, 40, false);
        double[][] test = scores(random, 3, 200, true);
        CalibratedCascade cascade = CalibratedCascade.of(THREE, calibration, FIFTH);
        int[] asked = new int[3];
        CascadeRun run = cascade.judge(200, (tier, items) -> {
            asked[tier] += items.length;
            return Arrays.stream(items).mapToDouble(i -> test[tier][i]).toArray();
        });
        assertThat(asked[0]).isEqualTo(200);
        assertThat(asked[1]).isLessThan(200);
        assertThat(asked[2]).isLessThan(asked[1]).isPositive();
        for (int i = 0; i < 200; i++) {
            int at = i;
            assertThat(run.verdicts().get(i)).isEqualTo(cascade.full().judge(t -> test[t][at]));
        }
        int decided = 0;
        for (int t = 0; t < 3; t++) {
            CascadeRun.Share share = run.shares().get(t);
            assertThat(share.entered()).isEqualTo(asked[t]);
            assertThat(share.passes()).isEqualTo(asked[t] * THREE.tiers().get(t).passes());
            decided += share.below() + share.above() + share.last() + share.undefined();
        }
        assertThat(decided).isEqualTo(200);
        assertThat(run.passesOfAll()).isEqualTo(33);
        assertThat(run.passesPerItem()).isCloseTo((asked[0] + 2.0 * asked[1] + 30.0 * asked[2]) / 200, within(1e-12));
        assertThat(run.toString()).contains("cheap: 100.0 %").contains("33.00 if all tiers were asked");
    }

    @Test
    void judge_oneItem_stopsAtTheTierThatDecides() {
        CalibratedCascade cascade = CalibratedCascade.of(THREE, scores(new Random(4), 3, 40, false), FIFTH);
        IntToDoubleFunction onlyCheap = t -> {
            assertThat(t).isZero();
            return -2;
        };
        assertThat(cascade.full().judge(onlyCheap).route()).isEqualTo(new Route(0, Route.Side.BELOW, -2));
        assertThat(cascade.full().judge(t -> t == 0 ? Double.NaN : 5).tier()).isEqualTo("middle");
        assertThat(cascade.full().judge(t -> t == 2 ? 7 : 0.5).route()).isEqualTo(new Route(2, Route.Side.LAST, 7));
        assertThat(cascade.mode(List.of("cheap")).judge(t -> -2).route()).isEqualTo(new Route(0, Route.Side.LAST, -2));
    }

    @Test
    void judge_emptyBatch_costsNothing() {
        CalibratedCascade cascade = CalibratedCascade.of(THREE, scores(new Random(4), 3, 40, false), FIFTH);
        CascadeRun run = cascade.judge(0, (tier, items) -> {
            throw new AssertionError("nothing to ask about");
        });
        assertThat(run.verdicts()).isEmpty();
        assertThat(run.passesPerItem()).isZero();
    }

    @Test
    void tuned_shares_areNotExceeded() {
        Random random = new Random(5);
        Cascade open = Cascade.of(Tier.of("a", 1), Tier.of("b", 2), Tier.of("c", 3));
        for (boolean hostile : new boolean[] {false, true}) {
            double[][] scores = scores(random, 3, 1000, hostile);
            Cascade tuned = open.tuned(scores, 0.6, 0.05);
            Tier first = tuned.tiers().get(0);
            double defined =
                    Arrays.stream(scores[0]).filter(s -> !Double.isNaN(s)).count();
            double below = Arrays.stream(scores[0]).filter(s -> s < first.low()).count() / defined;
            double above =
                    Arrays.stream(scores[0]).filter(s -> s > first.high()).count() / defined;
            assertThat(below).isLessThanOrEqualTo(0.6);
            assertThat(above).isLessThanOrEqualTo(0.05);
            if (!hostile) {
                assertThat(below).isGreaterThan(0.59);
                assertThat(above).isGreaterThan(0.048);
            }
            assertThat(tuned.tiers().get(2)).isEqualTo(open.tiers().get(2));
        }
        Cascade nothing = open.tuned(scores(random, 3, 100, false), 0, 0);
        assertThat(nothing).isEqualTo(open);
    }

    @Test
    void impossibleCascades_areRefusedWithTheReason() {
        assertThatThrownBy(() -> Cascade.of(Tier.of("a", 1), Tier.of("a", 1)))
                .isInstanceOf(CalibrationException.class)
                .hasMessageContaining("different names");
        assertThatThrownBy(() -> new Cascade(List.of())).isInstanceOf(CalibrationException.class);
        assertThatThrownBy(() -> new Tier("a", 1, 2, 1)).hasMessageContaining("low <= high");
        assertThatThrownBy(() -> new Tier("a", 1, Double.NaN, 1)).isInstanceOf(CalibrationException.class);
        assertThatThrownBy(() -> new Tier("a", -1, 0, 1)).isInstanceOf(CalibrationException.class);
        double[][] few = scores(new Random(6), 3, 3, false);
        assertThatThrownBy(() -> CalibratedCascade.of(THREE, few, FIFTH))
                .isInstanceOf(CalibrationException.class)
                .hasMessageContaining("at least 4")
                .hasMessageContaining("[cheap, middle, costly]");
        assertThatThrownBy(() -> CalibratedCascade.of(THREE, new double[2][5], FIFTH))
                .hasMessageContaining("3 tiers");
        assertThatThrownBy(() -> CalibratedCascade.of(THREE, new double[][] {{1}, {1, 2}, {1}}, FIFTH))
                .isInstanceOf(CalibrationException.class);
        CalibratedCascade good = CalibratedCascade.of(THREE, scores(new Random(6), 3, 30, false), FIFTH);
        CalibratedCascade other = CalibratedCascade.of(THREE, scores(new Random(7), 3, 30, false), FIFTH);
        assertThatThrownBy(() -> good.mode(List.of("dear"))).hasMessageContaining("dear");
        assertThatThrownBy(() -> good.mode(List.of())).isInstanceOf(CalibrationException.class);
        assertThatThrownBy(() -> good.judge(other.full(), 1, (t, i) -> new double[1]))
                .hasMessageContaining("a mode of this cascade");
        assertThatThrownBy(() -> good.judge(2, (t, i) -> new double[1])).hasMessageContaining("2 scores");
    }
}
