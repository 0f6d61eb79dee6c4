package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Test;

class ThresholdRuleTest {
    private record Brute(double threshold, double positiveRecall, double negativeRecall) {}

    /** Every score and one above all, highest first; the first that no later one beats. */
    private static Brute brute(double[] neg, double[] pos, BiPredicate<Brute, Brute> better) {
        double[] candidates = new double[neg.length + pos.length];
        System.arraycopy(neg, 0, candidates, 0, neg.length);
        System.arraycopy(pos, 0, candidates, neg.length, pos.length);
        Arrays.sort(candidates);
        Brute best = new Brute(Double.NaN, 0, 1);
        for (int i = candidates.length - 1; i >= 0; i--) {
            double t = candidates[i];
            double caught = Arrays.stream(pos).filter(s -> s >= t).count() / (double) pos.length;
            double kept = Arrays.stream(neg).filter(s -> s < t).count() / (double) neg.length;
            Brute here = new Brute(t, caught, kept);
            if (better.test(here, best)) {
                best = here;
            }
        }
        return best;
    }

    private static void check(ThresholdRule rule, BiPredicate<Brute, Brute> better, long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            double[] neg = RandomScores.tied(random, 1 + random.nextInt(25), 1 + random.nextInt(10), 0);
            double[] pos =
                    RandomScores.tied(random, 1 + random.nextInt(25), 1 + random.nextInt(10), random.nextInt(3) - 1);
            Threshold found = rule.choose(Ranking.of(neg, pos));
            Brute expected = brute(neg, pos, better);
            assertThat(found.positiveRecall()).isEqualTo(expected.positiveRecall);
            assertThat(found.negativeRecall()).isEqualTo(expected.negativeRecall);
            long flaggedPos = Arrays.stream(pos).filter(found::flags).count();
            long flaggedNeg = Arrays.stream(neg).filter(found::flags).count();
            assertThat(flaggedPos).isEqualTo(found.caught());
            assertThat(flaggedNeg).isEqualTo(neg.length - found.kept());
            assertThat(found.accuracy())
                    .isCloseTo(
                            (flaggedPos + neg.length - flaggedNeg) / (double) (neg.length + pos.length), within(1e-15));
            assertThat(found.meanRecall()).isEqualTo((expected.positiveRecall + expected.negativeRecall) / 2);
        }
    }

    @Test
    void youden_tiedAndInfinite_isTheBestOfAllThresholds() {
        check(
                new Youden(),
                (a, b) -> a.positiveRecall + a.negativeRecall > b.positiveRecall + b.negativeRecall + 1e-12,
                41);
    }

    @Test
    void equalRecall_tiedAndInfinite_isTheBestOfAllThresholds() {
        check(
                new EqualRecall(),
                (a, b) -> {
                    double gap = Math.abs(a.positiveRecall - a.negativeRecall)
                            - Math.abs(b.positiveRecall - b.negativeRecall);
                    double sum = a.positiveRecall + a.negativeRecall - b.positiveRecall - b.negativeRecall;
                    return gap < -1e-12 || gap < 1e-12 && sum > 1e-12;
                },
                42);
    }

    @Test
    void targetFalseAlarm_tiedAndInfinite_isTheBestOfAllThresholds() {
        for (double rate : new double[] {0, 0.05, 0.2, 0.5, 0.99}) {
            check(
                    new TargetFalseAlarm(rate),
                    (a, b) -> 1 - a.negativeRecall <= rate + 1e-12 && a.positiveRecall >= b.positiveRecall,
                    43);
        }
    }

    @Test
    void choose_nothingWorthFlagging_flagsNothing() {
        Threshold none = new TargetFalseAlarm(0).choose(Ranking.of(new double[] {3, 1}, new double[] {2}));
        assertThat(none.value()).isEqualTo(Math.nextUp(3.0));
        assertThat(none.flags(3)).isFalse();
        assertThat(none.caught()).isZero();

        double inf = Double.POSITIVE_INFINITY;
        Threshold infinite = new TargetFalseAlarm(0).choose(Ranking.of(new double[] {inf, 1}, new double[] {2}));
        assertThat(infinite.value()).isNaN();
        assertThat(infinite.flags(inf)).isFalse();
        assertThatThrownBy(() -> none.flags(Double.NaN)).isInstanceOf(MetricException.class);
    }

    @Test
    void choose_separated_isTheLowestPositive() {
        Ranking ranking = Ranking.of(new double[] {0, 1}, new double[] {2, 3});

        assertThat(new Youden().choose(ranking))
                .hasToString("2.000 (Youden): positives caught 1.0000, negatives kept 1.0000, accuracy 1.0000");
        assertThat(new EqualRecall().choose(ranking).value()).isEqualTo(2);
        assertThat(new TargetFalseAlarm(0.5).choose(ranking).value()).isEqualTo(1);
        assertThatThrownBy(() -> new TargetFalseAlarm(1)).isInstanceOf(MetricException.class);
    }
}
