package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class FprAtTprTest {
    private static final double[] WANTED = {0.5, 0.8, 0.9, 0.95, 0.99};

    @Test
    void of_randomTiedAllRules_equalsSearchOverThresholds() {
        Random random = new Random(5);
        for (int t = 0; t < 300; t++) {
            double[] neg = RandomScores.tied(random, 1 + random.nextInt(40), 1 + random.nextInt(15), 0);
            double[] pos = RandomScores.tied(random, 1 + random.nextInt(40), 1 + random.nextInt(15), 1);
            Ranking ranking = Ranking.of(neg, pos);
            for (double wanted : WANTED) {
                double[] caught = caught(neg, pos, wanted);
                FprAtTpr a = FprAtTpr.of(ranking, wanted, TprRule.CAUGHT_AT_LEAST);
                assertThat(new double[] {a.value(), a.achieved()}).containsExactly(caught);
                double[] kept = caught(negate(pos), negate(neg), wanted);
                FprAtTpr b = FprAtTpr.of(ranking, wanted, TprRule.KEPT_AT_LEAST);
                assertThat(new double[] {b.value(), b.achieved()}).containsExactly(kept);
                double[] nearest = nearest(neg, pos, wanted);
                FprAtTpr c = FprAtTpr.of(ranking, wanted, TprRule.CAUGHT_NEAREST);
                assertThat(new double[] {c.value(), c.achieved()}).containsExactly(nearest);
            }
        }
    }

    @Test
    void threshold_everyRule_reproducesTheRates() {
        Random random = new Random(6);
        for (int t = 0; t < 100; t++) {
            double[] neg = RandomScores.tied(random, 30, 6, 0);
            double[] pos = RandomScores.tied(random, 30, 6, 1);
            Ranking ranking = Ranking.of(neg, pos);
            FprAtTpr caught = FprAtTpr.of(ranking);
            assertThat(share(neg, s -> s >= caught.threshold())).isEqualTo(caught.value());
            assertThat(share(pos, s -> s >= caught.threshold())).isEqualTo(caught.achieved());
            FprAtTpr kept = FprAtTpr.of(ranking, 0.95, TprRule.KEPT_AT_LEAST);
            assertThat(share(pos, s -> s <= kept.threshold())).isEqualTo(kept.value());
            assertThat(share(neg, s -> s <= kept.threshold())).isEqualTo(kept.achieved());
        }
    }

    @Test
    void of_tenVotes_rulesDifferAsPublished() {
        // Share of 10 mutants that change the label, 2% on negatives and 25% on positives.
        Random random = new Random(1);
        double[] neg = votes(random, 20_000, 0.02);
        double[] pos = votes(random, 20_000, 0.25);
        Ranking ranking = Ranking.of(neg, pos);
        assertThat(FprAtTpr.of(ranking).value()).isEqualTo(1);
        assertThat(FprAtTpr.of(ranking, 0.95, TprRule.CAUGHT_NEAREST).value()).isCloseTo(0.183, within(0.01));
        assertThat(FprAtTpr.of(ranking, 0.95, TprRule.KEPT_AT_LEAST).value()).isCloseTo(0.244, within(0.015));
    }

    @Test
    void nearest_tiedDistance_takesTheLargerShare() {
        // 50 positives: 0.94 and 0.96 are equally near to 0.95 in decimals, not in doubles.
        double[] pos = DoubleStream.iterate(0, s -> s + 1).limit(50).toArray();
        FprAtTpr found = FprAtTpr.of(Ranking.of(new double[] {1.5, 2.5, 10}, pos), 0.95, TprRule.CAUGHT_NEAREST);
        assertThat(found.achieved()).isEqualTo(0.96);
        // Thresholds 2 and 1.5 both catch 48; the lower flags all three negatives.
        assertThat(found.threshold()).isEqualTo(1.5);
        assertThat(found.value()).isEqualTo(1);
    }

    @Test
    void nearest_flaggingNothingIsNearest_saysSoByNan() {
        FprAtTpr found = FprAtTpr.of(Ranking.of(new double[] {3}, new double[] {1, 1, 1}), 0.3, TprRule.CAUGHT_NEAREST);
        assertThat(found.achieved()).isZero();
        assertThat(found.value()).isEqualTo(1);
        assertThat(FprAtTpr.of(Ranking.of(new double[] {0}, new double[] {1, 1, 1}), 0.3, TprRule.CAUGHT_NEAREST)
                        .threshold())
                .isNaN();
    }

    @Test
    void interval_zeroOfSixty_keepsAWidth() {
        double[] high = new double[60];
        Arrays.fill(high, 1);
        Ranking ranking = Ranking.of(new double[60], high);
        Interval interval = FprAtTpr.of(ranking).interval(ranking, Bootstrap.seeded(1));
        assertThat(interval.low()).isZero();
        assertThat(interval.high()).isEqualTo(new Proportion(0, 60).wilson(0.95).high());
    }

    @Test
    void interval_sameSeed_isTheSame_otherDataIsRefused() {
        Random random = new Random(8);
        Ranking ranking = Ranking.of(RandomScores.normal(random, 80, 0), RandomScores.normal(random, 70, 2));
        Ranking other = Ranking.of(RandomScores.normal(random, 80, 0), RandomScores.normal(random, 70, 2));
        FprAtTpr fpr = FprAtTpr.of(ranking);
        assertThat(fpr.interval(ranking, Bootstrap.seeded(4))).isEqualTo(fpr.interval(ranking, Bootstrap.seeded(4)));
        assertThatThrownBy(() -> fpr.interval(other, Bootstrap.seeded(4))).isInstanceOf(MetricException.class);
    }

    @Test
    void interval_twoNormals_coversAboutItsLevel() {
        // True FPR at exactly 95% TPR, negatives N(0,1), positives N(2,1).
        double truth = Normal.upperTail(2 + Normal.quantile(0.05));
        for (TprRule rule : TprRule.values()) {
            Random random = new Random(21);
            int covered = 0;
            for (int t = 0; t < 200; t++) {
                Ranking ranking = Ranking.of(RandomScores.normal(random, 150, 0), RandomScores.normal(random, 150, 2));
                Interval found = FprAtTpr.of(ranking, 0.95, rule).interval(ranking, new Bootstrap(t, 300));
                covered += found.contains(truth) ? 1 : 0;
            }
            assertThat(covered / 200.0).as(rule.name()).isBetween(0.88, 1.0);
        }
    }

    @Test
    void of_levelOutside_isRefused() {
        Ranking ranking = Ranking.of(new double[] {0}, new double[] {1});
        assertThatThrownBy(() -> FprAtTpr.of(ranking, 1, TprRule.CAUGHT_AT_LEAST))
                .isInstanceOf(MetricException.class)
                .hasMessageContaining("true positive rate");
    }

    /** Largest threshold with at least the wanted share, by trying all. */
    private static double[] caught(double[] neg, double[] pos, double wanted) {
        return thresholds(neg, pos)
                .filter(t -> share(pos, s -> s >= t) >= wanted)
                .boxed()
                .max(Double::compare)
                .map(t -> new double[] {share(neg, s -> s >= t), share(pos, s -> s >= t)})
                .orElseThrow();
    }

    /** By integer arithmetic in units of 1/(100 n); the threshold that flags nothing is among the candidates. */
    private static double[] nearest(double[] neg, double[] pos, double wanted) {
        long target = Math.round(wanted * 100) * pos.length;
        long best = Long.MAX_VALUE;
        double[] found = {};
        double[] thresholds = thresholds(neg, pos).sorted().toArray();
        for (int i = 0; i <= thresholds.length; i++) {
            double t = i == thresholds.length ? Double.NaN : thresholds[i];
            double share = share(pos, s -> s >= t);
            long distance = Math.abs(Math.round(share * pos.length) * 100 - target);
            // Ascending thresholds: the first of equals is the larger share, and of one share the lowest threshold, but
            // for
            // the share 1, where the last counts.
            if (distance < best || (distance == best && share == 1)) {
                best = distance;
                found = new double[] {share(neg, s -> s >= t), share};
            }
        }
        return found;
    }

    private static DoubleStream thresholds(double[] neg, double[] pos) {
        return DoubleStream.concat(Arrays.stream(neg), Arrays.stream(pos))
                .map(s -> s + 0.0)
                .distinct();
    }

    private static double share(double[] scores, java.util.function.DoublePredicate test) {
        return Arrays.stream(scores).filter(test).count() / (double) scores.length;
    }

    private static double[] negate(double[] scores) {
        return Arrays.stream(scores).map(s -> 0.0 - s).toArray();
    }

    private static double[] votes(Random random, int n, double p) {
        double[] out = new double[n];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < 10; k++) {
                out[i] += random.nextDouble() < p ? 0.1 : 0;
            }
        }
        return out;
    }
}
