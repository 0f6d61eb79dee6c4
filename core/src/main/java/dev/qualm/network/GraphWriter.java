package dev.qualm.network;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes nodes behind those of a graph: derivatives and explanations as graphs of their own. New tensors get names that no file has
 * a reason to hold. Nodes that are written read tensors of the graph, constants, and each other.
 */
/*
 * Standard operators are written as of a recent operator set. In a graph of an older one they stand in the domain under its long
 * name, ai.onnx, which has a version of its own.
 */
public final class GraphWriter {
    private static final long OPSET = 17;
    private static final String LONG_NAME = "ai.onnx";

    private final Graph graph;
    private final Map<String, int[]> shapes;
    private final Precision precision;
    private final String mark;
    private final String domain;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Array> initializers = new LinkedHashMap<>();
    private final List<ValueInfo> inputs = new ArrayList<>();
    private final Map<Written, String> written = new HashMap<>();
    private int names;

    private record Written(String domain, String op, List<String> inputs, Attributes attributes) {
        Written {
            inputs = List.copyOf(inputs);
        }
    }

    /**
     * @param shapes of the graph's float tensors and inputs, for some batch of at least two items, or of one if what is written is
     *     for batches of one; all but the batch axis are fixed
     * @param precision that numbers take
     * @param mark begins every new name
     */
    GraphWriter(Graph graph, Map<String, int[]> shapes, Precision precision, String mark) {
        this.graph = graph;
        this.precision = precision;
        this.shapes = shapes;
        this.mark = unused(graph, mark);
        this.domain = graph.opset() >= 13 ? "" : LONG_NAME;
    }

    /** A graph may itself have been written so. */
    private static String unused(Graph graph, String mark) {
        Set<String> taken = new HashSet<>(graph.tensors());
        taken.addAll(graph.initializers().keySet());
        graph.inputs().forEach(i -> taken.add(i.name()));
        String candidate = mark;
        while (isTaken(candidate, mark, taken)) {
            candidate += mark;
        }
        return candidate;
    }

    private static boolean isTaken(String candidate, String mark, Set<String> taken) {
        return taken.stream().anyMatch(t -> t.startsWith(candidate) && !t.startsWith(candidate + mark));
    }

    /** The graph that is written to; it does not change. */
    public Graph graph() {
        return graph;
    }

    /** Shape of a float tensor of the graph, axis 0 being the batch as a rule; null for any other tensor. */
    public int @Nullable [] shape(String tensor) {
        return shapes.get(tensor);
    }

    /** Value of an initializer of the graph or of a new constant, or null. */
    public @Nullable Array constant(String tensor) {
        Array old = graph.initializers().get(tensor);
        return old != null ? old : initializers.get(tensor);
    }

    /** Whether a node is of the standard domain, whichever way that is named. */
    public static boolean isStandard(Node n) {
        return n.domain().isEmpty() || n.domain().equals(LONG_NAME);
    }

    /** Writes a node of the standard domain and returns the name of its output. */
    public String node(String op, List<String> in, Attributes attributes) {
        return write(domain, op, in, attributes);
    }

    /** As {@link #node(String, List, Attributes)} without attributes. */
    public String node(String op, String... in) {
        return node(op, List.of(in), Attributes.NONE);
    }

    /** Writes a node of Qualm's own domain and returns the name of its output. */
    public String own(String op, List<String> in, Attributes attributes) {
        return write(Node.QUALM_DOMAIN, op, in, attributes);
    }

    /** As {@link #own(String, List, Attributes)} without attributes. */
    public String own(String op, String... in) {
        return own(op, List.of(in), Attributes.NONE);
    }

    /** Writes a node like another, of its own domain and version, that reads other tensors. */
    public String like(Node n, List<String> in) {
        return like(n, in, n.attributes());
    }

    /** As {@link #like(Node, List)} with other attributes. */
    public String like(Node n, List<String> in, Attributes attributes) {
        return write(n.domain(), n.op(), in, attributes);
    }

    private String write(String ofDomain, String op, List<String> in, Attributes attributes) {
        in.forEach(this::use);
        // The same node of the same tensors is computed once; nothing random is ever written.
        return written.computeIfAbsent(new Written(ofDomain, op, in, attributes), k -> {
            String name = name(op);
            nodes.add(new Node(name, ofDomain, op, in, List.of(name), attributes));
            return name;
        });
    }

    /** A new constant. */
    public String constant(String about, Array value) {
        String name = name(about);
        initializers.put(name, value);
        return name;
    }

    /** A new constant in place of a weight, in the digits that the network computes in. */
    public String weight(double[] values, Array like, int... shape) {
        boolean single = precision == Precision.FLOAT32 && like.dtype() == DType.FLOAT32;
        Array array = Array.of(values, shape);
        return constant("weight", single ? array.asFloat32() : array);
    }

    /** A new constant of one number, which spreads over any shape. */
    public String number(double value) {
        Array array = Array.of(new double[] {value});
        return constant("number", precision == Precision.FLOAT64 ? array : array.asFloat32());
    }

    /** A new input of the whole graph, for example a cotangent. */
    public String input(ValueInfo info) {
        inputs.add(info);
        return info.name();
    }

    /** A new float input of any shape. */
    public String input(String about) {
        return input(new ValueInfo(name(about), dev.qualm.network.graph.ElementType.FLOAT, null));
    }

    /** The sum of tensors of one shape. */
    public String sum(List<String> tensors) {
        String sum = tensors.get(0);
        for (String next : tensors.subList(1, tensors.size())) {
            sum = node("Add", sum, next);
        }
        return sum;
    }

    private void use(String tensor) {
        Array weight = constant(tensor);
        if (weight != null) {
            initializers.put(tensor, weight);
        }
    }

    /** A name that nothing in the graph has. */
    public String fresh(String about) {
        return name(about);
    }

    String name(String about) {
        return mark + names++ + ":" + about;
    }

    /**
     * What was written, in two graphs.
     *
     * @param early the graph and the nodes that the late inputs do not reach: they need not be computed again for others
     * @param late the rest
     * @param between tensors of the former that the latter reads
     */
    record Parts(Graph early, Graph late, Set<String> between) {}

    /** Cuts what was written at the inputs that are known late, some of which this writer's graphs do not have yet. */
    Parts parts(Collection<String> lateInputs, String output) {
        Set<String> reached = new HashSet<>(lateInputs);
        List<Node> early = new ArrayList<>(graph.nodes());
        List<Node> late = new ArrayList<>();
        for (Node n : nodes) {
            if (n.inputs().stream().anyMatch(reached::contains)) {
                reached.addAll(n.outputs());
                late.add(n);
            } else {
                early.add(n);
            }
        }
        Map<String, Array> constants = new LinkedHashMap<>(graph.initializers());
        constants.putAll(initializers);
        Set<String> between = new LinkedHashSet<>();
        late.forEach(n -> n.inputs().stream()
                .filter(t -> !t.isEmpty() && !reached.contains(t) && !constants.containsKey(t))
                .forEach(between::add));
        List<ValueInfo> inputsOfLate = new ArrayList<>();
        between.forEach(t -> inputsOfLate.add(ValueInfo.floats(t)));
        lateInputs.forEach(t -> inputsOfLate.add(ValueInfo.floats(t)));
        Graph before = new Graph(graph.name(), opsets(), graph.inputs(), graph.outputs(), early, constants);
        Graph after =
                new Graph(graph.name(), opsets(), inputsOfLate, List.of(ValueInfo.floats(output)), late, initializers);
        return new Parts(before, after, between);
    }

    /** The graph and what was written together. */
    Graph joined() {
        List<ValueInfo> allInputs = new ArrayList<>(graph.inputs());
        allInputs.addAll(inputs);
        List<Node> allNodes = new ArrayList<>(graph.nodes());
        allNodes.addAll(nodes);
        Map<String, Array> constants = new LinkedHashMap<>(graph.initializers());
        constants.putAll(initializers);
        return new Graph(graph.name(), opsets(), allInputs, graph.outputs(), allNodes, constants);
    }

    private Map<String, Long> opsets() {
        Map<String, Long> all = new LinkedHashMap<>(graph.opsets());
        all.put(LONG_NAME, OPSET);
        return all;
    }
}
