package dev.qualm.mutation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.network.Network;
import dev.qualm.network.Workers;
import dev.qualm.network.engine.Precision;
import dev.qualm.testkit.Golden;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MutantSearchTest {
    private static Network network;
    private static Dataset data;
    private static int[] labels;

    @BeforeAll
    static void load() {
        network = Golden.network("n4-avgpool-cnn", Precision.FLOAT64);
        Map<String, Array> lcr = Golden.arrays("n4-avgpool-cnn/lcr.npz");
        long[] wide = Objects.requireNonNull(lcr.get("label")).longs();
        labels = java.util.Arrays.stream(wide).mapToInt(Math::toIntExact).toArray();
        data = Dataset.of(Objects.requireNonNull(lcr.get("input")), Layout.NCHW, labels);
    }

    @AfterAll
    static void close() {
        network.close();
    }

    private static MutantSearch search(double rate) {
        Mutation m = WeightShuffle.defaults().with(Selection.of(rate, Unit.NEURON));
        return MutantSearch.of(m, 8).withSeed(42).withCap(400);
    }

    /** Draws, runs everything, compares accuracies: the slow way. */
    private static List<Mutant> slow(MutantSearch search, AcceptanceRule rule) {
        Array inputs = data.all();
        double original = accuracy(network.logits(inputs));
        Mutator mutator = search.mutations().get(0).on(network);
        List<Mutant> accepted = new ArrayList<>();
        for (long i = 0; accepted.size() < search.count(); i++) {
            Mutant m = mutator.draw(search.seed(), i);
            double accuracy = accuracy(GoldenMutantsTest.run(network, m, inputs));
            if (rule.accepts(accuracy, original)) {
                accepted.add(m);
            }
        }
        return accepted;
    }

    private static double accuracy(Array logits) {
        long[] predicted = GoldenMutantsTest.argmax(logits);
        int right = 0;
        for (int i = 0; i < labels.length; i++) {
            right += predicted[i] == labels[i] ? 1 : 0;
        }
        return (double) right / labels.length;
    }

    @Test
    void run_curtailed_sameMutantsAsTheSlowWayForFewerForwards() {
        for (AcceptanceRule rule : List.of(AcceptanceRule.strict(), AcceptanceRule.rounded())) {
            MutantSearch search = search(0.1).withRule(rule);
            List<Mutant> expected = slow(search, rule);
            long last = Long.MAX_VALUE;
            for (Curtailment c : Curtailment.values()) {
                MutantPool pool = search.withCurtailment(c).run(network, data);
                assertThat(pool.mutants()).isEqualTo(expected);
                AcceptanceReport report = pool.report();
                assertThat(report.attempts()).isEqualTo(expected.get(7).index() + 1);
                assertThat(report.rejected().get(Rejection.INACCURATE)).isEqualTo(report.attempts() - 8);
                assertThat(report.evaluations()).isLessThan(last);
                last = report.evaluations();
                if (c == Curtailment.NONE) {
                    assertThat(last).isEqualTo(report.attempts() * labels.length);
                }
                for (int i = 0; i < pool.size(); i++) {
                    double exact = accuracy(
                            GoldenMutantsTest.run(network, pool.mutants().get(i), data.all()));
                    Accuracy a = pool.accuracies().get(i);
                    assertThat(exact).isBetween(a.atLeast(), a.atMost());
                    assertThat(a.isExact() || c == Curtailment.BOTH).isTrue();
                    assertThat(rule.accepts(exact, report.originalAccuracy())).isTrue();
                }
            }
        }
    }

    @Test
    void run_manyThreads_sameAsOne() {
        MutantPool alone = search(0.15).run(network, data);
        List<String> calls = new ArrayList<>();
        try (Workers workers = Workers.of(3)) {
            MutantPool together = search(0.15)
                    .run(network, data, workers, (a, w, n, cap) -> calls.add(a + "/" + w + " " + n + "/" + cap));
            assertThat(together).isEqualTo(alone);
        }
        assertThat(calls).hasSize((int) alone.report().attempts());
        assertThat(calls.get(calls.size() - 1))
                .isEqualTo("8/8 " + alone.report().attempts() + "/400");
    }

    @Test
    void run_severalMutations_takeTurns() {
        MutantSearch mixed = search(0.05)
                .withMutations(List.of(
                        WeightShuffle.defaults(),
                        NeuronActivationInverse.exact(),
                        GaussianFuzz.nmutant().with(Selection.of(0.01, Unit.SCALAR))));
        for (Mutant m : mixed.run(network, data).mutants()) {
            assertThat(m.operator())
                    .isEqualTo(mixed.mutations().get((int) (m.index() % 3)).name());
        }
    }

    @Test
    void run_identicalAndDuplicateCandidates_rejectedWithTheReason() {
        Selection none = Selection.of(1e-6, Unit.NEURON).exactly();
        assertThatThrownBy(() ->
                        MutantSearch.of(WeightShuffle.defaults().with(none), 2).run(network, data))
                .isInstanceOf(MutationException.class)
                .hasMessageContaining("identical=40")
                .hasMessageContaining("cap of 40");
        // Four neurons can be inverted one at a time in four ways.
        Selection four = Selection.of(1e-6, Unit.NEURON).withLayers(List.of("logits"));
        MutantSearch few = MutantSearch.of(NeuronActivationInverse.weights().with(four), 5)
                .withRule(AcceptanceRule.strict().withRatio(0.01))
                .withCap(60);
        assertThatThrownBy(() -> few.run(network, data)).hasMessageContaining("duplicate=56");
        MutantPool partial = few.keepingPartial().run(network, data);
        assertThat(partial.size()).isEqualTo(4);
        assertThat(partial.report().rejected().get(Rejection.DUPLICATE)).isEqualTo(56);
        assertThat(partial.report().acceptanceRate()).isEqualTo(4.0 / 60);
        assertThat(partial.take(2).mutants()).isEqualTo(partial.mutants().subList(0, 2));
        assertThatThrownBy(() -> partial.take(5)).isInstanceOf(MutationException.class);
    }

    @Test
    void run_unfitData_refused() {
        Array inputs = data.all();
        assertThatThrownBy(() -> search(0.1).run(network, Dataset.of(inputs, Layout.NCHW, null)))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("no labels");
        int[] tooLarge = labels.clone();
        tooLarge[5] = 4;
        assertThatThrownBy(() -> search(0.1).run(network, Dataset.of(inputs, Layout.NCHW, tooLarge)))
                .hasMessageContaining("from 0 to 3")
                .hasMessageContaining("found 4");
        long[] predicted = GoldenMutantsTest.argmax(network.logits(inputs));
        int[] wrong = new int[predicted.length];
        for (int i = 0; i < wrong.length; i++) {
            wrong[i] = predicted[i] == 0 ? 1 : 0;
        }
        assertThatThrownBy(() -> search(0.1).run(network, Dataset.of(inputs, Layout.NCHW, wrong)))
                .hasMessageContaining("right on none");
        assertThatThrownBy(() -> search(0.1).run(network, data.take(0))).hasMessageContaining("empty");
        Dataset right = data.select(java.util.stream.IntStream.range(0, labels.length)
                .filter(i -> predicted[i] == labels[i])
                .toArray());
        assertThatThrownBy(() -> search(0.1)
                        .withRule(AcceptanceRule.strict().withRatio(1))
                        .run(network, right))
                .hasMessageContaining("lower the ratio");
    }

    @Test
    void run_progressThrows_networkUnharmed() {
        Array x = data.batch(0, 4);
        Array before = network.logits(x);
        assertThatThrownBy(() -> search(0.1).run(network, data, Workers.caller(), (a, w, n, cap) -> {
                    throw new IllegalStateException("enough");
                }))
                .hasMessage("enough");
        assertThat(network.logits(x)).isEqualTo(before);
    }

    @Test
    void new_nonsense_refused() {
        assertThatThrownBy(() -> MutantSearch.of(WeightShuffle.defaults(), 0)).isInstanceOf(MutationException.class);
        assertThatThrownBy(() -> search(0.1).withCap(7)).isInstanceOf(MutationException.class);
        assertThatThrownBy(() -> search(0.1).withMutations(List.of())).isInstanceOf(MutationException.class);
        for (double ratio : new double[] {0, -1, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> AcceptanceRule.strict().withRatio(ratio)).hasMessageContaining("ratio");
        }
    }

    @Test
    void requireUnseen_overlap_refused() {
        MutantPool pool = search(0.05).run(network, data.slice(0, 40));
        pool.requireUnseen(ItemSet.of(data.slice(40, 64).all(), new int[0]));
        assertThatThrownBy(
                        () -> pool.requireUnseen(ItemSet.of(data.slice(38, 64).all(), new int[0])))
                .isInstanceOf(MutationException.class)
                .hasMessageContaining("2 of 26");
        pool.requireModel(network);
        try (Network other = Golden.network("n3-tabular-mlp", Precision.FLOAT32)) {
            assertThatThrownBy(() -> pool.requireModel(other)).hasMessageContaining("but found a model with hash");
        }
    }
}
