package dev.qualm.mutation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.QualmException;
import dev.qualm.mutation.StoppingRule.AllMutants;
import dev.qualm.mutation.StoppingRule.Decision;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoppingRuleTest {
    private static final int RUNS = 20_000;

    /** Compares an operating point with simulated inputs, within five standard errors. */
    static void assertSimulated(StoppingRule rule, OperatingPoint exact, long seed) {
        Random random = new Random(seed);
        double sum = 0;
        double squares = 0;
        int[] decisions = new int[Decision.values().length];
        for (int run = 0; run < RUNS; run++) {
            int n = 0;
            int c = 0;
            Decision decision = Decision.CONTINUE;
            while (decision == Decision.CONTINUE) {
                n++;
                c += random.nextDouble() < exact.rate() ? 1 : 0;
                decision = rule.decide(n, c);
            }
            sum += n;
            squares += (double) n * n;
            decisions[decision.ordinal()]++;
        }
        double mean = sum / RUNS;
        double error = Math.sqrt((squares / RUNS - mean * mean) / RUNS);
        assertThat(exact.mutants()).as("%s: %s", rule, exact).isCloseTo(mean, within(5 * error + 1e-9));
        double[] expected = {0, exact.above(), exact.below(), exact.undecided()};
        for (int d = 0; d < expected.length; d++) {
            double p = expected[d];
            assertThat((double) decisions[d] / RUNS)
                    .as("%s: %s, %s", rule, exact, Decision.values()[d])
                    .isCloseTo(p, within(5 * Math.sqrt(p * (1 - p) / RUNS) + 1e-9));
        }
    }

    @Test
    void curtailment_everySequence_decidesAsTheFullRun() {
        double[] thresholds = {0, 0.1, 0.169, 0.25, 0.3, 1 / 3.0, 0.5, 0.7, 0.9, 0.99, Math.nextDown(1.0)};
        for (int mutants = 1; mutants <= 10; mutants++) {
            for (double threshold : thresholds) {
                LcrCurtailment rule = new LcrCurtailment(mutants, threshold);
                for (int bits = 0; bits < 1 << mutants; bits++) {
                    int full = Integer.bitCount(bits);
                    Decision expected = full / (double) mutants > threshold ? Decision.ABOVE : Decision.BELOW;
                    StoppingProgress progress = rule.start(1);
                    Decision decision = Decision.CONTINUE;
                    int n = 0;
                    for (; decision == Decision.CONTINUE; n++) {
                        decision = progress.add(0, (bits >> n & 1) == 1);
                    }
                    assertThat(decision)
                            .as("%s, changes %s", rule, Integer.toBinaryString(bits))
                            .isEqualTo(expected);
                    assertThat(isOpen(mutants, threshold, n - 1, Integer.bitCount(bits & ((1 << (n - 1)) - 1))))
                            .as("%s stops no later than it must", rule)
                            .isTrue();
                }
            }
        }
    }

    /** Whether the mutants still to come can turn the answer either way. */
    private static boolean isOpen(int mutants, double threshold, int n, int changes) {
        return IntStream.rangeClosed(changes, changes + mutants - n)
                        .mapToObj(c -> c / (double) mutants > threshold)
                        .distinct()
                        .count()
                == 2;
    }

    /* Thresholds that are k/M as a decimal fraction are where floor(M t) goes wrong. */
    @Test
    void curtailment_thresholdsOnTheGrid_needOneMoreThanTheGridPoint() {
        int traps = 0;
        for (int mutants = 1; mutants <= 1000; mutants++) {
            for (int k = 0; k < mutants; k++) {
                double t = k / (double) mutants;
                LcrCurtailment rule = new LcrCurtailment(mutants, t);
                assertThat(rule.fewestAbove()).as("%s", rule).isEqualTo(k + 1);
                traps += (int) Math.floor(mutants * t) == k ? 0 : 1;
            }
        }
        assertThat(traps).as("cases in which floor(M t) + 1 is wrong").isPositive();
        assertThat(new LcrCurtailment(100, 0.29).fewestAbove()).isEqualTo(30);
        assertThat(new LcrCurtailment(100, 0.169).fewestAbove()).isEqualTo(17);
        assertThat(new LcrCurtailment(100, Math.nextDown(0.29)).fewestAbove()).isEqualTo(29);
    }

    @ParameterizedTest
    @CsvSource({"0, 84, 84", "0.41, 41, 42", "1, 17, 17"})
    void curtailment_ofThePublishedThreshold_costsTheKnownNumbers(double rate, double low, double high) {
        OperatingPoint point = new LcrCurtailment(100, 0.169).at(rate);

        assertThat(point.mutants()).isBetween(low, high);
        assertThat(point.undecided()).isZero();
    }

    @Test
    void at_againstSimulation_agrees() {
        Random random = new Random(5);
        for (int round = 0; round < 12; round++) {
            StoppingRule rule = new LcrCurtailment(1 + random.nextInt(60), 0.9 * random.nextDouble());
            assertSimulated(rule, rule.at(random.nextDouble()), random.nextLong());
        }
        StoppingRule all = new AllMutants(7);
        assertThat(all.at(0.3).mutants()).isCloseTo(7, within(1e-12));
        assertThat(all.at(0.3).undecided()).isCloseTo(1, within(1e-12));
    }

    @Test
    void bounds_ofEveryRule_decideAsTheRule() {
        Random random = new Random(6);
        for (int round = 0; round < 60; round++) {
            int limit = 1 + random.nextInt(80);
            double h = 0.05 + 0.5 * random.nextDouble();
            for (StoppingRule rule : new StoppingRule[] {
                new AllMutants(limit),
                new LcrCurtailment(limit, h),
                SequentialTest.of(h).withCap(limit).withErrors(0.2 * random.nextDouble() + 0.01, 0.3)
            }) {
                StoppingBounds bounds = StoppingBounds.of(rule);
                for (int n = 0; n <= limit; n++) {
                    for (int c = 0; c <= n; c++) {
                        assertThat(bounds.decide(n, c))
                                .as("%s %s %s", rule, n, c)
                                .isEqualTo(rule.decide(n, c));
                    }
                }
            }
        }
    }

    @Test
    void progress_manyInputsInAnyOrder_eachAsIfAlone() {
        Random random = new Random(7);
        StoppingRule rule = new LcrCurtailment(30, 0.2);
        int inputs = 200;
        boolean[][] answers = new boolean[inputs][30];
        for (boolean[] row : answers) {
            double rate = random.nextDouble() * 0.5;
            for (int i = 0; i < row.length; i++) {
                row[i] = random.nextDouble() < rate;
            }
        }
        StoppingProgress progress = rule.start(inputs);
        long asked = 0;
        while (!progress.isDone()) {
            int[] open = progress.open();
            assertThat(open).isSorted().isNotEmpty();
            int input = open[random.nextInt(open.length)];
            progress.add(input, answers[input][progress.mutants(input)]);
            asked++;
        }
        assertThat(progress.questions()).isEqualTo(asked);
        assertThat(progress.open()).isEmpty();
        for (int i = 0; i < inputs; i++) {
            int n = progress.mutants(i);
            int c = (int) IntStream.range(0, n).filter(count(answers[i])).count();
            assertThat(progress.changes(i)).isEqualTo(c);
            assertThat(progress.decision(i)).isEqualTo(rule.decide(n, c));
            assertThat(progress.rate(i)).isEqualTo(c / (double) n);
        }
        assertThatThrownBy(() -> progress.add(5, true))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("leave it out of the batch");
    }

    private static java.util.function.IntPredicate count(boolean[] row) {
        return i -> row[i];
    }

    @Test
    void constructors_impossibleSettings_areRefused() {
        assertThatThrownBy(() -> new AllMutants(0)).hasMessageContaining("at least 1");
        assertThatThrownBy(() -> new LcrCurtailment(0, 0.1)).hasMessageContaining("at least 1");
        for (double t : new double[] {-0.1, 1, 2, Double.NaN}) {
            assertThatThrownBy(() -> new LcrCurtailment(10, t)).hasMessageContaining("below 1");
        }
        assertThatThrownBy(() -> new AllMutants(3).decide(4, 0)).isInstanceOf(QualmException.class);
    }

    @Test
    void lcrThreshold_meanRules_areTheFormulas() {
        double[] clean = {0, 0.1, 0.2, 0.1, 0, 0.02, 0.5, 0.3};
        double mean = Arrays.stream(clean).average().orElseThrow();
        double std = 0;
        for (double v : clean) {
            std += (v - mean) * (v - mean) / clean.length;
        }
        std = Math.sqrt(std);

        assertThat(LcrThreshold.nMutant(clean).value()).isCloseTo(mean + 2.58 * std / Math.sqrt(8), within(1e-15));
        assertThat(LcrThreshold.meanHalfWidth(clean, 0.95, 2).value())
                .isCloseTo(2 * (mean + 1.959963984540054 * std / Math.sqrt(8)), within(1e-12));
        assertThat(LcrThreshold.meanPlusStd(clean, 0.5).value()).isCloseTo((mean + std) / 2, within(1e-15));
        assertThat(LcrThreshold.nMutant(clean))
                .hasToString("0.3018 (mean + 2.58 std/sqrt(n), as in nMutant; 8 clean inputs)");
    }

    /* Over all rates an input could have: alarms exactly when its conformal p-value is at most the false-alarm rate. */
    @Test
    void lcrThreshold_conformal_isThePValueRule() {
        Random random = new Random(8);
        for (int round = 0; round < 500; round++) {
            double[] clean = random.ints(1 + random.nextInt(60), 0, 11)
                    .mapToDouble(k -> k / 10.0)
                    .toArray();
            double alpha = random.nextBoolean() ? (1 + random.nextInt(98)) / 100.0 : random.nextDouble();
            if (1 / (clean.length + 1.0) > alpha) {
                assertThatThrownBy(() -> LcrThreshold.conformal(clean, alpha))
                        .hasMessageContaining("add inputs or allow more false alarms");
                continue;
            }
            double threshold = LcrThreshold.conformal(clean, alpha).value();
            for (int k = 0; k <= 10; k++) {
                double rate = k / 10.0;
                long atLeast = Arrays.stream(clean).filter(v -> v >= rate).count();
                boolean alarm = (1 + atLeast) / (clean.length + 1.0) <= alpha;
                assertThat(rate > threshold)
                        .as("%s of %s at %s", rate, Arrays.toString(clean), alpha)
                        .isEqualTo(alarm);
            }
        }
    }

    @Test
    void lcrThreshold_conformalOnTies_keepsTheFalseAlarmRate() {
        Random random = new Random(9);
        int alarms = 0;
        int trials = 4000;
        for (int trial = 0; trial < trials; trial++) {
            double[] rates = random.doubles(100)
                    .map(u -> IntStream.range(0, 10)
                                    .filter(i -> random.nextDouble() < 0.1)
                                    .count()
                            / 10.0)
                    .toArray();
            double threshold =
                    LcrThreshold.conformal(Arrays.copyOf(rates, 99), 0.1).value();
            alarms += rates[99] > threshold ? 1 : 0;
        }
        assertThat((double) alarms / trials)
                .isLessThan(0.1 + 4 * Math.sqrt(0.09 / trials))
                .isPositive();
    }

    @Test
    void lcrThreshold_badInput_isRefused() {
        assertThatThrownBy(() -> LcrThreshold.nMutant(new double[0])).hasMessageContaining("found none");
        assertThatThrownBy(() -> LcrThreshold.nMutant(new double[] {0, Double.NaN}))
                .hasMessageContaining("input 1");
        assertThatThrownBy(() -> LcrThreshold.conformal(new double[] {0, 1.1}, 0.5))
                .hasMessageContaining("1.1");
        assertThatThrownBy(() -> LcrThreshold.conformal(new double[18], 0.05)).hasMessageContaining("at least 19");
        assertThatThrownBy(() -> LcrThreshold.conformal(new double[5], 1)).isInstanceOf(QualmException.class);
        assertThatThrownBy(() -> LcrThreshold.meanHalfWidth(new double[5], 1, 1))
                .isInstanceOf(QualmException.class);
        assertThatThrownBy(() -> LcrThreshold.meanPlusStd(new double[5], 0)).isInstanceOf(QualmException.class);
        assertThat(LcrThreshold.conformal(new double[19], 0.05).value()).isZero();
    }
}
