package dev.qualm.gradient;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.Layer;
import dev.qualm.network.Network;
import dev.qualm.network.Structure;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.operator.Operator;
import dev.qualm.network.operator.Operators;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The weights of a network that its logits depend on, in the order of the graph, and where each is used. */
final class Parameters {
    /** One place where a weight enters a node whose other inputs depend on the network's input. */
    record Use(Node node, int input) {}

    /**
     * A weight.
     *
     * @param uses its places
     * @param derived whether nodes of constants alone (Transpose, Cast, ...) also lie between the weight and some place, so that the
     *     places do not tell its whole gradient
     */
    record Parameter(String name, int[] shape, List<Use> uses, boolean derived) {}

    /** Operators outside the network's list of layers that carry weights when one of their inputs is a float initializer. */
    private static final Set<String> OTHERS = Set.of("Einsum", "Expand", "Concat", "Tile", "Sum");

    private final Graph graph;
    private final Map<String, List<Use>> uses = new LinkedHashMap<>();
    private final Set<String> derived = new HashSet<>();
    private final Set<String> learnable = new LinkedHashSet<>();

    private Parameters(Graph graph) {
        this.graph = graph;
    }

    static Parameters of(Network network) {
        Graph graph = network.graph().prune(Set.of(network.structure().logits()));
        Map<String, Layer> layers = new HashMap<>();
        network.structure().layers().forEach(l -> layers.put(l.name(), l));
        Parameters p = new Parameters(graph);
        Map<String, Set<String>> origins = new HashMap<>();
        graph.initializers().forEach((name, a) -> origins.put(name, a.dtype().isFloating() ? Set.of(name) : Set.of()));
        for (Node n : graph.nodes()) {
            if (n.inputs().stream().allMatch(i -> i.isEmpty() || origins.containsKey(i))) {
                p.constant(n, origins);
            } else {
                p.visit(n, layers.get(n.name()), origins);
            }
        }
        return p;
    }

    private void constant(Node n, Map<String, Set<String>> origins) {
        Operator operator = Operators.find(n.domain(), n.op());
        Set<String> from = new LinkedHashSet<>();
        if (operator != null && operator.gradient() == Operator.Gradient.DIFFERENTIABLE) {
            n.inputs().forEach(i -> from.addAll(origins.getOrDefault(i, Set.of())));
        }
        derived.addAll(from);
        n.outputs().forEach(o -> origins.put(o, from));
    }

    private void visit(Node n, @Nullable Layer layer, Map<String, Set<String>> origins) {
        List<Integer> weighted = Structure.weightInputs(n.op());
        for (int i = 0; i < n.inputs().size(); i++) {
            String name = n.input(i);
            if (graph.initializers().containsKey(name)) {
                uses.computeIfAbsent(name, k -> new ArrayList<>()).add(new Use(n, i));
            }
        }
        if (layer != null) {
            learnable.addAll(layer.weights());
        }
        for (int i = 0; i < n.inputs().size(); i++) {
            String name = n.input(i);
            boolean direct = graph.initializers().containsKey(name);
            if (OTHERS.contains(n.op()) || weighted.contains(i) && !direct) {
                for (String origin : origins.getOrDefault(name, Set.of())) {
                    Array a = graph.initializers().get(origin);
                    if (a != null && a.size() > 1) {
                        learnable.add(origin);
                    }
                }
            }
        }
    }

    /** Names of all weights, each once. */
    Set<String> names() {
        return learnable;
    }

    /**
     * A weight of the network.
     *
     * @throws UnsupportedModelException if there is none of that name that the logits depend on
     */
    Parameter get(String name) {
        Array a = graph.initializers().get(name);
        if (a == null || !a.dtype().isFloating()) {
            throw new UnsupportedModelException(
                    "There is no weight '" + name + "' that the logits depend on; there are " + learnable);
        }
        return new Parameter(name, a.shape(), uses.getOrDefault(name, List.of()), derived.contains(name));
    }
}
