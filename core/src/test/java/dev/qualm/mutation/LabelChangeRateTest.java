package dev.qualm.mutation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.array.Array;
import dev.qualm.mutation.StoppingRule.Decision;
import dev.qualm.network.Network;
import dev.qualm.network.Workers;
import dev.qualm.network.engine.Precision;
import dev.qualm.testkit.Golden;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The fast way of asking mutants gives what running each of them on each input gives. */
class LabelChangeRateTest {
    private static final String NET = "n2-rgb-resnet";

    @ParameterizedTest
    @ValueSource(strings = {"n2-rgb-resnet", "n3-tabular-mlp", "n4-avgpool-cnn"})
    void on_referenceMutants_exactlyTheReferenceRates(String folder) {
        Map<String, Array> lcr = Golden.arrays(folder + "/lcr.npz");
        try (Network network = Golden.network(folder, Precision.FLOAT64)) {
            List<Mutant> all = new ArrayList<>();
            for (String operator : Objects.requireNonNull(GoldenMutants.OPERATORS.get(folder))) {
                List<Mutant> mutants = GoldenMutants.load(network, folder, operator);
                LabelChangeRate.Result found = LabelChangeRate.of(mutants).on(network, get(lcr, "input"));
                assertThat(found.rates())
                        .isEqualTo(get(lcr, operator + ".lcr.f64").doubles());
                all.addAll(mutants);
            }
            for (long memory : new long[] {0, 1 << 16, 1 << 22, 1L << 30}) {
                LabelChangeRate.Result found =
                        LabelChangeRate.of(all).within(memory).on(network, get(lcr, "input"));
                assertThat(found.rates()).isEqualTo(get(lcr, "all.lcr.f64").doubles());
                assertThat(Arrays.stream(found.predictions()).asLongStream().toArray())
                        .isEqualTo(get(lcr, "pred").longs());
                assertThat(found.mutants()).containsOnly(all.size());
                assertThat(found.decisions()).containsOnly(Decision.UNDECIDED);
            }
        }
    }

    /** Decided inputs leave; nobody else notices. */
    @Test
    void on_rulesThatStopEarly_sameAsAskingOneByOne() {
        try (Network network = Golden.network(NET, Precision.FLOAT64)) {
            List<Mutant> mutants = drawn(network, 40);
            Array x = input(40);
            LabelChangeRate all = LabelChangeRate.of(mutants);
            boolean[][] changed = slowChanges(network, mutants, x);
            for (StoppingRule rule : List.of(
                    new StoppingRule.AllMutants(40),
                    new LcrCurtailment(40, 0.1),
                    new LcrCurtailment(40, 0.4),
                    new LcrCurtailment(25, 0),
                    SequentialTest.of(0.2).withDelta(0.1).withErrors(0.1, 0.1).withCap(40))) {
                for (long memory : new long[] {0, 1L << 30}) {
                    LabelChangeRate.Result found =
                            all.until(rule).within(memory).on(network, x);
                    for (int i = 0; i < 40; i++) {
                        int n = 0;
                        int changes = 0;
                        Decision decision = Decision.CONTINUE;
                        while (decision == Decision.CONTINUE) {
                            changes += changed[n++][i] ? 1 : 0;
                            decision = rule.decide(n, changes);
                        }
                        assertThat(found.decisions().get(i))
                                .as("%s, %d", rule, i)
                                .isEqualTo(decision);
                        assertThat(found.mutants()[i]).as("%s, %d", rule, i).isEqualTo(n);
                        assertThat(found.changes()[i]).as("%s, %d", rule, i).isEqualTo(changes);
                    }
                    assertThat(found.runs())
                            .isGreaterThanOrEqualTo(
                                    Arrays.stream(found.mutants()).sum() + 40);
                }
            }
        }
    }

    @Test
    void on_curtailment_decidesAsAllMutantsDoWithFewerRuns() {
        try (Network network = Golden.network(NET, Precision.FLOAT64)) {
            List<Mutant> mutants = drawn(network, 40);
            LabelChangeRate.Result full = LabelChangeRate.of(mutants).on(network, input(40));
            double threshold = 0.15;
            LabelChangeRate.Result early = LabelChangeRate.of(mutants)
                    .until(new LcrCurtailment(40, threshold))
                    .on(network, input(40));
            for (int i = 0; i < 40; i++) {
                assertThat(early.decisions().get(i))
                        .isEqualTo(full.rates()[i] > threshold ? Decision.ABOVE : Decision.BELOW);
            }
            assertThat(early.runs()).isLessThan(full.runs());
        }
    }

    @Test
    void on_threadsAndProgress_sameResultAndEveryInputCounted() {
        try (Network network = Golden.network(NET, Precision.FLOAT32);
                Workers workers = Workers.of(4)) {
            List<Mutant> mutants = drawn(network, 20);
            Array x = Array.concat(List.of(input(40), input(40), input(40)));
            LabelChangeRate rate = LabelChangeRate.of(mutants).until(new LcrCurtailment(20, 0.2));
            LabelChangeRate.Result one = rate.on(network, x);
            AtomicInteger last = new AtomicInteger();
            LabelChangeRate.Result four = rate.on(network, Map.of("input", x), workers, last::set);
            assertThat(four.changes()).isEqualTo(one.changes());
            assertThat(four.mutants()).isEqualTo(one.mutants());
            assertThat(last.get()).isEqualTo(120);
        }
    }

    @Test
    void on_inputThatIsNotANumber_hasAStatusAndCostsNobodyElse() {
        try (Network network = Golden.network(NET, Precision.FLOAT64)) {
            List<Mutant> mutants = drawn(network, 10);
            Array x = input(6);
            double[] values = x.toDoubles().clone();
            Arrays.fill(values, 0, values.length / 6, Double.NaN);
            LabelChangeRate.Result found = LabelChangeRate.of(mutants).on(network, Array.of(values, x.shape()));
            LabelChangeRate.Result others = LabelChangeRate.of(mutants).on(network, x.slice(1, 6));
            assertThat(found.status().get(0).isOk()).isFalse();
            assertThat(found.predictions()[0]).isEqualTo(-1);
            assertThat(found.rates()[0]).isNaN();
            assertThat(Arrays.copyOfRange(found.rates(), 1, 6)).isEqualTo(others.rates());
        }
    }

    @Test
    void on_anything_leavesTheNetworkBitEqual() {
        try (Network network = Golden.network(NET, Precision.FLOAT32)) {
            Array before = network.logits(input(20));
            List<Mutant> mutants = drawn(network, 10);
            LabelChangeRate.of(mutants).on(network, input(20));
            Mutant foreign = new Mutant("x", 0, List.of(new Delta("no-such-weight", new int[] {0}, one())));
            List<Mutant> broken = new ArrayList<>(mutants);
            broken.add(5, foreign);
            assertThatThrownBy(() -> LabelChangeRate.of(broken).on(network, input(20)))
                    .isInstanceOf(MutationException.class)
                    .hasMessageContaining("no-such-weight");
            assertThat(network.logits(input(20)).toDoubles()).isEqualTo(before.toDoubles());
        }
    }

    @Test
    void on_noInputs_nothing() {
        try (Network network = Golden.network(NET, Precision.FLOAT32)) {
            LabelChangeRate.Result found =
                    LabelChangeRate.of(drawn(network, 3)).on(network, Array.of(new float[0], 0, 3, 32, 32));
            assertThat(found.rates()).isEmpty();
            assertThat(found.passes()).isZero();
        }
    }

    @Test
    void until_ruleThatAsksForMoreThanThereAre_isRefused() {
        try (Network network = Golden.network(NET, Precision.FLOAT32)) {
            LabelChangeRate rate = LabelChangeRate.of(drawn(network, 3));
            assertThatThrownBy(() -> rate.until(new LcrCurtailment(100, 0.1)))
                    .hasMessageContaining("100")
                    .hasMessageContaining("3");
        }
    }

    private static boolean[][] slowChanges(Network network, List<Mutant> mutants, Array x) {
        long[] original = GoldenMutantsTest.argmax(network.logits(x));
        boolean[][] changed = new boolean[mutants.size()][x.dim(0)];
        for (int m = 0; m < mutants.size(); m++) {
            long[] labels = GoldenMutantsTest.argmax(GoldenMutantsTest.run(network, mutants.get(m), x));
            for (int i = 0; i < labels.length; i++) {
                changed[m][i] = labels[i] != original[i];
            }
        }
        return changed;
    }

    private static List<Mutant> drawn(Network network, int count) {
        Mutation mutation = NeuronActivationInverse.weights();
        Mutator mutator = mutation.with(mutation.selection().withRate(0.04)).on(network);
        List<Mutant> mutants = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            mutants.add(mutator.draw(3, i));
        }
        return mutants;
    }

    private static Array input(int n) {
        return get(Golden.arrays(NET + "/lcr.npz"), "input").slice(0, n);
    }

    private static Array one() {
        return Array.of(new float[] {1}, 1);
    }

    private static Array get(Map<String, Array> arrays, String key) {
        return Objects.requireNonNull(arrays.get(key), key);
    }
}
