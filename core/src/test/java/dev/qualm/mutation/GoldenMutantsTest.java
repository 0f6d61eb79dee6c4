package dev.qualm.mutation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.testkit.Golden;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mutants that the published codes made, run here: logits, labels, change rates and acceptance must be theirs. */
class GoldenMutantsTest {
    @ParameterizedTest
    @ValueSource(strings = {"n2-rgb-resnet", "n3-tabular-mlp", "n4-avgpool-cnn"})
    void view_referenceMutants_sameLogitsLabelsAndChangeRates(String folder) {
        Map<String, Array> lcr = Golden.arrays(folder + "/lcr.npz");
        try (Network network = Golden.network(folder, Precision.FLOAT64)) {
            Array input = get(lcr, "input");
            long[] original = get(lcr, "pred").longs();
            int[] label = ints(get(lcr, "label").longs());
            assertThat(argmax(network.logits(input))).isEqualTo(original);
            List<long[]> all = new ArrayList<>();
            for (String operator : Objects.requireNonNull(GoldenMutants.OPERATORS.get(folder))) {
                Array logits = get(lcr, operator + ".logits.f64");
                Array predicted = get(lcr, operator + ".pred");
                Array accuracies = get(lcr, operator + ".accuracy.f64");
                List<Mutant> mutants = GoldenMutants.load(network, folder, operator);
                List<long[]> changes = new ArrayList<>();
                for (int j = 0; j < mutants.size(); j++) {
                    Mutant mutant = mutants.get(j);
                    assertThat(mutant.changedScalars()).as(mutant.toString()).isEqualTo((int)
                            get(lcr, operator + ".changed_scalars").get(j));
                    Array found = run(network, mutant, input);
                    Array expected = logits.slice(j, j + 1);
                    for (int i = 0; i < found.size(); i++) {
                        assertThat(found.get(i)).as("%s, %d", mutant, i).isCloseTo(expected.get(i), within(1e-9));
                    }
                    long[] labels = argmax(found);
                    assertThat(labels).isEqualTo(predicted.slice(j, j + 1).longs());
                    changes.add(changed(original, labels));
                    assertThat(changes.get(j))
                            .isEqualTo(get(lcr, operator + ".changed")
                                    .slice(j, j + 1)
                                    .longs());
                    assertThat(accuracy(labels, label)).isEqualTo(accuracies.get(j));
                }
                assertThat(rates(changes))
                        .isEqualTo(get(lcr, operator + ".lcr.f64").doubles());
                all.addAll(changes);
            }
            assertThat(rates(all)).isEqualTo(get(lcr, "all.lcr.f64").doubles());
            assertThat(argmax(network.logits(input)))
                    .as("the original afterwards")
                    .isEqualTo(original);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"n2-rgb-resnet", "n3-tabular-mlp", "n4-avgpool-cnn"})
    void accepts_referenceAccuracies_allAccepted(String folder) {
        Map<String, Array> lcr = Golden.arrays(folder + "/lcr.npz");
        double original = get(lcr, "accuracy.f64").get(0);
        int items = get(lcr, "label").size();
        for (String operator : Objects.requireNonNull(GoldenMutants.OPERATORS.get(folder))) {
            AcceptanceRule rule = operator.startsWith("seed") ? AcceptanceRule.strict() : AcceptanceRule.rounded();
            int least = rule.leastCorrect(items, (int) Math.round(original * items));
            for (int j = 0; j < GoldenMutants.EACH; j++) {
                double accuracy = get(lcr, operator + ".accuracy.f64").get(j);
                assertThat(rule.accepts(accuracy, original))
                        .as("%s %d", operator, j)
                        .isTrue();
                assertThat(Math.round(accuracy * items)).isGreaterThanOrEqualTo(least);
            }
        }
    }

    /** The published operators at the published rates change as many units as ours. */
    @ParameterizedTest
    @ValueSource(strings = {"n2-rgb-resnet", "n4-avgpool-cnn"})
    void chosen_referenceRates_sameCountsAsReference(String folder) {
        Map<String, Array> lcr = Golden.arrays(folder + "/lcr.npz");
        try (Network network = Golden.network(folder, Precision.FLOAT32)) {
            Map<String, Mutation> ours = Map.of(
                    "seed_nai", NeuronActivationInverse.weights(),
                    "seed_gf", GaussianFuzz.reference(),
                    "nmutant_ws", WeightShuffle.defaults(),
                    "nmutant_gf", GaussianFuzz.nmutant());
            ours.forEach((operator, mutation) -> {
                double rate = get(lcr, operator + ".rate.f64").get(0);
                Mutator mutator =
                        mutation.with(mutation.selection().withRate(rate)).on(network);
                for (Mutant m : GoldenMutants.load(network, folder, operator)) {
                    assertThat(changedUnits(m, mutator)).as(operator).isEqualTo(mutator.chosen());
                }
            });
        }
    }

    /** Which standard deviation the reference draws with: its redrawn entries spread as the population's predicts. */
    @Test
    void gaussianFuzz_referenceMutants_spreadLikeThePopulation() {
        double population = 0;
        double sample = 0;
        int count = 0;
        for (String folder : List.of("n2-rgb-resnet", "n4-avgpool-cnn")) {
            try (Network network = Golden.network(folder, Precision.FLOAT32)) {
                List<UnitLayer> layers = MutableUnits.of(network, Unit.FILTER).layers();
                for (Mutant mutant : GoldenMutants.load(network, folder, "seed_gf")) {
                    for (Delta d : mutant.deltas()) {
                        UnitLayer layer = layers.stream()
                                .filter(l -> l.weight().equals(d.weight()))
                                .findFirst()
                                .orElseThrow();
                        Array w = get(network.graph().initializers(), d.weight());
                        int[] positions = d.positions();
                        for (int i = 0; i < positions.length; i++) {
                            double[] column = new double[layer.units()];
                            for (int u = 0; u < column.length; u++) {
                                column[u] = w.get(layer.position(u, positions[i] % layer.entries()));
                            }
                            double mean = DoubleStream.of(column).average().orElseThrow();
                            double squares = DoubleStream.of(column)
                                    .map(v -> (v - mean) * (v - mean))
                                    .sum();
                            double z = (d.values().get(i) - mean) * (d.values().get(i) - mean) / squares;
                            population += z * column.length;
                            sample += z * (column.length - 1);
                            count++;
                        }
                    }
                }
            }
        }
        assertThat(count).isGreaterThan(2500);
        // The standard error of a mean of squared normals is sqrt(2 / count), about 0.027.
        assertThat(population / count).isCloseTo(1, within(0.054));
        assertThat(sample / count).isLessThan(0.946);
    }

    private static int changedUnits(Mutant mutant, Mutator mutator) {
        int count = 0;
        for (Delta d : mutant.deltas()) {
            UnitLayer layer = mutator.units().layers().stream()
                    .filter(l -> l.weight().equals(d.weight()))
                    .findFirst()
                    .orElseThrow();
            Set<Integer> units = new HashSet<>();
            for (int p : d.positions()) {
                units.add(p / layer.entries());
            }
            count += units.size();
        }
        return count;
    }

    static Array run(Network network, Mutant mutant, Array input) {
        try (Network changed = network.with(mutant.view())) {
            return changed.logits(input);
        }
    }

    static long[] argmax(Array logits) {
        int n = logits.dim(0);
        int k = logits.dim(1);
        long[] out = new long[n];
        for (int i = 0; i < n; i++) {
            for (int c = 1; c < k; c++) {
                out[i] = logits.get(i * k + c) > logits.get((int) (i * k + out[i])) ? c : out[i];
            }
        }
        return out;
    }

    private static long[] changed(long[] original, long[] labels) {
        long[] out = new long[labels.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = labels[i] == original[i] ? 0 : 1;
        }
        return out;
    }

    private static double[] rates(List<long[]> changes) {
        double[] out = new double[changes.get(0).length];
        for (int i = 0; i < out.length; i++) {
            int count = 0;
            for (long[] c : changes) {
                count += (int) c[i];
            }
            out[i] = (double) count / changes.size();
        }
        return out;
    }

    private static double accuracy(long[] labels, int[] truth) {
        int right = 0;
        for (int i = 0; i < truth.length; i++) {
            right += labels[i] == truth[i] ? 1 : 0;
        }
        return (double) right / truth.length;
    }

    private static int[] ints(long[] values) {
        return java.util.Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
    }

    private static Array get(Map<String, Array> arrays, String name) {
        return Objects.requireNonNull(arrays.get(name), name);
    }
}
