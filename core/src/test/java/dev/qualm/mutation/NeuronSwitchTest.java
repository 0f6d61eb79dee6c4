package dev.qualm.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import java.util.List;
import org.junit.jupiter.api.Test;

class NeuronSwitchTest {
    private static final Graph NET = NetworkBuilder.input("x", 6)
            .seed(1)
            .linear("hidden", 12)
            .relu("relu")
            .linear("logits", 10)
            .build();

    @Test
    void on_defaultLayers_leavesTheClassesAlone() {
        try (Network network = Network.of(NET, Precision.FLOAT32)) {
            Mutator mutator = NeuronSwitch.weights().on(network);
            assertThat(mutator.units().layers()).extracting(UnitLayer::name).containsExactly("hidden");
            assertThat(mutator.provenance().toString()).contains("logits").contains("classes");
        }
    }

    @Test
    void on_lastLayerNamedOrParity_switchesClassesToo() {
        NeuronSwitch mutation = NeuronSwitch.weights();
        try (Network network = Network.of(NET, Precision.FLOAT32)) {
            Selection named = mutation.selection().withLayers(List.of("logits"));
            assertThat(mutation.with(named).on(network).units().layers())
                    .extracting(UnitLayer::name)
                    .containsExactly("logits");
            assertThat(mutation.with(mutation.selection().exactly())
                            .on(network)
                            .units()
                            .layers())
                    .hasSize(2);
        }
    }
}
