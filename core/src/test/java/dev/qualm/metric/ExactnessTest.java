package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every ranking and selective metric against its definition, spelled out case by case in {@link BruteForce}, on lists
 * that are tied, infinite, tiny, constant, huge in range or one ulp apart; and what all of them share: order of the
 * input does not matter, nor does a monotone change of scale, NaN is refused, arguments are left alone.
 */
class ExactnessTest {
    private static final int ROUNDS = 400;

    private static final Map<String, ToDoubleFunction<Cases>> FAST = new TreeMap<>();
    private static final Map<String, ToDoubleFunction<Cases>> SLOW = new TreeMap<>();

    /** Metrics that measure distances between scores, not only their order. */
    private static final List<String> SCALED = List.of("AUTC");

    /** Metrics that follow the input inside ties. */
    private static final List<String> ORDERED =
            List.of("AURC, input order", "AURC trapezoid, input order", "AUGRC trapezoid, input order");

    static {
        pair("AUROC", c -> Auroc.of(c.ranking()).value(), BruteForce::auroc);
        pair("AUROC variance", c -> Auroc.of(c.ranking()).variance(), BruteForce::delongVariance);
        pair("AUPR-OUT", c -> Aupr.out(c.ranking()).value(), c -> BruteForce.averagePrecision(c, false));
        pair("AUPR-IN", c -> Aupr.in(c.ranking()).value(), c -> BruteForce.averagePrecision(c.mirrored(), false));
        pair("AUPR-OUT, trapezoid", c -> Aupr.out(c.ranking()).trapezoid(), c -> BruteForce.averagePrecision(c, true));
        pair(
                "AUPR-IN, trapezoid",
                c -> Aupr.in(c.ranking()).trapezoid(),
                c -> BruteForce.averagePrecision(c.mirrored(), true));
        pair("FPR95, caught", c -> fpr(c, 0.95, TprRule.CAUGHT_AT_LEAST), c -> BruteForce.fprAtLeast(c, 0.95));
        pair("FPR95, kept", c -> fpr(c, 0.95, TprRule.KEPT_AT_LEAST), c -> BruteForce.fprAtLeast(c.mirrored(), 0.95));
        pair(
                "FPR94.95, kept",
                c -> fpr(c, 0.9495, TprRule.KEPT_AT_LEAST),
                c -> BruteForce.fprAtLeast(c.mirrored(), 0.9495));
        pair("FPR95, nearest", c -> fpr(c, 0.95, TprRule.CAUGHT_NEAREST), BruteForce::fprNearest);
        pair("AUTC", c -> Autc.of(c.ranking()).value(), BruteForce::autc);
        for (double limit : new double[] {0, 0.05, 0.3, 1}) {
            pair(
                    "CCR at FPR " + limit,
                    c -> CcrAtFpr.of(c.negatives(), c.rights(), c.positives(), limit)
                            .value(),
                    c -> BruteForce.ccr(c, limit));
        }
        pair("AURC", c -> new Aurc().of(c.curve()), BruteForce::aurc);
        pair(
                "AURC, trapezoid",
                c -> new Aurc(Aurc.Form.THRESHOLD_TRAPEZOID).of(c.curve()),
                c -> BruteForce.trapezoid(c, false));
        pair("E-AURC", c -> new ExcessAurc().of(c.curve()), c -> BruteForce.aurc(c) - BruteForce.leastAurc(c));
        pair("AUGRC", c -> new Augrc().of(c.curve()), c -> BruteForce.trapezoid(c, true));
        pair("failure AUROC", c -> new FailureAuroc().of(c.curve()), BruteForce::auroc);
        pair("AURC, input order", c -> c.prefixes().aurc(), c -> BruteForce.prefixes(c, 0));
        pair("AURC trapezoid, input order", c -> c.prefixes().aurcTrapezoid(), c -> BruteForce.prefixes(c, 1));
        pair("AUGRC trapezoid, input order", c -> c.prefixes().augrcTrapezoid(), c -> BruteForce.prefixes(c, 2));
        for (double level : new double[] {0, 0.05, 0.25, 0.8, 1}) {
            pair(
                    "Cov@Risk " + level,
                    c -> new CoverageAtRisk(level).of(c.curve()),
                    c -> BruteForce.coverageAtRisk(c, level));
            pair(
                    "Risk@Cov " + level,
                    c -> new RiskAtCoverage(level).of(c.curve()),
                    c -> BruteForce.riskAtCoverage(c, level));
        }
    }

    private static void pair(String name, ToDoubleFunction<Cases> fast, ToDoubleFunction<Cases> slow) {
        FAST.put(name, fast);
        SLOW.put(name, slow);
    }

    private static double fpr(Cases c, double wanted, TprRule rule) {
        return FprAtTpr.of(c.ranking(), wanted, rule).value();
    }

    @TestFactory
    Stream<DynamicTest> metric_hostileScores_equalsItsDefinition() {
        return every(name -> {
            for (int round = 0; round < ROUNDS; round++) {
                Cases cases = Cases.random(round);
                double expected = slow(name).applyAsDouble(cases);
                double found = fast(name).applyAsDouble(cases);
                String what = name + " on " + cases;
                if (Double.isNaN(expected)) {
                    assertThat(found).as(what).isNaN();
                } else {
                    assertThat(found).as(what).isCloseTo(expected, within(1e-12));
                }
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> metric_shuffledCases_isTheSame() {
        return every(name -> {
            if (ORDERED.contains(name)) {
                assertThat(IntStream.range(0, ROUNDS).anyMatch(round -> changed(name, round, Cases::shuffled)))
                        .as("a metric that follows the input can change")
                        .isTrue();
                return;
            }
            for (int round = 0; round < ROUNDS; round++) {
                assertThat(changed(name, round, Cases::shuffled))
                        .as(name + ", round " + round)
                        .isFalse();
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> metric_monotoneChangeOfScale_isTheSame() {
        return every(name -> {
            if (!SCALED.contains(name)) {
                for (int round = 0; round < ROUNDS; round++) {
                    assertThat(changed(name, round, (c, r) -> c.ranked()))
                            .as(name + ", round " + round)
                            .isFalse();
                }
            }
        });
    }

    private interface Change {
        Cases of(Cases cases, Random random);
    }

    private static boolean changed(String name, int round, Change change) {
        Cases cases = Cases.random(round);
        double before = fast(name).applyAsDouble(cases);
        double after = fast(name).applyAsDouble(change.of(cases, new Random(round)));
        return Double.isNaN(before) ? !Double.isNaN(after) : !(Math.abs(before - after) <= 1e-12);
    }

    @TestFactory
    Stream<DynamicTest> metric_nanScore_isRefused() {
        return every(name -> {
            for (int round = 0; round < 40; round++) {
                Cases cases = Cases.random(round);
                cases.scores()[new Random(round).nextInt(cases.n())] = Double.NaN;
                assertThatThrownBy(() -> fast(name).applyAsDouble(cases))
                        .isInstanceOf(MetricException.class)
                        .hasMessageContaining("NaN");
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> metric_arguments_areLeftAlone() {
        return every(name -> {
            for (int round = 0; round < 40; round++) {
                Cases cases = Cases.random(round);
                double[] scores = cases.scores().clone();
                boolean[] marks = cases.positive().clone();
                fast(name).applyAsDouble(cases);
                assertThat(Arrays.equals(scores, cases.scores())).isTrue();
                assertThat(cases.positive()).containsExactly(marks);
            }
        });
    }

    private static Stream<DynamicTest> every(Consumer<String> check) {
        return FAST.keySet().stream().map(name -> DynamicTest.dynamicTest(name, () -> check.accept(name)));
    }

    private static ToDoubleFunction<Cases> fast(String name) {
        return Objects.requireNonNull(FAST.get(name));
    }

    private static ToDoubleFunction<Cases> slow(String name) {
        return Objects.requireNonNull(SLOW.get(name));
    }
}
