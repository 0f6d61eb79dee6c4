package dev.qualm.network;

import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Gradients of nodes that have no rule of their own: the engine records each node by itself. */
final class EngineGradient {
    /**
     * A node to be recorded by itself after the forward pass, so that many sweeps can read one record.
     *
     * @param leaves names for its inputs, as leaves of the record, by number
     * @param results names for its outputs, connected to them, by number
     */
    record Local(Node node, Map<Integer, String> leaves, Map<Integer, String> results) {}

    private EngineGradient() {}

    /** Gives the node's gradient as one node, which computes the node once more and differentiates it. */
    static final BackwardRule INSIDE = step -> {
        Node n = step.node();
        Map<Integer, String> found = new LinkedHashMap<>();
        for (int i : step.inputs()) {
            found.put(i, inside(step.writer(), n, n.inputs(), i, step.arrived()));
        }
        return found;
    };

    /** The gradient at input {@code i} of a node like {@code n} that reads {@code inputs}. */
    static String inside(GraphWriter w, Node n, List<String> inputs, int i, Map<Integer, String> arrived) {
        List<String> in = new ArrayList<>(arrived.values());
        in.addAll(inputs);
        long opset = w.graph().opsets().getOrDefault(n.domain(), 1L);
        Attributes attributes = Attributes.NONE;
        for (Map.Entry<String, Object> a : n.attributes().asMap().entrySet()) {
            attributes = attributes.with("of." + a.getKey(), a.getValue());
        }
        attributes = attributes
                .with("domain", n.domain())
                .with("op", n.op())
                .with("opset", opset)
                .with("outputs", (long) n.outputs().size())
                .with("arrived", arrived.keySet().stream().mapToLong(o -> o).toArray())
                .with("input", (long) i);
        return w.own("NodeGradient", in, attributes);
    }

    /**
     * Notes the nodes, to be recorded before the pass runs.
     *
     * @param locals gets them
     * @param names gets the names that the records are fed under
     * @param kept gets the tensors that recording reads
     */
    static BackwardRule recorded(Map<Node, Local> locals, List<String> names, Set<String> kept) {
        return step -> {
            GraphWriter w = step.writer();
            Node n = step.node();
            Local local = locals.computeIfAbsent(n, k -> new Local(n, new LinkedHashMap<>(), new LinkedHashMap<>()));
            Map<Integer, String> found = new LinkedHashMap<>();
            for (int i : step.inputs()) {
                String leaf = local.leaves().computeIfAbsent(i, k -> named(w, "leaf", names));
                List<String> parts = new ArrayList<>();
                step.arrived().forEach((o, g) -> {
                    String result = local.results().computeIfAbsent(o, k -> named(w, "result", names));
                    parts.add(w.own("LocalGradient", g, result, leaf));
                });
                found.put(i, w.sum(parts));
            }
            n.inputs().stream()
                    .filter(t -> !t.isEmpty() && w.constant(t) == null)
                    .forEach(kept::add);
            return found;
        };
    }

    private static String named(GraphWriter w, String about, List<String> names) {
        String name = w.name(about);
        names.add(name);
        return name;
    }
}
