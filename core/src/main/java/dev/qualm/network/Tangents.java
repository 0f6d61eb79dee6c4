package dev.qualm.network;

import dev.qualm.array.Array;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the forward-mode derivative of a graph down as a graph of its own. */
/*
 * A tangent goes through each node in the order of the forward pass: linear nodes act on it as on values, without their biases;
 * activations pass it on where they were not clamped. Whatever has no rule of its own becomes two local reverse sweeps: the engine
 * records the node's product with a cotangent that does not matter, and sweeps that record by the cotangent (Townsend 2017).
 */
final class Tangents {
    /**
     * A forward-mode derivative.
     *
     * @param graph its inputs are the kept tensors, what the locals name, and the direction
     * @param kept tensors of the forward pass that it or its locals read
     * @param direction name of the input that holds the tangent of the leaf
     * @param tangent name of the result, of the output's shape
     * @param locals nodes that the engine differentiates
     */
    record Written(Graph graph, Set<String> kept, String direction, String tangent, List<Local> locals) {}

    /**
     * A node to be recorded by itself.
     *
     * @param products names for its products with a cotangent by number of input
     * @param cotangent name for that cotangent
     */
    record Local(Node node, Map<Integer, String> products, String cotangent) {}

    /** Linear in their first input if the others are constants. */
    private static final Set<String> LINEAR = Set.of(
            "Flatten",
            "Reshape",
            "Squeeze",
            "Unsqueeze",
            "Transpose",
            "GlobalAveragePool",
            "AveragePool",
            "ReduceMean",
            "ReduceSum",
            "Neg",
            "Slice",
            "Div",
            "MatMul",
            "Mul");

    private final Graph graph;
    private final Map<String, int[]> shapes;
    private final Map<String, String> tangents = new HashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Array> initializers = new LinkedHashMap<>();
    private final Set<String> kept = new LinkedHashSet<>();
    private final List<Local> locals = new ArrayList<>();
    private int names;

    private Tangents(Graph graph, Map<String, int[]> shapes) {
        this.graph = graph;
        this.shapes = shapes;
    }

    /**
     * The tangent of {@code output} along a tangent of {@code leaf}.
     *
     * @param shapes as a {@link GraphWriter} takes them
     * @return null if the output does not depend on the leaf, or through an operator of several outputs
     */
    static @Nullable Written of(Graph graph, Map<String, int[]> shapes, String output, String leaf) {
        return new Tangents(graph, shapes).written(output, leaf);
    }

    private @Nullable Written written(String output, String leaf) {
        String direction = name("direction");
        tangents.put(leaf, direction);
        for (Node n : graph.nodes()) {
            boolean reached = n.inputs().stream().anyMatch(tangents::containsKey)
                    && !n.output().equals(leaf);
            if (reached && n.outputs().stream().anyMatch(shapes::containsKey) && ReversePass.isDifferentiable(n)) {
                if (n.outputs().size() > 1) {
                    return null;
                }
                String t = step(n);
                tangents.put(n.output(), t == null ? general(n) : t);
            }
        }
        String found = tangents.get(output);
        if (found == null || output.equals(leaf)) {
            return null;
        }
        String tangent = node("Identity", List.of(found), Attributes.NONE);
        List<ValueInfo> inputs = new ArrayList<>();
        kept.forEach(t -> inputs.add(ValueInfo.floats(t)));
        for (Local local : locals) {
            inputs.add(ValueInfo.floats(local.cotangent()));
            local.products().values().forEach(t -> inputs.add(ValueInfo.floats(t)));
        }
        inputs.add(ValueInfo.floats(direction));
        Graph written = new Graph(
                graph.name(), graph.opsets(), inputs, List.of(ValueInfo.floats(tangent)), nodes, initializers);
        return new Written(written, kept, direction, tangent, locals);
    }

    private @Nullable String step(Node n) {
        if (!n.domain().isEmpty() || graph.opset() < 7) {
            return null;
        }
        String t = tangents.get(n.input(0));
        switch (n.op()) {
            case "Identity", "Dropout" -> {
                return t;
            }
            case "Relu" -> {
                return own("ReluGradient", List.of(t, keep(n.output())), Attributes.NONE);
            }
            case "Clip" -> {
                Attributes bounds = Fusion.bounds(graph, n, Attributes.NONE);
                return bounds == null || t == null ? null : own("ClipGradient", List.of(t, keep(n.output())), bounds);
            }
            case "Add", "Sub" -> {
                return sum(n);
            }
            case "Concat" -> {
                List<String> all = new ArrayList<>();
                for (String i : n.inputs()) {
                    if (!tangents.containsKey(i)) {
                        return null;
                    }
                    all.add(tangents.get(i));
                }
                return node("Concat", all, n.attributes());
            }
            case "Conv", "Gemm" -> {
                boolean plain = t != null && constants(n, 1);
                return plain ? node(n.op(), List.of(t, constant(n.input(1))), n.attributes()) : null;
            }
            default -> {
                if (!LINEAR.contains(n.op())) {
                    return null;
                }
                if (t == null) {
                    boolean right = (n.op().equals("Mul") || n.op().equals("MatMul")) && isConstant(n.input(0));
                    return right
                            ? node(n.op(), List.of(constant(n.input(0)), tangents.get(n.input(1))), n.attributes())
                            : null;
                }
                if (!constants(n, 1)) {
                    return null;
                }
                List<String> inputs = new ArrayList<>(n.inputs());
                inputs.set(0, t);
                n.inputs().stream().skip(1).filter(i -> !i.isEmpty()).forEach(this::constant);
                return node(n.op(), inputs, n.attributes());
            }
        }
    }

    /** A summand that is spread over the other's axes would have to be spread here too. */
    private @Nullable String sum(Node n) {
        String left = tangents.get(n.input(0));
        String right = tangents.get(n.input(1));
        if (left != null && right != null) {
            return node(n.op(), List.of(left, right), Attributes.NONE);
        }
        String one = left != null ? left : right;
        boolean whole = Arrays.equals(shapes.get(n.input(left != null ? 0 : 1)), shapes.get(n.output()));
        if (!whole || one == null) {
            return null;
        }
        return left == null && n.op().equals("Sub") ? node("Neg", List.of(one), Attributes.NONE) : one;
    }

    private String general(Node n) {
        Map<Integer, String> products = new LinkedHashMap<>();
        String cotangent = name("cotangent");
        String total = null;
        for (int i = 0; i < n.inputs().size(); i++) {
            String t = tangents.get(n.input(i));
            if (t != null) {
                String product = name("product");
                products.put(i, product);
                String part = own("LocalGradient", List.of(t, product, cotangent), Attributes.NONE);
                total = total == null ? part : node("Add", List.of(total, part), Attributes.NONE);
            }
            if (!n.input(i).isEmpty() && !isConstant(n.input(i))) {
                kept.add(n.input(i));
            }
        }
        locals.add(new Local(n, products, cotangent));
        return java.util.Objects.requireNonNull(total);
    }

    /** Whether all inputs from {@code first} on are constants or absent. */
    private boolean constants(Node n, int first) {
        return n.inputs().stream().skip(first).allMatch(i -> i.isEmpty() || isConstant(i));
    }

    private boolean isConstant(String name) {
        return graph.initializers().containsKey(name);
    }

    private String constant(String name) {
        initializers.put(
                name, java.util.Objects.requireNonNull(graph.initializers().get(name)));
        return name;
    }

    private String keep(String tensor) {
        kept.add(tensor);
        return tensor;
    }

    private String node(String op, List<String> inputs, Attributes attributes) {
        String name = name(op);
        nodes.add(Node.of(name, op, inputs, attributes));
        return name;
    }

    private String own(String op, List<String> inputs, Attributes attributes) {
        String name = name(op);
        nodes.add(new Node(name, Node.QUALM_DOMAIN, op, inputs, List.of(name), attributes));
        return name;
    }

    /** Names that no file has a reason to hold. */
    private String name(String about) {
        return "\u0307" + names++ + ":" + about;
    }
}
