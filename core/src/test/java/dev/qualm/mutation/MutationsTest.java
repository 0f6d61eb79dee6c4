package dev.qualm.mutation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.Workers;
import dev.qualm.network.engine.Precision;
import dev.qualm.testkit.Golden;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What every registered mutation must do on every network. */
class MutationsTest {
    private static final Map<String, Network> NETWORKS = new LinkedHashMap<>();

    @BeforeAll
    static void load() {
        for (String name :
                List.of("n1-fmnist-cnn", "n2-rgb-resnet", "n3-tabular-mlp", "n4-avgpool-cnn", "n5-rgb-seq")) {
            NETWORKS.put(name, Golden.network(name, Precision.FLOAT32));
        }
        NETWORKS.put("mixed", Network.of(MutationNetworks.mixed(7), Precision.FLOAT64));
        NETWORKS.put("shared", Network.of(MutationNetworks.shared(), Precision.FLOAT32));
    }

    @AfterAll
    static void close() {
        NETWORKS.values().forEach(Network::close);
        NETWORKS.clear();
    }

    static Stream<Arguments> all() {
        return Mutations.all().stream()
                .flatMap(m -> Stream.of(
                                "n1-fmnist-cnn",
                                "n2-rgb-resnet",
                                "n3-tabular-mlp",
                                "n4-avgpool-cnn",
                                "n5-rgb-seq",
                                "mixed",
                                "shared")
                        .map(n -> Arguments.of(m, n)));
    }

    /** The mutation with units that even a network without convolutions, or with small layers, has. */
    private static Mutation fitting(Mutation mutation) {
        Mutation wide = mutation instanceof NeuronSwitch s ? s.withSmallest(3) : mutation;
        Selection s = wide.selection().withRate(0.1);
        return wide.with(s.unit() == Unit.SCALAR ? s : s.withUnit(Unit.NEURON));
    }

    private static Network network(String name) {
        return Objects.requireNonNull(NETWORKS.get(name));
    }

    @ParameterizedTest
    @MethodSource("all")
    void draw_anyNetwork_changesAsManyUnitsAsStatedAndNothingElse(Mutation mutation, String name) {
        Network network = network(name);
        Mutator mutator = fitting(mutation).on(network);
        assertThat(mutator.chosen())
                .isPositive()
                .isLessThanOrEqualTo(mutator.units().count());
        for (int index = 0; index < 20; index++) {
            Mutant mutant = mutator.draw(3, index);
            assertThat(mutant.operator()).isEqualTo(mutation.name());
            assertThat(mutant.changedScalars()).isPositive();
            Map<String, Array> before = network.graph().initializers();
            Map<String, Array> after = mutant.view().apply(network.graph()).initializers();
            assertThat(after.keySet()).isEqualTo(before.keySet());
            before.forEach((weight, old) -> {
                Array now = Objects.requireNonNull(after.get(weight));
                Delta delta = mutant.deltas().stream()
                        .filter(d -> d.weight().equals(weight))
                        .findFirst()
                        .orElse(null);
                if (delta == null) {
                    assertThat(now).isSameAs(old);
                } else {
                    assertThat(delta).isEqualTo(Delta.between(weight, old, now));
                    assertThat(weight).doesNotContain(mutation.name().endsWith("whole") ? "\0" : "running");
                }
            });
            assertThat(changedUnits(mutant, mutator)).isEqualTo(mutator.chosen());
        }
    }

    /** Units with a change in their weight, biases or normalisations. */
    private static int changedUnits(Mutant mutant, Mutator mutator) {
        int count = 0;
        for (UnitLayer layer : mutator.units().layers()) {
            boolean[] changed = new boolean[layer.units()];
            Map<Integer, Integer> owner = new LinkedHashMap<>();
            for (int u = 0; u < layer.units(); u++) {
                for (int e = 0; e < layer.entries(); e++) {
                    owner.put(layer.position(u, e), u);
                }
            }
            for (Delta d : mutant.deltas()) {
                boolean companion = layer.biases().contains(d.weight())
                        || layer.norms().stream()
                                .anyMatch(n -> List.of(n.scale(), n.shift(), n.mean(), n.variance())
                                        .contains(d.weight()));
                for (int p : d.positions()) {
                    if (d.weight().equals(layer.weight())) {
                        changed[Objects.requireNonNull(owner.get(p))] = true;
                    } else if (companion) {
                        changed[p] = true;
                    }
                }
            }
            for (boolean c : changed) {
                count += c ? 1 : 0;
            }
        }
        return count;
    }

    @ParameterizedTest
    @MethodSource("all")
    void draw_sameNumbers_sameMutantWhateverWasDrawnBefore(Mutation mutation, String name) {
        Mutator first = fitting(mutation).on(network(name));
        Mutant third = first.draw(5, 3);
        first.draw(5, 0);
        assertThat(first.draw(5, 3)).isEqualTo(third);
        assertThat(fitting(mutation).on(network(name)).draw(5, 3)).isEqualTo(third);
        List<Mutant> others = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            others.add(first.draw(6, i));
            others.add(first.draw(5, i + 4));
        }
        assertThat(others.stream().map(Mutant::deltas)).anyMatch(d -> !d.equals(third.deltas()));
        try (Network other = network(name).to(Precision.FLOAT64)) {
            assertThat(fitting(mutation).on(other).draw(5, 3)).isEqualTo(third);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void draw_manyThreadsAndFailures_originalBitEqual(Mutation mutation, String name) {
        Network network = network(name);
        Map<String, Array> before = new LinkedHashMap<>();
        network.graph().initializers().forEach((k, v) -> before.put(k, v.select(rows(v))));
        Array x = input(name);
        Array logits = network.logits(x);
        Mutator mutator = fitting(mutation).on(network);
        List<Mutant> alone = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            alone.add(mutator.draw(1, i));
        }
        try (Workers workers = Workers.of(4)) {
            List<Mutant> together = workers.map(8, i -> {
                Mutant m = mutator.draw(1, i);
                try (Network changed = network.with(m.view())) {
                    changed.logits(x);
                }
                return m;
            });
            assertThat(together).isEqualTo(alone);
            assertThatThrownBy(() -> workers.map(8, i -> {
                        try (Network changed = network.with(mutator.draw(1, i).view())) {
                            throw new IllegalStateException(changed.toString());
                        }
                    }))
                    .isInstanceOf(IllegalStateException.class);
        }
        assertThat(network.logits(x)).isEqualTo(logits);
        network.graph()
                .initializers()
                .forEach((k, v) -> assertThat(v.select(rows(v))).as(k).isEqualTo(before.get(k)));
    }

    private static int[] rows(Array a) {
        int n = a.rank() == 0 ? 0 : a.dim(0);
        return java.util.stream.IntStream.range(0, n).toArray();
    }

    private static Array input(String name) {
        return name.startsWith("n")
                ? Objects.requireNonNull(Golden.arrays(name + "/io.npz").get("input"))
                        .slice(0, 4)
                : MutationNetworks.images(4, 2);
    }

    @Test
    void selection_rateOutsideItsRange_refused() {
        for (double rate : new double[] {0, -0.1, 1.0001, 2, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> Selection.of(rate, Unit.NEURON))
                    .isInstanceOf(MutationException.class)
                    .hasMessageContaining("above 0 and at most 1")
                    .hasMessageContaining(String.valueOf(rate));
        }
    }

    @Test
    void draw_rateOne_everyUnit() {
        Mutation all = WeightShuffle.defaults().with(Selection.of(1, Unit.NEURON));
        Mutator mutator = all.on(network("mixed"));
        assertThat(mutator.chosen()).isEqualTo(mutator.units().count());
        assertThat(changedUnits(mutator.draw(0, 0), mutator)).isEqualTo(mutator.chosen());
    }

    @Test
    void draw_tinyRate_oneUnitUnlessExactly() {
        Selection tiny = Selection.of(1e-9, Unit.NEURON);
        assertThat(WeightShuffle.defaults().with(tiny).on(network("mixed")).chosen())
                .isOne();
        Mutator none = WeightShuffle.defaults().with(tiny.exactly()).on(network("mixed"));
        assertThat(none.chosen()).isZero();
        assertThat(none.draw(0, 0).deltas()).isEmpty();
        Mutator pair = NeuronSwitch.weights().with(tiny).on(network("mixed"));
        assertThat(pair.chosen()).isEqualTo(2 * pair.units().layers().size());
    }

    @Test
    void of_names_areUniqueAndFound() {
        assertThat(Mutations.names()).doesNotHaveDuplicates();
        for (Mutation m : Mutations.all()) {
            assertThat(Mutations.of(m.name())).isEqualTo(m);
            assertThat(m.name()).matches("[a-z]+(-[a-z]+)*");
            assertThat(m.summary()).isNotBlank();
            assertThat(m.source()).matches(".*\\d{4}.*");
            assertThat(m.on(network("mixed")).provenance().entries())
                    .containsEntry("method", m.name())
                    .containsEntry("rate", String.valueOf(m.selection().rate()))
                    .containsKeys("source", "unit", "units", "chosen", "choice");
        }
        assertThatThrownBy(() -> Mutations.of("gauss"))
                .isInstanceOf(MutationException.class)
                .hasMessageContaining("'gauss'")
                .hasMessageContaining("gaussian-fuzz");
    }

    @Test
    void with_unitsThatMakeNoSense_refused() {
        for (Mutation m : Mutations.all()) {
            Unit wrong = m.selection().unit() == Unit.SCALAR ? Unit.NEURON : Unit.SCALAR;
            assertThatThrownBy(() -> m.with(m.selection().withUnit(wrong)))
                    .as(m.name())
                    .isInstanceOf(MutationException.class)
                    .hasMessageContaining("neuron");
        }
    }

    @Test
    void on_unknownLayer_listsTheChoices() {
        for (Mutation m : Mutations.all()) {
            Mutation named = m.with(m.selection().withLayers(List.of("conv9")));
            assertThatThrownBy(() -> named.on(network("mixed")))
                    .as(m.name())
                    .isInstanceOf(MutationException.class)
                    .hasMessageContaining("'conv9'")
                    .hasMessageContaining("conv");
        }
    }
}
