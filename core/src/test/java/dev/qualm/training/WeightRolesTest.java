package dev.qualm.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.ElementType;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WeightRolesTest {
    @Test
    void of_batchNormNetwork_decaysKernelsAndMatricesOnly() {
        WeightRoles roles = roles(Architectures.smallCnn(1, 8, 8, 3, 1));
        assertThat(roles.decayed())
                .containsExactlyInAnyOrder("conv1.weight", "conv2.weight", "conv3.weight", "logits.weight");
        assertThat(roles.plain())
                .containsExactlyInAnyOrder(
                        "bn1.weight", "bn1.bias", "bn2.weight", "bn2.bias", "bn3.weight", "bn3.bias", "logits.bias");
        assertThat(roles.statistics())
                .containsExactlyInAnyOrder(
                        "bn1.running_mean",
                        "bn1.running_var",
                        "bn2.running_mean",
                        "bn2.running_var",
                        "bn3.running_mean",
                        "bn3.running_var");
    }

    @Test
    void of_recurrentNetwork_doesNotDecayBiasMatrices() {
        Node lstm = new Node(
                "lstm", "", "LSTM", List.of("x", "w", "r", "b"), List.of("y"), Attributes.NONE.with("hidden_size", 2L));
        Graph graph = new Graph(
                "lstm",
                Map.of("", 17L),
                List.of(ValueInfo.floats("x", 5, -1, 3)),
                List.of(new ValueInfo("y", ElementType.FLOAT, null)),
                List.of(lstm),
                Map.of(
                        "w", Array.zeros(DType.FLOAT32, 1, 8, 3),
                        "r", Array.zeros(DType.FLOAT32, 1, 8, 2),
                        "b", Array.zeros(DType.FLOAT32, 1, 16)));
        WeightRoles roles = roles(graph);
        assertThat(roles.decayed()).containsExactlyInAnyOrder("w", "r");
        assertThat(roles.plain()).containsExactly("b");
        assertThat(roles.statistics()).isEmpty();
    }

    private static WeightRoles roles(Graph graph) {
        try (Network network = Network.of(graph, Precision.FLOAT32)) {
            return WeightRoles.of(graph, network.structure());
        }
    }
}
