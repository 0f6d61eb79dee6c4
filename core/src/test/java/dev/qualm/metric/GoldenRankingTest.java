package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every ranking metric against values of independent formulas, on twenty lists from tiny to tied to huge. */
class GoldenRankingTest {
    private static final Map<String, Map<String, double[]>> CASES = Golden.read("ranking.txt.gz");

    @Test
    void golden_file_holdsAllCases() {
        assertThat(CASES).hasSize(20).containsKeys("infinities", "ood_rare", "one_ulp_apart", "huge_range");
    }

    @TestFactory
    Stream<DynamicTest> auroc_goldenCase_equals() {
        return each((golden, ranking) -> {
            Auroc auroc = Auroc.of(ranking);
            check(golden, "auroc", auroc.value());
            check(golden, "auroc_delong_variance", auroc.variance());
            if (!Double.isNaN(value(golden, "auroc_delong_ci_low"))) {
                check(golden, "auroc_delong_ci_low", auroc.deLongPlain(0.95).low());
                check(golden, "auroc_delong_ci_high", auroc.deLongPlain(0.95).high());
            } else {
                assertThatThrownBy(() -> auroc.deLongPlain(0.95)).isInstanceOf(MetricException.class);
            }
            if (!Double.isNaN(value(golden, "auroc_delong_logit_ci_low"))) {
                check(golden, "auroc_delong_logit_ci_low", auroc.deLong(0.95).low());
                check(golden, "auroc_delong_logit_ci_high", auroc.deLong(0.95).high());
            } else {
                assertThatThrownBy(() -> auroc.deLong(0.95)).isInstanceOf(MetricException.class);
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> aupr_goldenCase_equals() {
        return each((golden, ranking) -> {
            check(golden, "aupr_out_ap", Aupr.out(ranking).value());
            check(golden, "aupr_out_trapezoid", Aupr.out(ranking).trapezoid());
            check(golden, "aupr_in_ap", Aupr.in(ranking).value());
            check(golden, "aupr_in_trapezoid", Aupr.in(ranking).trapezoid());
        });
    }

    @TestFactory
    Stream<DynamicTest> fprAtTpr_goldenCase_equals() {
        return each((golden, ranking) -> {
            FprAtTpr caught = FprAtTpr.of(ranking);
            check(golden, "fpr95_ood_positive", caught.value());
            check(golden, "fpr95_ood_positive_tpr", caught.achieved());
            FprAtTpr kept = FprAtTpr.of(ranking, 0.95, TprRule.KEPT_AT_LEAST);
            check(golden, "fpr95_id_positive", kept.value());
            check(golden, "fpr95_id_positive_tpr", kept.achieved());
            check(
                    golden,
                    "fpr95_id_positive_0.9495",
                    FprAtTpr.of(ranking, 0.9495, TprRule.KEPT_AT_LEAST).value());
            FprAtTpr nearest = FprAtTpr.of(ranking, 0.95, TprRule.CAUGHT_NEAREST);
            check(golden, "fpr95_nearest_recall", nearest.value());
            check(golden, "fpr95_nearest_recall_tpr", nearest.achieved());
            check(golden, "fpr95_nearest_recall_is_tie", tied(nearest, ranking) ? 1 : 0);
        });
    }

    /** Whether a smaller share of caught positives is as near to 0.95, in whole cases. */
    private static boolean tied(FprAtTpr found, Ranking ranking) {
        long m = ranking.positives();
        long caught = Math.round(found.achieved() * m);
        long mirrored = 190 * m - 100 * caught;
        return mirrored < 100 * caught
                && IntStream.range(-1, ranking.blocks()).anyMatch(b -> 100L * ranking.flaggedPositives(b) == mirrored);
    }

    @TestFactory
    Stream<DynamicTest> autc_goldenCase_equals() {
        return each((golden, ranking) -> check(golden, "autc", Autc.of(ranking).value()));
    }

    @TestFactory
    Stream<DynamicTest> bootstrap_goldenIndices_equalPercentiles() {
        return CASES.entrySet().stream()
                .filter(e -> e.getValue().containsKey("bootstrap_auroc"))
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> checkBootstrap(e.getValue())));
    }

    private static void checkBootstrap(Map<String, double[]> golden) {
        double[] id = list(golden, "id");
        double[] ood = list(golden, "ood");
        double[] expected = list(golden, "bootstrap_auroc");
        int[][] cases = new int[expected.length][];
        for (int r = 0; r < cases.length; r++) {
            cases[r] = IntStream.concat(
                            drawn(golden, "id", r, id.length),
                            drawn(golden, "ood", r, ood.length).map(i -> id.length + i))
                    .toArray();
        }
        double[] found = Bootstrap.onIndices(cases, drawn -> {
            double[] negatives = Arrays.stream(drawn)
                    .limit(id.length)
                    .mapToDouble(i -> id[i])
                    .toArray();
            double[] positives = Arrays.stream(drawn)
                    .skip(id.length)
                    .mapToDouble(i -> ood[i - id.length])
                    .toArray();
            return Auroc.of(negatives, positives).value();
        });
        assertThat(found).containsExactly(expected, within(1e-14));
        Interval interval = Bootstrap.percentile(found, 0.95);
        assertThat(new double[] {interval.low(), interval.high()})
                .containsExactly(list(golden, "bootstrap_ci95"), within(1e-14));
    }

    private static IntStream drawn(Map<String, double[]> golden, String group, int replicate, int n) {
        return Arrays.stream(list(golden, "bootstrap_index_" + group), replicate * n, (replicate + 1) * n)
                .mapToInt(i -> (int) i);
    }

    private interface Check {
        void run(Map<String, double[]> golden, Ranking ranking);
    }

    private static Stream<DynamicTest> each(Check check) {
        return CASES.entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
                    Map<String, double[]> golden = e.getValue();
                    check.run(golden, Ranking.of(list(golden, "id"), list(golden, "ood")));
                }));
    }

    private static double[] list(Map<String, double[]> golden, String key) {
        return Objects.requireNonNull(golden.get(key), key);
    }

    private static double value(Map<String, double[]> golden, String key) {
        return list(golden, key)[0];
    }

    private static void check(Map<String, double[]> golden, String key, double found) {
        double expected = value(golden, key);
        if (Double.isNaN(expected)) {
            assertThat(found).as(key).isNaN();
        } else {
            assertThat(found).as(key).isCloseTo(expected, within(1e-13));
        }
    }
}
