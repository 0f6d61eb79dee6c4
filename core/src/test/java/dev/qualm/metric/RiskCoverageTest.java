package dev.qualm.metric;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class RiskCoverageTest {
    private static final Map<String, Map<String, double[]>> CASES = Golden.selective();

    @TestFactory
    Stream<DynamicTest> metrics_goldenCase_equal() {
        assertThat(CASES).hasSize(20);
        return CASES.entrySet().stream().map(e -> DynamicTest.dynamicTest(e.getKey(), () -> checkGolden(e.getValue())));
    }

    private static void checkGolden(Map<String, double[]> golden) {
        double[] scores = Arrays.stream(list(golden, "confidence")).map(c -> -c).toArray();
        double[] correct = list(golden, "correct");
        boolean[] wrong = new boolean[correct.length];
        for (int i = 0; i < wrong.length; i++) {
            wrong[i] = correct[i] == 0;
        }
        RiskCoverage curve = RiskCoverage.of(scores, wrong);
        check(golden, "aurc_prefix_mean_tie_expected", curve.aurc());
        check(golden, "aurc_optimal_prefix_mean", curve.optimalAurc());
        check(golden, "eaurc_prefix_mean", curve.excessAurc());
        check(golden, "aurc_threshold_trapezoid", curve.aurcTrapezoid());
        check(golden, "eaurc_threshold_trapezoid", curve.excessAurcTrapezoid());
        check(golden, "augrc_threshold_trapezoid", curve.augrc());
        check(golden, "augrc_optimal", curve.optimalAugrc());
        check(golden, "coverage_at_risk0.05_threshold", curve.coverageAtRisk(0.05));
        check(golden, "coverage_at_risk0.2_threshold", curve.coverageAtRisk(0.2));
        check(golden, "risk_at_coverage0.8_threshold", curve.riskAtCoverage(0.8));
        check(golden, "aurc_optimal_analytic", curve.optimalAurcInTheLimit());
        check(golden, "auroc_failure", new FailureAuroc().of(curve));
        InputOrderRiskCoverage prefixes = InputOrderRiskCoverage.of(scores, wrong);
        check(golden, "aurc_prefix_mean_stable", prefixes.aurc());
        check(golden, "aurc_order_trapezoid_normalised", prefixes.aurcTrapezoid());
        check(golden, "augrc_order_trapezoid_normalised", prefixes.augrcTrapezoid());
        check(golden, "coverage_at_risk0.05_order", prefixes.coverageAtRisk(0.05));
        check(golden, "coverage_at_risk0.2_order", prefixes.coverageAtRisk(0.2));
        check(golden, "risk_at_coverage0.8_order", prefixes.riskAtCoverage(0.8));
    }

    private static double[] list(Map<String, double[]> golden, String key) {
        return requireNonNull(golden.get(key), key);
    }

    private static void check(Map<String, double[]> golden, String key, double found) {
        double expected = list(golden, key)[0];
        if (Double.isNaN(expected)) {
            assertThat(found).as(key).isNaN();
        } else {
            assertThat(found).as(key).isCloseTo(expected, within(1e-12));
        }
    }

    @Test
    void metrics_tiedInfiniteAndTiny_equalTheDefinitions() {
        Random random = new Random(31);
        for (int round = 0; round < 300; round++) {
            int n = 1 + random.nextInt(30);
            double[] scores = RandomScores.tied(random, n, 1 + random.nextInt(12), 0);
            boolean[] wrong = new boolean[n];
            double rate = random.nextDouble();
            for (int i = 0; i < n; i++) {
                wrong[i] = random.nextDouble() < rate;
            }
            RiskCoverage curve = RiskCoverage.of(scores, wrong);
            assertThat(curve.aurc()).isCloseTo(shuffledAurc(scores, wrong, random), within(0.06));
            assertThat(curve.excessAurc()).isGreaterThan(-1e-12);
            double level = random.nextInt(11) / 10.0;
            double coverage = 0;
            double risk = Double.NaN;
            double smallest = 2;
            for (double t : scores) {
                int[] kept = IntStream.range(0, n).filter(i -> scores[i] <= t).toArray();
                double r = Arrays.stream(kept).filter(i -> wrong[i]).count() / (double) kept.length;
                double c = kept.length / (double) n;
                assertThat(curve.curve())
                        .contains(new RiskCoverage.Point(t + 0.0, kept.length, (int) Math.round(r * kept.length), n));
                coverage = r <= level ? Math.max(coverage, c) : coverage;
                if (c >= level && c < smallest) {
                    smallest = c;
                    risk = r;
                }
            }
            assertThat(curve.coverageAtRisk(level)).isEqualTo(coverage);
            assertThat(curve.riskAtCoverage(level)).isEqualTo(risk);
            assertThat(curve.curve()).hasSize((int)
                    Arrays.stream(scores).map(s -> s + 0.0).distinct().count());
        }
    }

    /** Mean over random orders inside ties of the mean prefix risk; exact if nothing ties. */
    private static double shuffledAurc(double[] scores, boolean[] wrong, Random random) {
        int rounds = 400;
        double sum = 0;
        for (int round = 0; round < rounds; round++) {
            double[] noise = random.doubles(scores.length).toArray();
            List<Integer> order = IntStream.range(0, scores.length)
                    .boxed()
                    .sorted(Comparator.<Integer>comparingDouble(i -> scores[i] + 0.0)
                            .thenComparingDouble(i -> noise[i]))
                    .toList();
            int errors = 0;
            for (int k = 1; k <= order.size(); k++) {
                errors += wrong[order.get(k - 1)] ? 1 : 0;
                sum += errors / (double) k / order.size();
            }
        }
        return sum / rounds;
    }

    @Test
    void aurc_withoutTies_isTheMeanPrefixRisk() {
        Random random = new Random(32);
        for (int round = 0; round < 100; round++) {
            int n = 1 + random.nextInt(50);
            double[] scores = RandomScores.normal(random, n, 0);
            boolean[] wrong = new boolean[n];
            for (int i = 0; i < n; i++) {
                wrong[i] = random.nextBoolean();
            }
            assertThat(RiskCoverage.of(scores, wrong).aurc())
                    .isCloseTo(shuffledAurc(scores, wrong, random), within(1e-9));
        }
    }

    @Test
    void of_topLabel_readsTheLargestProbability() {
        Array p = Array.of(new double[] {0.9, 0.1, 0.4, 0.6, 0.7, 0.3}, 3, 2);
        RiskCoverage curve = RiskCoverage.of(TopLabel.of(p, new int[] {0, 0, 0}));

        assertThat(curve.curve())
                .containsExactly(
                        new RiskCoverage.Point(-0.9, 1, 0, 3),
                        new RiskCoverage.Point(-0.7, 2, 0, 3),
                        new RiskCoverage.Point(-0.6, 3, 1, 3));
        assertThat(curve).hasToString("AURC 0.1111, E-AURC 0.0000, AUGRC 0.0556, error rate 0.3333 of 3");
    }

    @Test
    void interval_seeded_coversTheValueAndRepeats() {
        Random random = new Random(33);
        double[] scores = RandomScores.tied(random, 300, 6, 0);
        boolean[] wrong = new boolean[300];
        for (int i = 0; i < 300; i++) {
            wrong[i] = random.nextDouble() < 0.2 + (scores[i] > 0 ? 0.3 : 0);
        }
        RiskCoverage curve = RiskCoverage.of(scores, wrong);

        Interval interval = curve.interval(Bootstrap.seeded(4), RiskCoverage::aurc, 0.95);

        assertThat(interval.contains(curve.aurc())).isTrue();
        assertThat(interval.width()).isBetween(0.02, 0.3);
        assertThat(curve.interval(Bootstrap.seeded(4), RiskCoverage::aurc, 0.95))
                .isEqualTo(interval);
        Interval errors = curve.interval(Bootstrap.seeded(4), RiskCoverage::errorRate, 0.95);
        double e = curve.errorRate();
        double normal = 2 * 1.96 * Math.sqrt(e * (1 - e) / 300);
        assertThat(errors.width()).isBetween(0.85 * normal, 1.15 * normal);
    }

    @Test
    void of_badInput_isRefused() {
        assertThatThrownBy(() -> RiskCoverage.of(new double[0], new boolean[0])).isInstanceOf(MetricException.class);
        assertThatThrownBy(() -> RiskCoverage.of(new double[2], new boolean[1])).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> RiskCoverage.of(new double[] {1, Double.NaN}, new boolean[2]))
                .isInstanceOf(MetricException.class)
                .hasMessageContaining("index 1");
        RiskCoverage one = RiskCoverage.of(new double[1], new boolean[1]);
        assertThatThrownBy(() -> one.coverageAtRisk(-0.1)).isInstanceOf(MetricException.class);
        assertThatThrownBy(() -> one.riskAtCoverage(1.1)).isInstanceOf(MetricException.class);
    }
}
