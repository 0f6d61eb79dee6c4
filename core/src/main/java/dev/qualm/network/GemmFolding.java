package dev.qualm.network;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Multiplies the factors alpha and beta of Gemm into its constants: a negative factor turns the sign of every weight, which rules that
 * tell positive from negative weights must see.
 */
final class GemmFolding {
    private GemmFolding() {}

    /** @param inDouble keep the products in FLOAT64 instead of the weight's own type */
    static Graph fold(Graph graph, boolean inDouble) {
        Map<String, Array> constants = new LinkedHashMap<>(graph.initializers());
        List<Node> nodes = new ArrayList<>();
        for (Node n : graph.nodes()) {
            nodes.add(n.domain().isEmpty() && n.op().equals("Gemm") ? folded(n, constants, inDouble) : n);
        }
        return constants.size() == graph.initializers().size()
                ? graph
                : new Graph(graph.name(), graph.opsets(), graph.inputs(), graph.outputs(), nodes, constants);
    }

    private static Node folded(Node n, Map<String, Array> constants, boolean inDouble) {
        float alpha = n.attributes().getFloat("alpha", 1);
        float beta = n.attributes().getFloat("beta", 1);
        Array weight = constants.get(n.input(1));
        Array bias = constants.get(n.input(2));
        boolean biasKnown = bias != null || n.input(2).isEmpty();
        if (alpha == 1 && beta == 1 || weight == null || !weight.dtype().isFloating() || !biasKnown) {
            return n;
        }
        List<String> inputs = new ArrayList<>(List.of(n.input(0), n.output() + ".scaled.weight"));
        constants.put(inputs.get(1), scaled(weight, alpha, inDouble));
        if (bias != null) {
            inputs.add(n.output() + ".scaled.bias");
            constants.put(inputs.get(2), scaled(bias, beta, inDouble));
        }
        Attributes plain = n.attributes().with("alpha", 1f).with("beta", 1f);
        return n.withInputs(inputs).withAttributes(plain);
    }

    private static Array scaled(Array old, double factor, boolean inDouble) {
        double[] values = old.toDoubles().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
        Array array = Array.of(values, old.shape());
        return !inDouble && old.dtype() == DType.FLOAT32 ? array.asFloat32() : array;
    }
}
