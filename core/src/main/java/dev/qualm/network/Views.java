package dev.qualm.network;

import dev.qualm.ShapeException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The views Qualm's own methods are built on. */
public final class Views {
    private Views() {}

    /**
     * Replaces initializers.
     *
     * @param weights new values by initializer name; each must have the shape of the one it replaces
     */
    public static View weights(Map<String, Array> weights) {
        Map<String, Array> changed = Map.copyOf(weights);
        return graph -> {
            Map<String, Array> typed = new HashMap<>();
            changed.forEach((name, value) -> {
                Array old = graph.initializers().get(name);
                if (old == null) {
                    throw new UnsupportedModelException("The network has no weight '" + name + "'; it has "
                            + graph.initializers().keySet());
                }
                if (!Arrays.equals(old.shape(), value.shape())
                        || old.dtype().isFloating() != value.dtype().isFloating()) {
                    throw new ShapeException("Weight '" + name + "': expected " + old + ", but found " + value);
                }
                typed.put(name, value);
            });
            return graph.withInitializers(typed);
        };
    }

    /**
     * Softplus(beta x) / beta in place of every Relu (Dombrowski et al. 2019, section 3.3): smooth, twice differentiable, and
     * equal to Relu as beta grows. In place of every Clip between constants a and b, such as ReLU6, stands
     * {@code a + softplus(x - a) - softplus(x - b)}, of either bound alone the same without the other. Clip with bounds that are computed
     * stays.
     *
     * @param beta sharpness, positive
     */
    public static View softplus(double beta) {
        if (!(beta > 0)) {
            throw new IllegalArgumentException("beta must be positive, but found " + beta);
        }
        return graph -> Smoothing.smooth(graph, "", Attributes.NONE.with("beta", (float) beta));
    }

    /**
     * As {@link #softplus(double)}, with the sharpness as one more input of the network: a number, that is an array of no axes, which may
     * differ from run to run.
     *
     * @param input name of that input
     */
    public static View softplus(String input) {
        return graph -> {
            List<ValueInfo> inputs = new ArrayList<>(graph.inputs());
            inputs.add(ValueInfo.floats(input));
            Graph more = new Graph(
                    graph.name(), graph.opsets(), inputs, graph.outputs(), graph.nodes(), graph.initializers());
            return Smoothing.smooth(more, input, Attributes.NONE);
        };
    }

    /** Whether {@link #softplus(double)} replaces anything. */
    public static boolean isSmoothable(Graph graph) {
        return graph.nodes().stream().anyMatch(n -> Smoothing.replaces(graph, n));
    }

    /**
     * A log-sum-exp maximum of sharpness beta in place of every MaxPool, so that second derivatives exist there too.
     *
     * @param beta sharpness, positive
     */
    public static View smoothMaxPool(double beta) {
        if (!(beta > 0)) {
            throw new IllegalArgumentException("beta must be positive, but found " + beta);
        }
        return replace(
                "MaxPool",
                n -> new Node(
                        n.name(),
                        Node.QUALM_DOMAIN,
                        "SmoothMaxPool",
                        n.inputs(),
                        n.outputs(),
                        n.attributes().with("beta", (float) beta)));
    }

    /** Folds every BatchNormalization that directly follows a Conv, ConvTranspose or Gemm into that layer. */
    public static View foldBatchNorm() {
        return graph -> BatchNormFolding.fold(graph, tensor -> true, false);
    }

    /** Applies {@code change} to every node of a standard operator. */
    public static View replace(String op, UnaryOperator<Node> change) {
        return graph -> {
            List<Node> nodes = new ArrayList<>();
            for (Node n : graph.nodes()) {
                nodes.add(n.domain().isEmpty() && n.op().equals(op) ? change.apply(n) : n);
            }
            return graph.withNodes(nodes);
        };
    }
}
