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
                softplus(graph, n, names, nodes, initializers);
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

    /** Softplus(beta x) / beta, which is Qualm's Softplus with a beta. */
    private static void softplus(
            Graph graph, Node n, UniqueNames names, List<Node> nodes, Map<String, Array> initializers) {
        float beta = n.attributes().getFloat("beta", 1);
        String constant = names.unique(n.name() + "/beta");
        String scaled = names.unique(n.name() + "/scaled");
        String soft = names.unique(n.name() + "/softplus");
        initializers.put(constant, isDouble(graph) ? Array.of(new double[] {beta}) : Array.of(new float[] {beta}));
        // Before opset 7 a second operand is broadcast only on request.
        Attributes broadcast = graph.opset() < 7 ? Attributes.NONE.with("broadcast", 1L) : Attributes.NONE;
        nodes.add(Node.of(scaled, "Mul", List.of(n.input(0), constant), broadcast));
        nodes.add(Node.of(soft, "Softplus", List.of(scaled), Attributes.NONE));
        nodes.add(new Node(n.name(), "", "Div", List.of(soft, constant), n.outputs(), broadcast));
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
