package dev.qualm.network.onnx;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.ElementType;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A graph in operators that every ONNX runtime has: nodes of Qualm's own domain are written out. */
final class StandardForm {
    private StandardForm() {}

    static Graph of(Graph graph) {
        Map<String, Long> opsets = new HashMap<>(graph.opsets());
        opsets.remove(Node.QUALM_DOMAIN);
        Map<String, Array> initializers = new LinkedHashMap<>(graph.initializers());
        UniqueNames names = new UniqueNames();
        graph.inputs().forEach(i -> names.reserve(i.name()));
        graph.initializers().keySet().forEach(names::reserve);
        graph.tensors().forEach(names::reserve);
        graph.nodes().forEach(n -> names.reserve(n.name()));
        Set<String> outputs = graph.outputs().stream().map(ValueInfo::name).collect(Collectors.toSet());
        List<Node> nodes = new ArrayList<>();
        List<String> homeless = new ArrayList<>();
        for (Node n : graph.nodes()) {
            if (!n.domain().equals(Node.QUALM_DOMAIN)) {
                narrow(graph, n, outputs, names, nodes);
            } else if (n.op().equals("Softplus")) {
                softplus(new Written(graph, n, names, nodes, initializers));
            } else if (n.op().equals("SmoothClip")) {
                smoothClip(new Written(graph, n, names, nodes, initializers));
            } else {
                homeless.add(n.label());
            }
        }
        if (!homeless.isEmpty()) {
            throw new UnsupportedModelException("The network cannot be written as ONNX: no standard operator does what "
                    + String.join(", ", homeless) + " do; write the network from before that view");
        }
        return new Graph(graph.name(), opsets, graph.inputs(), graph.outputs(), nodes, initializers);
    }

    /** Nodes that do what one of Qualm's own does. */
    private record Written(
            Graph graph, Node node, UniqueNames names, List<Node> nodes, Map<String, Array> initializers) {
        /** Before opset 7 a second operand is broadcast only on request. */
        Attributes broadcast() {
            return graph.opset() < 7 ? Attributes.NONE.with("broadcast", 1L) : Attributes.NONE;
        }

        String write(String op, Attributes attributes, String... in) {
            String name = names.unique(node.name() + "/" + op.toLowerCase(java.util.Locale.ROOT));
            nodes.add(Node.of(name, op, List.of(in), attributes));
            return name;
        }

        String constant(String about, double value) {
            String name = names.unique(node.name() + "/" + about);
            initializers.put(
                    name, isDouble(graph) ? Array.of(new double[] {value}) : Array.of(new float[] {(float) value}));
            return name;
        }

        /** What the node computes last, under the name of its output. */
        void end(String op, Attributes attributes, String... in) {
            nodes.add(new Node(node.name(), "", op, List.of(in), node.outputs(), attributes));
        }

        String beta(int input) {
            return node.input(input).isEmpty()
                    ? constant("beta", node.attributes().getFloat("beta", 1))
                    : node.input(input);
        }

        /** Softplus(beta x), to be divided by beta. */
        String scaledSoftplus(String x, String beta) {
            return write("Softplus", Attributes.NONE, write("Mul", broadcast(), x, beta));
        }
    }

    /** Softplus(beta x) / beta, which is Qualm's Softplus with a beta. */
    private static void softplus(Written w) {
        String beta = w.beta(1);
        w.end("Div", w.broadcast(), w.scaledSoftplus(w.node().input(0), beta), beta);
    }

    /** low + softplus(x - low) - softplus(x - high), or high - softplus(high - x). */
    private static void smoothClip(Written w) {
        String beta = w.beta(3);
        String x = w.node().input(0);
        double low = bound(w, 1, "min", Double.NEGATIVE_INFINITY);
        double high = bound(w, 2, "max", Double.POSITIVE_INFINITY);
        if (Double.isInfinite(low)) {
            String below = w.write("Neg", Attributes.NONE, w.write("Sub", w.broadcast(), x, w.constant("high", high)));
            String soft = w.write("Div", w.broadcast(), w.scaledSoftplus(below, beta), beta);
            w.end("Add", w.broadcast(), w.write("Neg", Attributes.NONE, soft), w.constant("high", high));
            return;
        }
        String soft = w.scaledSoftplus(w.write("Sub", w.broadcast(), x, w.constant("low", low)), beta);
        if (Double.isFinite(high)) {
            String over = w.scaledSoftplus(w.write("Sub", w.broadcast(), x, w.constant("high", high)), beta);
            soft = w.write("Sub", Attributes.NONE, soft, over);
        }
        w.end("Add", w.broadcast(), w.write("Div", w.broadcast(), soft, beta), w.constant("low", low));
    }

    private static double bound(Written w, int input, String attribute, double otherwise) {
        Array value = w.graph().initializers().get(w.node().input(input));
        if (value == null && !w.node().input(input).isEmpty()) {
            throw new UnsupportedModelException(w.node().label() + ": expected constant bounds, but found '"
                    + w.node().input(input) + "'");
        }
        return value != null
                ? value.get(0)
                : w.node().attributes().has(attribute) ? w.node().attributes().getFloat(attribute, 0) : otherwise;
    }

    /** Whether the graph computes in float64: operators take operands of one type only. */
    private static boolean isDouble(Graph graph) {
        boolean doubles = graph.inputs().stream().anyMatch(i -> i.type() == ElementType.DOUBLE);
        boolean floats = false;
        for (Array a : graph.initializers().values()) {
            doubles |= a.dtype() == DType.FLOAT64;
            floats |= a.dtype() == DType.FLOAT32;
        }
        return doubles && !floats;
    }

    /**
     * A node in the types that the written file has: what a Cast narrows to a type that Qualm widens is widened again by a
     * second Cast, and nodes that make such a type make the wider one.
     */
    private static void narrow(Graph graph, Node n, Set<String> outputs, UniqueNames names, List<Node> nodes) {
        boolean cast = n.op().equals("Cast");
        Object code = n.attributes().get(cast ? "to" : "dtype");
        ElementType type = code instanceof Long c ? ElementType.of(c.intValue()) : ElementType.UNDEFINED;
        ElementType wide = ValueInfos.widened(type);
        if (type == wide) {
            nodes.add(n);
        } else if (!cast) {
            nodes.add(n.withAttributes(n.attributes().with("dtype", (long) wide.code())));
        } else if (!outputs.contains(n.output())
                && graph.consumers(n.output()).stream().allMatch(c -> c.op().equals("Cast"))) {
            nodes.add(n);
        } else {
            String narrow = names.unique(n.name() + "/narrow");
            nodes.add(new Node(narrow, "", "Cast", n.inputs(), List.of(narrow), n.attributes()));
            nodes.add(new Node(n.name(), "", "Cast", List.of(narrow), n.outputs(), Attributes.NONE.with("to", (long)
                    wide.code())));
        }
    }
}
