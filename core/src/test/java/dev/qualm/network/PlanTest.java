package dev.qualm.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.ShapeException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.data.OutputKind;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.TensorLimit;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.ElementType;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final ValueInfo X = ValueInfo.floats("x", 3);
    private static final Array VALUE = Array.of(new float[] {-9, 1, 9}, 3);

    @Test
    void run_constantNodeWithoutFirstOutput_leavesOtherInputsOut() {
        // TopK of constants is folded; its missing first output must not become Clip's missing minimum.
        Node top = new Node("top", "", "TopK", List.of("w", "k"), List.of("", "best"), Attributes.NONE);
        Node clip = Node.of("y", "Clip", List.of("x", "", "most"), Attributes.NONE);
        Graph graph = graph(
                List.of(top, clip),
                List.of(ValueInfo.floats("y", 3), new ValueInfo("best", ElementType.INT64, null)),
                Map.of(
                        "w", Array.of(new float[] {1, 3, 2}, 3),
                        "k", Array.of(new long[] {1}, 1),
                        "most", Array.of(new float[] {2})));
        try (Network network = Network.of(graph, Precision.FLOAT32)) {
            Map<String, Array> out = network.runWhole(Map.of("x", VALUE), List.of("y", "best"));
            assertThat(out.get("y")).isEqualTo(Array.of(new float[] {-9, 1, 2}, 3));
            assertThat(out.get("best")).isEqualTo(Array.of(new long[] {1}, 1));
        }
    }

    @Test
    void run_outputsThatAreInputsOrConstants_areReturned() {
        Graph graph = graph(
                List.of(Node.of("twice", "Add", List.of("w", "w"), Attributes.NONE)),
                List.of(X, ValueInfo.floats("w", 3), ValueInfo.floats("twice", 3)),
                Map.of("w", VALUE));
        try (Network network = Network.of(graph, Precision.FLOAT32)) {
            Map<String, Array> out = network.runWhole(Map.of("x", VALUE), List.of("x", "w", "twice"));
            assertThat(out.get("x")).isEqualTo(VALUE);
            assertThat(out.get("w")).isEqualTo(VALUE);
            assertThat(out.get("twice")).isEqualTo(Array.of(new float[] {-18, 2, 18}, 3));
        }
    }

    @Test
    void of_severalUnsupportedAttributes_oneErrorListsAll() {
        Graph graph = graph(
                List.of(
                        Node.of("p", "Pad", List.of("x", "w"), Attributes.NONE.with("mode", "spiral")),
                        Node.of("y", "Cast", List.of("p"), Attributes.NONE.with("to", 8L))),
                List.of(ValueInfo.floats("y", 3)),
                Map.of("w", Array.of(new long[2], 2)));
        assertThatThrownBy(() -> Network.of(graph, Precision.FLOAT32))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("Pad 'p'")
                .hasMessageContaining("spiral")
                .hasMessageContaining("Cast 'y'");
    }

    @Test
    void run_integerOutputsOnly_isNoClassifier() {
        Graph graph = graph(
                List.of(Node.of("y", "ArgMax", List.of("x"), Attributes.NONE)),
                List.of(new ValueInfo("y", ElementType.INT64, null)),
                Map.of());
        try (Network network = Network.of(graph, Precision.FLOAT32)) {
            assertThat(network.structure().kind()).isEqualTo(OutputKind.OTHER);
            assertThat(network.runWhole(Map.of("x", VALUE), List.of("y")).get("y"))
                    .isEqualTo(Array.of(new long[] {2}, 1));
            assertThatThrownBy(() -> network.logits(VALUE))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("no logits");
        }
    }

    @Test
    void of_constantLargerThanTheMachine_isRefusedBeforeAllocation() {
        long most = TensorLimit.elements();
        Graph graph = graph(
                List.of(
                        Node.of("big", "ConstantOfShape", List.of("size"), Attributes.NONE),
                        Node.of("y", "Add", List.of("x", "big"), Attributes.NONE)),
                List.of(ValueInfo.floats("y", 3)),
                Map.of("size", Array.of(new long[] {most, 2}, 2)));
        assertThatThrownBy(() -> Network.of(graph, Precision.FLOAT32))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("ConstantOfShape 'big'")
                .hasMessageContaining(TensorLimit.PROPERTY);
    }

    private static Graph graph(List<Node> nodes, List<ValueInfo> outputs, Map<String, Array> initializers) {
        return new Graph("g", Map.of("", 17L), List.of(X), outputs, nodes, initializers);
    }
}
