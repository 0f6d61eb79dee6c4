package dev.qualm.network.graph;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A network as data: nodes in topological order, each a unique call, joined by tensor names.
 *
 * <p>Every tensor has one producer: a graph input, an initializer or a node. The constructor checks this and sorts the nodes,
 * so a graph that exists is acyclic and complete. Transformations (views) make new graphs that share unchanged initializers.
 *
 * @param opsets operator set version by domain; the standard domain is the empty string
 * @param inputs the real inputs, initializers excluded
 * @param initializers constant tensors by name: weights, and the shape constants of the exporter
 */
public record Graph(
        String name,
        Map<String, Long> opsets,
        List<ValueInfo> inputs,
        List<ValueInfo> outputs,
        List<Node> nodes,
        Map<String, Array> initializers) {

    public Graph {
        opsets = Map.copyOf(opsets);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        initializers = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(initializers));
        nodes = sorted(inputs, nodes, initializers);
        Set<String> known = new HashSet<>(initializers.keySet());
        inputs.forEach(i -> known.add(i.name()));
        nodes.forEach(n -> known.addAll(n.outputs()));
        for (ValueInfo out : outputs) {
            if (!known.contains(out.name())) {
                throw new UnsupportedModelException(
                        "Output '" + out.name() + "' is produced by no node, input or initializer");
            }
        }
    }

    /** Version of the standard operator set. */
    public int opset() {
        return (int) (long) opsets.getOrDefault("", 1L);
    }

    /** The node that produces a tensor, or null for inputs, initializers and unknown names. */
    public @Nullable Node producer(String tensor) {
        for (Node n : nodes) {
            if (n.outputs().contains(tensor)) {
                return n;
            }
        }
        return null;
    }

    /** The nodes that read a tensor, in order. */
    public List<Node> consumers(String tensor) {
        return nodes.stream().filter(n -> n.inputs().contains(tensor)).toList();
    }

    /** Names of all tensors that nodes produce, in order. */
    public Set<String> tensors() {
        Set<String> names = new LinkedHashSet<>();
        for (Node n : nodes) {
            n.outputs().stream().filter(o -> !o.isEmpty()).forEach(names::add);
        }
        return names;
    }

    /** The same graph with other nodes; order does not matter. */
    public Graph withNodes(List<Node> newNodes) {
        return new Graph(name, opsets, inputs, outputs, newNodes, initializers);
    }

    /** The same graph with some initializers added or replaced. */
    public Graph withInitializers(Map<String, Array> changed) {
        Map<String, Array> all = new LinkedHashMap<>(initializers);
        all.putAll(changed);
        return new Graph(name, opsets, inputs, outputs, nodes, all);
    }

    /**
     * The float initializers that differ from another graph's which is otherwise the same.
     *
     * @return by name, empty if none differs; null if the graphs differ in anything else
     */
    @SuppressWarnings("ReferenceEquality") // unchanged parts are the same objects
    public @Nullable Map<String, Array> weightsChangedFrom(Graph other) {
        if (nodes.size() != other.nodes.size()
                || initializers.size() != other.initializers.size()
                || !inputs.equals(other.inputs)
                || !outputs.equals(other.outputs)
                || !opsets.equals(other.opsets)) {
            return null;
        }
        for (int i = 0; i < nodes.size(); i++) {
            if (nodes.get(i) != other.nodes.get(i)) {
                return null;
            }
        }
        Map<String, Array> changed = new HashMap<>();
        for (Map.Entry<String, Array> e : initializers.entrySet()) {
            Array mine = e.getValue();
            Array old = other.initializers.get(e.getKey());
            if (mine == old) {
                continue;
            }
            if (old == null
                    || !mine.dtype().isFloating()
                    || mine.dtype() != old.dtype()
                    || !Arrays.equals(mine.shape(), old.shape())) {
                return null;
            }
            changed.put(e.getKey(), mine);
        }
        return changed;
    }

    /** The part of the graph needed to compute the given tensors; nodes and initializers without use are dropped. */
    public Graph prune(Collection<String> wanted) {
        Map<String, Node> producers = new HashMap<>();
        nodes.forEach(n -> n.outputs().forEach(o -> producers.put(o, n)));
        Set<Node> keep = java.util.Collections.newSetFromMap(new java.util.IdentityHashMap<>());
        Set<String> used = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(wanted);
        while (!open.isEmpty()) {
            String tensor = open.pop();
            if (!used.add(tensor)) {
                continue;
            }
            Node producer = producers.get(tensor);
            if (producer != null && keep.add(producer)) {
                open.addAll(producer.inputs());
            }
        }
        Map<String, Array> weights = new LinkedHashMap<>(initializers);
        weights.keySet().retainAll(used);
        List<ValueInfo> outs =
                outputs.stream().filter(o -> used.contains(o.name())).toList();
        return new Graph(
                name,
                opsets,
                inputs,
                outs,
                nodes.stream().filter(keep::contains).toList(),
                weights);
    }

    private static List<Node> sorted(List<ValueInfo> inputs, List<Node> nodes, Map<String, Array> initializers) {
        Map<String, Node> producers = new HashMap<>();
        Set<String> ready = new HashSet<>(initializers.keySet());
        inputs.forEach(i -> ready.add(i.name()));
        Set<String> names = new HashSet<>();
        for (Node n : nodes) {
            if (!names.add(n.name())) {
                throw new UnsupportedModelException("Two nodes are named '" + n.name() + "'; names must be unique");
            }
            for (String o : n.outputs()) {
                if (!o.isEmpty() && (ready.contains(o) || producers.put(o, n) != null)) {
                    throw new UnsupportedModelException(
                            "Tensor '" + o + "' is produced twice, the second time by " + n.label());
                }
            }
        }
        // Kahn's algorithm, iterative (hostile files nest deeply). Of the nodes that are ready the first in the given
        // order
        // comes next, so that a sorted list stays as it is.
        Map<Node, Integer> missing = new java.util.IdentityHashMap<>();
        Map<String, List<Node>> waiting = new HashMap<>();
        Map<Node, Integer> position = new java.util.IdentityHashMap<>();
        PriorityQueue<Node> open = new PriorityQueue<>(Comparator.comparingInt(n -> position.getOrDefault(n, 0)));
        for (Node n : nodes) {
            position.put(n, position.size());
            int count = 0;
            for (String in : new LinkedHashSet<>(n.inputs())) {
                if (in.isEmpty() || ready.contains(in)) {
                    continue;
                }
                if (!producers.containsKey(in)) {
                    throw new UnsupportedModelException(
                            "Input '" + in + "' of " + n.label() + " is produced by no node, input or initializer");
                }
                waiting.computeIfAbsent(in, k -> new ArrayList<>()).add(n);
                count++;
            }
            missing.put(n, count);
            if (count == 0) {
                open.add(n);
            }
        }
        List<Node> order = new ArrayList<>(nodes.size());
        while (!open.isEmpty()) {
            Node n = open.poll();
            order.add(n);
            for (String o : n.outputs()) {
                for (Node w : waiting.getOrDefault(o, List.of())) {
                    if (missing.merge(w, -1, Integer::sum) == 0) {
                        open.add(w);
                    }
                }
            }
        }
        if (order.size() != nodes.size()) {
            Node stuck = nodes.stream()
                    .filter(n -> missing.getOrDefault(n, 0) > 0)
                    .findFirst()
                    .orElseThrow();
            throw new UnsupportedModelException("The graph has a cycle through " + stuck.label());
        }
        return List.copyOf(order);
    }
}
