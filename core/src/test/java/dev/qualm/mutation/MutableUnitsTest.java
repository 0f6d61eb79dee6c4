package dev.qualm.mutation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.testkit.Golden;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MutableUnitsTest {
    private static final Network MIXED = Network.of(MutationNetworks.mixed(1), Precision.FLOAT64);

    @Test
    void of_mixedNetwork_countsEveryLayer() {
        assertThat(units(Unit.NEURON))
                .containsExactly(
                        Map.entry("conv", 8),
                        Map.entry("grouped", 12),
                        Map.entry("depthwise", 12),
                        Map.entry("transposed", 12),
                        Map.entry("matmul", 10),
                        Map.entry("gemm", 14),
                        Map.entry("logits", 5));
        assertThat(units(Unit.FILTER))
                .containsExactly(
                        Map.entry("conv", 8),
                        Map.entry("grouped", 12),
                        Map.entry("depthwise", 12),
                        Map.entry("transposed", 12));
        int learnable = MIXED.graph().initializers().entrySet().stream()
                .filter(e -> !e.getKey().contains("running"))
                .mapToInt(e -> e.getValue().size())
                .sum();
        assertThat(MutableUnits.of(MIXED, Unit.SCALAR).count()).isEqualTo(learnable);
    }

    private static List<Map.Entry<String, Integer>> units(Unit unit) {
        return MutableUnits.of(MIXED, unit).layers().stream()
                .map(l -> Map.entry(l.name(), l.units()))
                .toList();
    }

    @Test
    void position_anyLayout_everyEntryOnce() {
        for (UnitLayer layer : MutableUnits.of(MIXED, Unit.NEURON).layers()) {
            int size = MIXED.graph().initializers().get(layer.weight()).size();
            BitSet seen = new BitSet(size);
            for (int u = 0; u < layer.units(); u++) {
                for (int e = 0; e < layer.entries(); e++) {
                    seen.set(layer.position(u, e));
                }
            }
            assertThat(layer.units() * layer.entries()).isEqualTo(size);
            assertThat(seen.cardinality()).as(layer.name()).isEqualTo(size);
        }
    }

    @Test
    void of_goldenResidual_findsBiasesAndNormalisations() {
        try (Network network = Golden.network("n2-rgb-resnet", Precision.FLOAT32)) {
            List<UnitLayer> layers = MutableUnits.of(network, Unit.NEURON).layers();
            assertThat(layers).allSatisfy(l -> assertThat(l.obstacle()).isNull());
            assertThat(layers).filteredOn(l -> l.norms().size() == 1).hasSize(6);
            assertThat(layers.get(layers.size() - 1).biases()).containsExactly("fc.bias");
        }
    }

    @Test
    void of_weightSharedByTwoNodes_oneSetOfUnitsWithItsObstacle() {
        try (Network network = Network.of(MutationNetworks.shared(), Precision.FLOAT32)) {
            UnitLayer shared = MutableUnits.of(network, Unit.FILTER).layers().get(1);
            assertThat(shared.nodes()).containsExactly("second", "third");
            assertThat(shared.obstacle()).contains("some of its nodes are normalised");
            assertThat(shared.biases()).isEmpty();
            assertThat(NeuronActivationInverse.exact().on(network).units().skipped())
                    .containsOnlyKeys("second");
            assertThat(NeuronActivationInverse.weights().on(network).units().skipped())
                    .isEmpty();
        }
    }

    @Test
    void of_names_nodesAndWeights() {
        assertThat(MutableUnits.of(MIXED, Unit.NEURON, List.of("gemm", "conv.weight"))
                        .layers())
                .extracting(UnitLayer::name)
                .containsExactly("conv", "gemm");
        assertThat(MutableUnits.of(MIXED, Unit.SCALAR, List.of("conv")).layers())
                .extracting(UnitLayer::weight)
                .containsExactly("conv.weight", "conv.bias");
    }

    @Test
    void of_unknownNameOrNoUnits_listsTheChoices() {
        assertThatThrownBy(() -> MutableUnits.of(MIXED, Unit.FILTER, List.of("conv", "gemm")))
                .isInstanceOf(MutationException.class)
                .hasMessageContaining("'gemm'")
                .hasMessageContaining("[conv, grouped, depthwise, transposed]");
        try (Network mlp = Golden.network("n3-tabular-mlp", Precision.FLOAT32)) {
            assertThatThrownBy(() -> MutableUnits.of(mlp, Unit.FILTER, List.of()))
                    .isInstanceOf(MutationException.class)
                    .hasMessageContaining("take neurons");
        }
    }
}
