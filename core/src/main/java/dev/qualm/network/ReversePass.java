package dev.qualm.network;

import dev.qualm.network.graph.Node;
import dev.qualm.network.operator.Operator;
import dev.qualm.network.operator.Operators;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes a reverse pass through a graph, by whatever rule. */
/*
 * Reverse mode on names: nodes are visited last to first; each adds one contribution to what every input gets that depends on the leaf.
 */
public final class ReversePass {
    private final GraphWriter writer;
    private final BackwardRule rule;
    private final Set<String> dependent = new HashSet<>();
    private final Map<String, List<String>> contributions = new HashMap<>();
    private final Map<String, String> totals = new LinkedHashMap<>();
    private final Map<Node, Map<Integer, String>> handed = new IdentityHashMap<>();

    private ReversePass(GraphWriter writer, BackwardRule rule) {
        this.writer = writer;
        this.rule = rule;
    }

    /**
     * Writes the pass.
     *
     * @param seeds by name of tensor, what the pass starts with there, of that tensor's shape
     * @param leaf where it ends
     * @param rule speaks about every differentiable node between
     */
    public static ReversePass write(GraphWriter writer, Map<String, String> seeds, String leaf, BackwardRule rule) {
        ReversePass pass = new ReversePass(writer, rule);
        pass.dependent.addAll(dependent(writer, leaf));
        seeds.forEach((tensor, seed) -> pass.contribute(tensor, seed));
        pass.run();
        return pass;
    }

    /** The leaf and the float tensors that depend on it in a way that can be differentiated. */
    static Set<String> dependent(GraphWriter writer, String leaf) {
        Set<String> dependent = new HashSet<>(Set.of(leaf));
        for (Node n : writer.graph().nodes()) {
            if (n.inputs().stream().anyMatch(dependent::contains) && isDifferentiable(n)) {
                n.outputs().stream().filter(t -> writer.shape(t) != null).forEach(dependent::add);
            }
        }
        return dependent;
    }

    static boolean isDifferentiable(Node n) {
        Operator operator = Operators.find(n.domain(), n.op());
        return operator != null && operator.gradient() != Operator.Gradient.NONE;
    }

    private void run() {
        List<Node> nodes = writer.graph().nodes();
        for (int k = nodes.size() - 1; k >= 0; k--) {
            Node n = nodes.get(k);
            Map<Integer, String> arrived = new LinkedHashMap<>();
            for (int o = 0; o < n.outputs().size(); o++) {
                String total = at(n.outputs().get(o));
                if (total != null && dependent.contains(n.outputs().get(o))) {
                    arrived.put(o, total);
                }
            }
            List<Integer> inputs = new ArrayList<>();
            for (int i = 0; i < n.inputs().size(); i++) {
                if (dependent.contains(n.input(i))) {
                    inputs.add(i);
                }
            }
            if (!arrived.isEmpty() && !inputs.isEmpty()) {
                Map<Integer, String> found = rule.apply(new BackwardRule.Step(writer, n, inputs, arrived));
                if (found == null) {
                    throw new IllegalStateException("No rule for " + n.label());
                }
                handed.put(n, found);
                found.forEach((i, name) -> contribute(n.input(i), name));
            }
        }
    }

    private void contribute(String tensor, String name) {
        contributions.computeIfAbsent(tensor, k -> new ArrayList<>()).add(name);
    }

    /** Name of all that arrived at a tensor of the graph, or null if nothing did. */
    public @Nullable String at(String tensor) {
        String total = totals.get(tensor);
        List<String> all = contributions.get(tensor);
        if (total == null && all != null) {
            total = writer.sum(all);
            totals.put(tensor, total);
        }
        return total;
    }

    /** What each node on the way handed to its inputs, by their number. */
    public Map<Node, Map<Integer, String>> handed() {
        return handed;
    }
}
