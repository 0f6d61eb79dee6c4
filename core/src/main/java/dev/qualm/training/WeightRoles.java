package dev.qualm.training;

import dev.qualm.network.Layer;
import dev.qualm.network.Structure;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which initializers training changes, and how; each is in one set.
 *
 * @param decayed learnt, with weight decay
 * @param plain learnt, without
 * @param statistics running means and variances, which BatchNormalization moves by itself
 */
record WeightRoles(Set<String> decayed, Set<String> plain, Set<String> statistics) {
    /** Inputs that hold matrices or kernels; the others of these operators are biases and peepholes. */
    private static final Map<String, List<Integer>> DECAYED_INPUTS = Map.of(
            "Conv", List.of(1),
            "ConvTranspose", List.of(1),
            "Gemm", List.of(0, 1),
            "MatMul", List.of(0, 1),
            "Gather", List.of(0),
            "LSTM", List.of(1, 2),
            "GRU", List.of(1, 2),
            "RNN", List.of(1, 2));

    static WeightRoles of(Graph graph, Structure structure) {
        Map<String, Node> nodes = graph.nodes().stream().collect(Collectors.toMap(Node::name, n -> n));
        Set<String> learnt = new LinkedHashSet<>();
        Set<String> decayed = new LinkedHashSet<>();
        for (Layer layer : structure.layers()) {
            learnt.addAll(layer.weights());
            layer.weights().stream()
                    .filter(w -> decays(nodes.get(layer.name()), w))
                    .forEach(decayed::add);
        }
        Set<String> plain = new LinkedHashSet<>(learnt);
        plain.removeAll(decayed);
        Set<String> statistics = new LinkedHashSet<>();
        for (Node n : graph.nodes()) {
            if (n.op().equals("BatchNormalization")) {
                statistics.add(n.input(3));
                statistics.add(n.input(4));
            }
        }
        statistics.retainAll(graph.initializers().keySet());
        return new WeightRoles(decayed, plain, statistics);
    }

    private static boolean decays(@Nullable Node node, String weight) {
        return node != null
                && DECAYED_INPUTS.getOrDefault(node.op(), List.of()).stream()
                        .anyMatch(i -> node.input(i).equals(weight));
    }
}
