package dev.qualm.mutation;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.mutation.SequentialTest.Undecided;
import dev.qualm.mutation.StoppingRule.Decision;
import dev.qualm.testkit.Golden;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SequentialTestTest {
    @Test
    void decide_goldenSequences_stopsWhereTheReferenceStops() {
        Map<String, Array> golden = Golden.arrays("sprt/sprt.npz");
        Array strings = get(golden, "change_strings");
        int rows = strings.dim(0);
        int width = strings.dim(1);
        assertThat(rows).isGreaterThan(100);
        for (int r = 0; r < rows; r++) {
            int cap = (int) get(golden, "cap").get(r);
            SequentialTest test = new SequentialTest(
                    get(golden, "threshold.f64").get(r),
                    get(golden, "delta.f64").get(r),
                    get(golden, "alpha.f64").get(r),
                    get(golden, "beta.f64").get(r),
                    cap,
                    Undecided.BELOW);
            StoppingProgress progress = test.start(1);
            int length = (int) get(golden, "length").get(r);
            Decision decision = Decision.CONTINUE;
            for (int i = 0; i < length && decision == Decision.CONTINUE; i++) {
                decision = progress.add(0, strings.get(r * width + i) == 1);
            }
            int n = progress.mutants(0);
            int c = progress.changes(0);
            String name = "row " + r + " of " + test;
            int expected = (int) get(golden, "decision").get(r);
            assertThat(decision == Decision.ABOVE ? 1 : decision == Decision.BELOW ? -1 : 0)
                    .as(name)
                    .isEqualTo(expected);
            assertThat((double) n)
                    .as(name)
                    .isEqualTo(get(golden, "count_at_decision").get(r));
            assertThat((double) c)
                    .as(name)
                    .isEqualTo(get(golden, "changes_at_decision").get(r));
            assertThat(test.upper()).isCloseTo(get(golden, "upper_bound.f64").get(r), within(1e-12));
            assertThat(test.lower()).isCloseTo(get(golden, "lower_bound.f64").get(r), within(1e-12));
            assertThat(test.logLikelihoodRatio(n, c))
                    .as(name)
                    .isCloseTo(get(golden, "llr_at_decision.f64").get(r), within(1e-12));
        }
    }

    private static Array get(Map<String, Array> arrays, String key) {
        return requireNonNull(arrays.get(key), key);
    }

    /* Thresholds of nMutant: MNIST, then CIFAR-10; NAI, GF, WS, NS. The real-valued quotient, and the first integer there. */
    @ParameterizedTest
    @CsvSource({
        "0.0441, 319.1", "0.0308, 463.3", "0.0425, 331.7", "0.0124, 1172.6",
        "0.0840, 160.5", "0.0500, 279.7", "0.0334, 426.1", "0.0243, 591.1"
    })
    void nMutant_noChanges_needsTheKnownNumbers(double threshold, double quotient) {
        int mutants = (int) Math.ceil(quotient);
        SequentialTest test = SequentialTest.nMutant(threshold).withCap(2000);

        assertThat(test.mutantsIfNoneChanges()).isEqualTo(mutants);
        assertThat(test.decide(mutants - 1, 0)).isEqualTo(Decision.CONTINUE);
        assertThat(test.decide(mutants, 0)).isEqualTo(Decision.BELOW);
        assertThat(test.at(0).mutants()).isEqualTo(mutants);
        assertThat(test.mutantsIfAllChange()).isEqualTo(15);
        assertThat(test.decide(15, 15)).isEqualTo(Decision.ABOVE);
        assertThat(test.at(1).mutants()).isEqualTo(15);
        assertThat(test.expectedSampleSize(0)).isCloseTo(quotient, within(0.06));
        assertThat(test.expectedSampleSize(1)).isBetween(14.0, 15.0);
    }

    @Test
    void presets_asPublished() {
        assertThat(SequentialTest.nMutant(0.05))
                .isEqualTo(new SequentialTest(0.05, 0.1 * 0.05, 0.05, 0.05, 500, Undecided.BELOW));
        assertThat(SequentialTest.thirdStage(0.05))
                .isEqualTo(new SequentialTest(0.05, 0.1 * 0.05, 0.1, 0.1, 100, Undecided.OBSERVED_RATE));
        assertThat(SequentialTest.of(0.0441).mutantsIfNoneChanges()).isEqualTo(64);
    }

    @Test
    void decide_randomSequences_equalsTheTestAsWritten() {
        Random random = new Random(1);
        for (int round = 0; round < 400; round++) {
            SequentialTest test = random(random);
            double rate = random.nextDouble() * 2 * test.threshold();
            boolean[] changes = new boolean[test.cap()];
            for (int i = 0; i < changes.length; i++) {
                changes[i] = random.nextDouble() < rate;
            }
            StoppingProgress progress = test.start(3);
            Decision decision = Decision.CONTINUE;
            for (int i = 0; decision == Decision.CONTINUE; i++) {
                decision = progress.add(1, changes[i]);
            }
            assertThat(new Object[] {decision, progress.mutants(1)}).isEqualTo(oracle(test, changes));
            assertThat(test.decide(progress.mutants(1), progress.changes(1))).isEqualTo(decision);
        }
    }

    /* The likelihoods of the whole sequence under both hypotheses, multiplied out. */
    private static Object[] oracle(SequentialTest test, boolean[] changes) {
        double one = 0;
        double zero = 0;
        for (int n = 1; n <= changes.length; n++) {
            boolean changed = changes[n - 1];
            one += Math.log(changed ? test.p1() : 1 - test.p1());
            zero += Math.log(changed ? test.p0() : 1 - test.p0());
            if (one - zero >= Math.log((1 - test.beta()) / test.alpha())) {
                return new Object[] {Decision.ABOVE, n};
            }
            if (one - zero <= Math.log(test.beta() / (1 - test.alpha()))) {
                return new Object[] {Decision.BELOW, n};
            }
        }
        return new Object[] {Decision.UNDECIDED, changes.length};
    }

    private static SequentialTest random(Random random) {
        double h = 0.02 + 0.9 * random.nextDouble();
        double delta = Math.min(h, 1 - h) * (0.05 + 0.9 * random.nextDouble());
        return new SequentialTest(
                h,
                delta,
                0.01 + 0.3 * random.nextDouble(),
                0.01 + 0.3 * random.nextDouble(),
                1 + random.nextInt(200),
                Undecided.BELOW);
    }

    @Test
    void at_againstSimulation_agrees() {
        Random random = new Random(2);
        for (int round = 0; round < 12; round++) {
            SequentialTest test = random(random);
            double rate = Math.min(1, random.nextDouble() * 2 * test.threshold());
            OperatingPoint exact = test.at(rate);
            StoppingRuleTest.assertSimulated(test, exact, random.nextLong());
            assertThat(exact.above() + exact.below() + exact.undecided()).isCloseTo(1, within(1e-12));
        }
    }

    @Test
    void operatingCharacteristic_atTheHypotheses_isTheErrorRates() {
        SequentialTest test = new SequentialTest(0.1, 0.03, 0.02, 0.1, 500, Undecided.BELOW);

        assertThat(test.operatingCharacteristic(test.p0())).isCloseTo(1 - 0.02, within(1e-9));
        assertThat(test.operatingCharacteristic(test.p1())).isCloseTo(0.1, within(1e-9));
        assertThat(test.operatingCharacteristic(0)).isCloseTo(1, within(1e-12));
        assertThat(test.operatingCharacteristic(1)).isCloseTo(0, within(1e-12));
        double before = 1;
        for (int i = 0; i <= 1000; i++) {
            double now = test.operatingCharacteristic(i / 1000.0);
            assertThat(now).as("rate %s", i / 1000.0).isBetween(0.0, before + 1e-9);
            before = now;
        }
    }

    /* The approximation neglects the overshoot, which is small where the steps are small against the bounds. */
    @Test
    void expectedSampleSize_smallSteps_isNearTheExactOne() {
        SequentialTest test = new SequentialTest(0.3, 0.02, 0.05, 0.05, 20_000, Undecided.BELOW);
        double same = test.expectedSampleSize(test.threshold());
        for (double rate : new double[] {0, 0.1, test.p0(), 0.29, 0.3, 0.31, test.p1(), 0.5, 1}) {
            OperatingPoint exact = test.at(rate);
            assertThat(test.expectedSampleSize(rate) / exact.mutants())
                    .as("rate %s", rate)
                    .isBetween(0.93, 1.01);
            assertThat(test.operatingCharacteristic(rate)).isCloseTo(exact.below(), within(0.01));
            assertThat(test.expectedSampleSize(rate)).isLessThan(same * 1.02);
        }
    }

    /* Where the mean step vanishes both formulas are a limit; they must be smooth there. */
    @Test
    void expectedSampleSize_aroundTheZeroOfTheMeanStep_isContinuous() {
        SequentialTest test = SequentialTest.nMutant(0.0441);
        double low = test.p0();
        double high = test.p1();
        for (int i = 0; i < 100; i++) {
            double middle = (low + high) / 2;
            if (test.logLikelihoodRatio(1, 1) * middle + test.logLikelihoodRatio(1, 0) * (1 - middle) < 0) {
                low = middle;
            } else {
                high = middle;
            }
        }
        double at = test.expectedSampleSize(low);
        for (double step : new double[] {0, 1e-15, 1e-12, 1e-9, 1e-8, 1e-7, 1e-6}) {
            assertThat(test.expectedSampleSize(low + step) / at)
                    .as("step %s", step)
                    .isCloseTo(1, within(1e-3));
            assertThat(test.expectedSampleSize(low - step) / at)
                    .as("step %s", -step)
                    .isCloseTo(1, within(1e-3));
            assertThat(test.operatingCharacteristic(low + step)).isCloseTo(0.5, within(1e-2));
        }
    }

    @Test
    void verdict_undecided_followsTheNamedOption() {
        SequentialTest test = SequentialTest.nMutant(0.1).withCap(10);
        assertThat(test.decide(10, 1)).isEqualTo(Decision.UNDECIDED);

        assertThat(test.verdict(10, 1)).isEqualTo(Decision.BELOW);
        assertThat(test.withUndecided(Undecided.ABOVE).verdict(10, 1)).isEqualTo(Decision.ABOVE);
        assertThat(test.withUndecided(Undecided.OBSERVED_RATE).verdict(10, 1)).isEqualTo(Decision.BELOW);
        assertThat(test.withUndecided(Undecided.OBSERVED_RATE).verdict(10, 2)).isEqualTo(Decision.ABOVE);
        assertThat(test.verdict(9, 1)).isEqualTo(Decision.CONTINUE);
        assertThat(test.costs(0.2).lines()).hasSize(5).first().asString().startsWith("rate 0.000: 10.0 mutants");
    }

    @Test
    void constructor_impossibleSettings_sayWhatToDo() {
        assertThatThrownBy(() -> SequentialTest.nMutant(0))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("mutate at a higher rate");
        SequentialTest good = SequentialTest.of(0.1);
        for (double delta : new double[] {0, -1, 0.1, 0.2, Double.NaN}) {
            assertThatThrownBy(() -> good.withDelta(delta)).hasMessageContaining("choose delta smaller");
        }
        assertThatThrownBy(() -> SequentialTest.of(0.95)).hasMessageContaining("found threshold 0.95");
        assertThatThrownBy(() -> SequentialTest.of(Double.NaN)).isInstanceOf(QualmException.class);
        for (double error : new double[] {0, 1, -0.1, 0.96, Double.NaN}) {
            assertThatThrownBy(() -> good.withErrors(error, 0.05)).hasMessageContaining("error rates");
            assertThatThrownBy(() -> good.withErrors(0.05, error)).hasMessageContaining("error rates");
        }
        assertThatThrownBy(() -> good.withCap(0)).hasMessageContaining("cap");
        assertThatThrownBy(() -> good.decide(3, 4)).hasMessageContaining("4 changes of 3 mutants");
        assertThatThrownBy(() -> good.at(1.1)).hasMessageContaining("1.1");
        assertThatThrownBy(() -> good.expectedSampleSize(-0.1)).hasMessageContaining("-0.1");
    }
}
