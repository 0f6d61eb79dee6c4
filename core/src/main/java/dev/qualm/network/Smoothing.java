package dev.qualm.network;

import dev.qualm.array.Array;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Smooth stand-ins of sharpness beta for Relu and Clip. */
/*
 * SmoothClip is one node, as Clip is, and takes its bounds as Clip does: layers keep their names, and rules of explanations that speak about
 * activations see one.
 */
final class Smoothing {
    private Smoothing() {}

    /**
     * @param beta name of the input that holds beta, or empty
     * @param attributes beta, or none
     */
    static Graph smooth(Graph graph, String beta, Attributes attributes) {
        List<Node> nodes = new ArrayList<>();
        for (Node n : graph.nodes()) {
            nodes.add(replaces(graph, n) ? smooth(n, beta, attributes) : n);
        }
        return graph.withNodes(nodes);
    }

    private static Node smooth(Node n, String beta, Attributes attributes) {
        List<String> inputs = new ArrayList<>(n.inputs());
        Attributes all = attributes;
        boolean relu = n.op().equals("Relu");
        if (!relu) {
            for (String bound : List.of("min", "max")) {
                if (n.attributes().has(bound)) {
                    all = all.with(bound, n.attributes().getFloat(bound, 0));
                }
            }
        }
        if (!beta.isEmpty()) {
            while (!relu && inputs.size() < 3) {
                inputs.add("");
            }
            inputs.add(beta);
        }
        return new Node(n.name(), Node.QUALM_DOMAIN, relu ? "Softplus" : "SmoothClip", inputs, n.outputs(), all);
    }

    /** Whether a node has a stand-in. */
    static boolean replaces(Graph graph, Node n) {
        if (!n.domain().isEmpty()) {
            return false;
        }
        if (n.op().equals("Relu")) {
            return true;
        }
        Double low = n.op().equals("Clip") ? bound(graph, n, 1, "min", Double.NEGATIVE_INFINITY) : null;
        Double high = n.op().equals("Clip") ? bound(graph, n, 2, "max", Double.POSITIVE_INFINITY) : null;
        return low != null && high != null && low < high && (Double.isFinite(low) || Double.isFinite(high));
    }

    /** A constant bound in floats, the default where there is none; null where it is computed, or of integers. */
    private static @Nullable Double bound(Graph graph, Node n, int input, String attribute, double otherwise) {
        if (n.input(input).isEmpty()) {
            return n.attributes().has(attribute) ? (double) n.attributes().getFloat(attribute, 0) : otherwise;
        }
        Array value = graph.initializers().get(n.input(input));
        return value != null && value.size() == 1 && value.dtype().isFloating() ? (Double) value.get(0) : null;
    }

    /**
     * The derivative of a SmoothClip, written.
     *
     * @return its name, or null if a bound is not known
     */
    static @Nullable String slope(GraphWriter w, Node n) {
        Double low = bound(w.graph(), n, 1, "min", Double.NEGATIVE_INFINITY);
        Double high = bound(w.graph(), n, 2, "max", Double.POSITIVE_INFINITY);
        if (low == null || high == null) {
            return null;
        }
        if (Double.isInfinite(low)) {
            return soft(w, n, w.node("Sub", w.number(high), n.input(0)));
        }
        String rising = soft(w, n, w.node("Sub", n.input(0), w.number(low)));
        return Double.isInfinite(high)
                ? rising
                : w.node("Sub", rising, soft(w, n, w.node("Sub", n.input(0), w.number(high))));
    }

    private static String soft(GraphWriter w, Node n, String x) {
        Attributes beta = n.attributes().has("beta")
                ? Attributes.NONE.with("beta", n.attributes().getFloat("beta", 1))
                : Attributes.NONE;
        return w.own("SoftplusSlope", n.input(3).isEmpty() ? List.of(x) : List.of(x, n.input(3)), beta);
    }
}
