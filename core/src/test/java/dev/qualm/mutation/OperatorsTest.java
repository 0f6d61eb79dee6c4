package dev.qualm.mutation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.testkit.Golden;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** What each operator promises about the units it changes. */
class OperatorsTest {
    private static final Network MIXED = Network.of(MutationNetworks.mixed(11), Precision.FLOAT64);

    private static Array weight(Network network, String name) {
        return Objects.requireNonNull(network.graph().initializers().get(name));
    }

    private static Selection one(Unit unit, String layer) {
        return Selection.of(1e-9, unit).withLayers(List.of(layer));
    }

    /** The tensor that enters the activation function after a layer of the mixed network. */
    private static final Map<String, String> PRE_ACTIVATION = Map.of(
            "conv", "bn",
            "grouped", "grouped",
            "depthwise", "depthwise",
            "transposed", "transposed",
            "matmul", "matmul.sum",
            "gemm", "gemm",
            "logits", "logits");

    @Test
    void neuronActivationInverseExact_anyLayer_preActivationOfOneUnitNegated() {
        assertUnitOutput(NeuronActivationInverse.exact(), -1);
    }

    @Test
    void neuronEffectBlock_anyLayer_preActivationOfOneUnitZero() {
        assertUnitOutput(NeuronEffectBlock.exact(), 0);
    }

    private static void assertUnitOutput(Mutation mutation, double factor) {
        Array x = MutationNetworks.images(3, 4);
        PRE_ACTIVATION.forEach((layer, tensor) -> {
            Array before = MIXED.run(x, List.of(tensor)).get(tensor);
            Mutator mutator = mutation.with(one(Unit.NEURON, layer)).on(MIXED);
            for (int index = 0; index < 5; index++) {
                try (Network changed = MIXED.with(mutator.draw(2, index).view())) {
                    Array after = changed.run(x, List.of(tensor)).get(tensor);
                    int channels = before.dim(1);
                    int size = before.size() / (3 * channels);
                    List<Integer> turned = new ArrayList<>();
                    for (int c = 0; c < channels; c++) {
                        int from = c * size;
                        boolean same = true;
                        for (int n = 0; n < 3; n++) {
                            for (int i = from; i < from + size; i++) {
                                int at = n * channels * size + i;
                                same &= before.get(at) == after.get(at);
                            }
                        }
                        if (!same) {
                            turned.add(c);
                            for (int n = 0; n < 3; n++) {
                                for (int i = from; i < from + size; i++) {
                                    int at = n * channels * size + i;
                                    assertThat(after.get(at))
                                            .as("%s, channel %d", layer, c)
                                            .isCloseTo(factor * before.get(at), within(1e-13));
                                }
                            }
                        }
                    }
                    assertThat(turned).as(layer).hasSize(1);
                }
            }
        });
    }

    @Test
    void neuronActivationInverse_twice_original() {
        for (Mutation m : List.of(
                NeuronActivationInverse.weights(), NeuronActivationInverse.bias(), NeuronActivationInverse.exact())) {
            Mutation half = m.with(m.selection().withRate(0.5));
            Mutant once = half.on(MIXED).draw(4, 1);
            try (Network changed = MIXED.with(once.view())) {
                Mutant twice = half.on(changed).draw(4, 1);
                assertThat(twice.view().apply(changed.graph()).initializers())
                        .isEqualTo(MIXED.graph().initializers());
            }
        }
    }

    @Test
    void neuronActivationInverse_variants_changeWhatTheySay() {
        assertThat(changed(NeuronActivationInverse.weights(), "matmul"))
                .containsExactly(Map.entry("matmul.weight", 12));
        assertThat(changed(NeuronActivationInverse.bias(), "matmul"))
                .containsExactly(Map.entry("matmul.bias", 1), Map.entry("matmul.weight", 12));
        assertThat(changed(NeuronActivationInverse.bias(), "conv"))
                .containsExactly(Map.entry("conv.bias", 1), Map.entry("conv.weight", 36));
        assertThat(changed(NeuronActivationInverse.exact(), "conv"))
                .containsExactly(Map.entry("bn.bias", 1), Map.entry("bn.weight", 1));
        assertThat(changed(NeuronEffectBlock.bias(), "conv"))
                .containsExactly(Map.entry("conv.bias", 1), Map.entry("conv.weight", 36));
        assertThat(changed(NeuronActivationInverse.weights(), "depthwise"))
                .containsExactly(Map.entry("depthwise.weight", 9));
        assertThat(changed(NeuronActivationInverse.weights(), "transposed"))
                .containsExactly(Map.entry("transposed.weight", 16));
    }

    private static Map<String, Integer> changed(Mutation mutation, String layer) {
        Map<String, Integer> sizes = new TreeMap<>();
        mutation.with(one(Unit.NEURON, layer))
                .on(MIXED)
                .draw(0, 0)
                .deltas()
                .forEach(d -> sizes.put(d.weight(), d.size()));
        return sizes;
    }

    @Test
    void weightShuffle_anyUnit_keepsItsNumbers() {
        Mutator mutator =
                WeightShuffle.defaults().with(Selection.of(0.3, Unit.NEURON)).on(MIXED);
        for (int index = 0; index < 10; index++) {
            Map<String, Array> after =
                    mutator.draw(8, index).view().apply(MIXED.graph()).initializers();
            for (UnitLayer layer : mutator.units().layers()) {
                for (int u = 0; u < layer.units(); u++) {
                    assertThat(sorted(layer, u, Objects.requireNonNull(after.get(layer.weight()))))
                            .isEqualTo(sorted(layer, u, weight(MIXED, layer.weight())));
                }
            }
        }
    }

    private static double[] unit(UnitLayer layer, int unit, Array weight) {
        double[] values = new double[layer.entries()];
        for (int e = 0; e < values.length; e++) {
            values[e] = weight.get(layer.position(unit, e));
        }
        return values;
    }

    private static double[] sorted(UnitLayer layer, int unit, Array weight) {
        double[] values = unit(layer, unit, weight);
        Arrays.sort(values);
        return values;
    }

    @Test
    void neuronSwitch_anyLayer_derangementOfItsUnits() {
        Mutator mutator = NeuronSwitch.weights()
                .withSmallest(2)
                .with(Selection.of(0.4, Unit.NEURON))
                .on(MIXED);
        for (int index = 0; index < 20; index++) {
            Map<String, Array> after =
                    mutator.draw(9, index).view().apply(MIXED.graph()).initializers();
            for (UnitLayer layer : mutator.units().layers()) {
                Array old = weight(MIXED, layer.weight());
                Array now = Objects.requireNonNull(after.get(layer.weight()));
                int moved = 0;
                List<List<Double>> before = new ArrayList<>();
                List<List<Double>> found = new ArrayList<>();
                for (int u = 0; u < layer.units(); u++) {
                    before.add(DoubleStream.of(unit(layer, u, old)).boxed().toList());
                    found.add(DoubleStream.of(unit(layer, u, now)).boxed().toList());
                    moved += before.get(u).equals(found.get(u)) ? 0 : 1;
                }
                assertThat(found).containsExactlyInAnyOrderElementsOf(before);
                int expected = layer.units() * 0.4 > 2 ? (int) Math.floor(layer.units() * 0.4) : 2;
                assertThat(moved).as(layer.name()).isEqualTo(expected);
            }
        }
    }

    @Test
    void neuronSwitchWhole_layerAndNormalisation_outputChannelsExchanged() {
        Array x = MutationNetworks.images(2, 6);
        Mutator mutator = NeuronSwitch.wholeUnits()
                .withSmallest(2)
                .with(one(Unit.NEURON, "conv"))
                .on(MIXED);
        Array before = MIXED.run(x, List.of("bn")).get("bn");
        Mutant mutant = mutator.draw(1, 1);
        int[] units = mutant.deltas().stream()
                .filter(d -> d.weight().equals("bn.weight"))
                .findFirst()
                .orElseThrow()
                .positions();
        assertThat(units).hasSize(2);
        try (Network changed = MIXED.with(mutant.view())) {
            Array after = changed.run(x, List.of("bn")).get("bn");
            for (int i = 0; i < before.size(); i++) {
                int c = i / 36 % 8;
                int from = c == units[0] ? units[1] : c == units[1] ? units[0] : c;
                assertThat(after.get(i)).isCloseTo(before.get(i + (from - c) * 36), within(1e-12));
            }
        }
    }

    @Test
    void neuronSwitch_smallLayers_skippedWithTheReason() {
        Mutator mutator = NeuronSwitch.weights().on(MIXED);
        assertThat(mutator.units().skipped()).containsOnlyKeys("conv", "logits");
        assertThat(mutator.provenance().entries().get("skipped")).contains("8 units, fewer than 10");
        assertThatThrownBy(() ->
                        NeuronSwitch.weights().with(one(Unit.NEURON, "logits")).on(MIXED))
                .isInstanceOf(MutationException.class)
                .hasMessageContaining("5 units, fewer than 10");
        assertThatThrownBy(() -> NeuronSwitch.weights().withSmallest(1)).isInstanceOf(MutationException.class);
    }

    /** The defect of the published code: one unit switched with itself. */
    @Test
    void neuronSwitchExactly_smallRate_changesNothing() {
        Mutator mutator = NeuronSwitch.weights()
                .with(Selection.of(0.005, Unit.NEURON).exactly())
                .on(MIXED);
        for (int index = 0; index < 10; index++) {
            assertThat(mutator.draw(0, index).deltas()).isEmpty();
        }
    }

    @Test
    void gaussianFuzz_reference_normalByKernelPositionWithThePopulationsStd() {
        double[] z = standardised(GaussianFuzz.reference().with(one(Unit.FILTER, "conv")), MIXED, "conv", 0);
        assertStandardNormal(z);
        double[] depthwise =
                standardised(GaussianFuzz.reference().with(one(Unit.FILTER, "depthwise")), MIXED, "depthwise", 0);
        assertStandardNormal(depthwise);
        // Eight filters: the sample's standard deviation would give 1.069.
        assertThat(deviation(z)).isCloseTo(1, within(0.02));
    }

    private static double[] standardised(Mutation mutation, Network network, String layerName, int fewer) {
        Mutator mutator = mutation.on(network);
        UnitLayer layer = mutator.units().layers().get(0);
        assertThat(layer.name()).isEqualTo(layerName);
        Array w = weight(network, layer.weight());
        List<Double> z = new ArrayList<>();
        for (int index = 0; index < 400; index++) {
            for (Delta d : mutator.draw(17, index).deltas()) {
                int[] positions = d.positions();
                Array values = d.values();
                for (int i = 0; i < positions.length; i++) {
                    int entry = positions[i] % layer.entries();
                    double[] column = new double[layer.units()];
                    for (int u = 0; u < column.length; u++) {
                        column[u] = w.get(layer.position(u, entry));
                    }
                    double mean = DoubleStream.of(column).average().orElseThrow();
                    double squares = DoubleStream.of(column)
                            .map(v -> (v - mean) * (v - mean))
                            .sum();
                    z.add((values.get(i) - mean) / Math.sqrt(squares / (column.length - fewer)));
                }
            }
        }
        return z.stream().mapToDouble(v -> v).toArray();
    }

    @Test
    void gaussianFuzz_nmutant_normalByTensorWithTheSamplesStd() {
        Mutator mutator = GaussianFuzz.nmutant()
                .with(Selection.of(0.5, Unit.SCALAR).withLayers(List.of("bn.weight")))
                .on(MIXED);
        double[] w = weight(MIXED, "bn.weight").toDoubles();
        double mean = DoubleStream.of(w).average().orElseThrow();
        double std =
                Math.sqrt(DoubleStream.of(w).map(v -> (v - mean) * (v - mean)).sum() / (w.length - 1));
        List<Double> z = new ArrayList<>();
        for (int index = 0; index < 2500; index++) {
            for (Delta d : mutator.draw(1, index).deltas()) {
                assertThat(d.size()).isEqualTo(4);
                DoubleStream.of(d.values().toDoubles()).forEach(v -> z.add((v - mean) / std));
            }
        }
        double[] all = z.stream().mapToDouble(v -> v).toArray();
        assertStandardNormal(all);
        assertThat(deviation(all)).as("the population's would give 1.069").isCloseTo(1, within(0.025));
    }

    @Test
    void gaussianFuzz_multiplicative_normalFactorsAndNothingClipped() {
        Mutator mutator = GaussianFuzz.multiplicative()
                .with(Selection.of(0.2, Unit.SCALAR).withLayers(List.of("gemm.weight")))
                .on(MIXED);
        Array w = weight(MIXED, "gemm.weight");
        List<Double> z = new ArrayList<>();
        for (int index = 0; index < 400; index++) {
            for (Delta d : mutator.draw(1, index).deltas()) {
                int[] positions = d.positions();
                for (int i = 0; i < positions.length; i++) {
                    z.add((d.values().get(i) / w.get(positions[i]) - 1) / 0.5);
                }
            }
        }
        assertStandardNormal(z.stream().mapToDouble(v -> v).toArray());
        assertThat(DoubleStream.of(w.toDoubles()).map(Math::abs).max().orElseThrow())
                .as("clipping would show")
                .isGreaterThan(1);
    }

    @Test
    void gaussianFuzz_loneUnitOrLoneScalar_leftOutOrUnchanged() {
        try (Network network = Golden.network("n3-tabular-mlp", Precision.FLOAT32)) {
            assertThat(GaussianFuzz.reference()
                            .with(Selection.of(0.1, Unit.NEURON))
                            .on(network)
                            .units()
                            .skipped())
                    .isEmpty();
            assertThatThrownBy(() -> GaussianFuzz.reference().on(network))
                    .isInstanceOf(MutationException.class)
                    .hasMessageContaining("no filters");
        }
    }

    private static double deviation(double[] z) {
        double mean = DoubleStream.of(z).average().orElseThrow();
        return Math.sqrt(
                DoubleStream.of(z).map(v -> (v - mean) * (v - mean)).average().orElseThrow());
    }

    /** Kolmogorov-Smirnov at level 0.001. */
    private static void assertStandardNormal(double[] z) {
        double[] sorted = z.clone();
        Arrays.sort(sorted);
        assertThat(sorted.length).isGreaterThan(2000);
        double distance = 0;
        for (int i = 0; i < sorted.length; i++) {
            double f = normal(sorted[i]);
            distance = Math.max(distance, Math.max(f - (double) i / sorted.length, (i + 1.0) / sorted.length - f));
        }
        assertThat(distance * Math.sqrt(sorted.length)).isLessThan(1.95);
    }

    /** Distribution function by its series around 0. */
    private static double normal(double x) {
        if (Math.abs(x) > 7) {
            return x > 0 ? 1 : 0;
        }
        double term = x;
        double sum = x;
        for (int k = 1; k < 200; k++) {
            term *= x * x / (2 * k + 1);
            sum += term;
        }
        return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    @Test
    void subset_manyDraws_everyElementEquallyOften() {
        int[] counts = new int[20];
        for (int index = 0; index < 20_000; index++) {
            int[] chosen = Draws.subset(Draws.random(3, index), 20, 7);
            assertThat(chosen).hasSize(7).isSorted().doesNotHaveDuplicates();
            for (int c : chosen) {
                counts[c]++;
            }
        }
        // Five standard deviations of a binomial with 20,000 trials and probability 0.35.
        for (int c : counts) {
            assertThat(c).isCloseTo(7000, within(340));
        }
    }

    @Test
    void plainRandom_anySeed_sameNumbersAsRandom() {
        for (long seed : new long[] {0, -1, 42, Long.MIN_VALUE}) {
            Random expected = new Random(seed);
            Random found = new PlainRandom(seed);
            for (int i = 0; i < 100; i++) {
                assertThat(found.nextInt(1000)).isEqualTo(expected.nextInt(1000));
                assertThat(found.nextGaussian()).isEqualTo(expected.nextGaussian());
                assertThat(found.nextLong()).isEqualTo(expected.nextLong());
            }
        }
    }

    @Test
    void derangement_fourElements_allNineEquallyOften() {
        Map<String, Integer> counts = new TreeMap<>();
        for (int index = 0; index < 9000; index++) {
            counts.merge(Arrays.toString(Draws.derangement(Draws.random(1, index), 4)), 1, Integer::sum);
        }
        assertThat(counts).hasSize(9);
        assertThat(counts.values()).allSatisfy(c -> assertThat(c).isCloseTo(1000, within(150)));
        assertThat(Draws.derangement(new Random(1), 2)).containsExactly(1, 0);
    }
}
