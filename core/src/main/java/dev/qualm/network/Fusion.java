package dev.qualm.network;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Merges convolutions with the sum and the activation that follow them, for runs that only want values. */
/*
 * Conv, Add and Relu or Clip, the latter two each optional, become one FusedConv where nobody else looks at what lies between
 * them. The merged node stands where the last of them stood and takes its output's name.
 *
 * In a network with depthwise convolutions all of them take the packed form whatever their size: its depthwise kernels are the
 * faster ones, and going back and forth between the two forms costs copies.
 */
final class Fusion {
    private final Graph graph;
    private final Set<String> seen;
    private final Map<String, List<Node>> consumers = new HashMap<>();
    private final Set<String> baked = new HashSet<>();
    private final boolean depthwise;

    private Fusion(Graph graph, Set<String> wanted) {
        this.graph = graph;
        this.seen = new HashSet<>(wanted);
        graph.outputs().forEach(o -> seen.add(o.name()));
        graph.nodes()
                .forEach(n -> n.inputs()
                        .forEach(i -> consumers
                                .computeIfAbsent(i, k -> new ArrayList<>())
                                .add(n)));
        depthwise = graph.nodes().stream().anyMatch(this::isDepthwise);
    }

    /**
     * A graph with merged nodes.
     *
     * @param baked names of the constants whose values have become attributes
     */
    record Fused(Graph graph, Set<String> baked) {}

    /** @param wanted tensors that must stay, beside the graph's outputs */
    static Fused fuse(Graph graph, Set<String> wanted) {
        Fusion fusion = new Fusion(graph, wanted);
        return new Fused(fusion.fused(), fusion.baked);
    }

    private Graph fused() {
        Map<Node, Node> replaced = new IdentityHashMap<>();
        Set<Node> dropped = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Node conv : graph.nodes()) {
            if (!isPlain(conv, "Conv") || !isWeight(conv.input(1), 4) || !isWeight(conv.input(2), 1)) {
                continue;
            }
            Node last = conv;
            Node add = follower(last, "Add");
            String summand = "";
            if (add != null && !dropped.contains(add) && !replaced.containsKey(add)) {
                summand = add.input(0).equals(last.output()) ? add.input(1) : add.input(0);
                dropped.add(last);
                last = add;
            }
            Attributes attributes = conv.attributes().with("packed", depthwise ? 1L : 0L);
            Node activation = follower(last, "Relu");
            if (activation == null) {
                activation = follower(last, "Clip");
            }
            Attributes bounds = activation == null ? null : bounds(graph, activation, attributes);
            if (activation != null && bounds != null) {
                attributes = bounds;
                baked.addAll(activation.inputs().subList(1, activation.inputs().size()));
                dropped.add(last);
                last = activation;
            }
            List<String> inputs = summand.isEmpty()
                    ? List.of(conv.input(0), conv.input(1), conv.input(2))
                    : List.of(conv.input(0), conv.input(1), conv.input(2), summand);
            replaced.put(
                    last, new Node(conv.name(), Node.QUALM_DOMAIN, "FusedConv", inputs, last.outputs(), attributes));
        }
        List<Node> nodes = new ArrayList<>();
        for (Node n : graph.nodes()) {
            if (!dropped.contains(n)) {
                nodes.add(replaced.getOrDefault(n, n));
            }
        }
        return replaced.isEmpty() ? graph : graph.withNodes(nodes);
    }

    /** The node of the given kind that alone reads what {@code n} computes, which nobody asked for. */
    private @Nullable Node follower(Node n, String op) {
        List<Node> readers = consumers.getOrDefault(n.output(), List.of());
        return readers.size() == 1 && !seen.contains(n.output()) && isPlain(readers.get(0), op) ? readers.get(0) : null;
    }

    /** {@code attributes} with the bounds of an activation, or null if they are not known in advance. */
    static @Nullable Attributes bounds(Graph graph, Node activation, Attributes attributes) {
        if (activation.op().equals("Relu")) {
            return attributes.with("min", 0f);
        }
        Attributes result = attributes;
        for (String bound : List.of("min", "max")) {
            String name = activation.input(bound.equals("min") ? 1 : 2);
            Array value = graph.initializers().get(name);
            if (!name.isEmpty()) {
                if (value == null || value.size() != 1) {
                    return null;
                }
                result = result.with(bound, (float) value.get(0));
            } else if (activation.attributes().has(bound)) {
                result = result.with(bound, activation.attributes().getFloat(bound, 0));
            }
        }
        float low = result.getFloat("min", Float.NEGATIVE_INFINITY);
        return low < result.getFloat("max", Float.POSITIVE_INFINITY) ? result : null;
    }

    /** Operators of opset 6 and before broadcast in another way. */
    private boolean isPlain(Node n, String op) {
        return n.domain().isEmpty() && n.op().equals(op) && n.outputs().size() == 1 && graph.opset() >= 7;
    }

    private boolean isWeight(String name, int rank) {
        Array a = graph.initializers().get(name);
        return a == null ? name.isEmpty() && rank == 1 : a.rank() == rank && a.dtype() == DType.FLOAT32;
    }

    private boolean isDepthwise(Node n) {
        Array weight = n.op().equals("Conv") ? graph.initializers().get(n.input(1)) : null;
        long group = n.attributes().getInt("group", 1);
        return weight != null && group > 1 && weight.rank() == 4 && weight.dim(1) == 1;
    }
}
