package dev.qualm.attribution;

import dev.qualm.network.GraphWriter;
import dev.qualm.network.graph.Node;
import java.util.HashSet;
import java.util.Set;

/** Tensors that are never negative, read off the graph. Rules then need no negative part: half the work of z+ and alpha-beta. */
final class NonNegative {
    private static final Set<String> ALWAYS =
            Set.of("Relu", "Sigmoid", "HardSigmoid", "Softplus", "Softmax", "Abs", "Exp");
    private static final Set<String> IF_INPUT = Set.of(
            "MaxPool",
            "AveragePool",
            "GlobalAveragePool",
            "GlobalMaxPool",
            "Flatten",
            "Reshape",
            "Squeeze",
            "Unsqueeze",
            "Transpose",
            "Identity",
            "Dropout",
            "Slice",
            "ReduceMean",
            "ReduceSum",
            "ReduceMax");
    private static final Set<String> IF_INPUTS = Set.of("Add", "Concat", "Mul", "Max");

    private NonNegative() {}

    static Set<String> of(GraphWriter w) {
        Set<String> known = new HashSet<>();
        for (Node n : w.graph().nodes()) {
            if (isNonNegative(w, n, known)) {
                known.addAll(n.outputs());
            }
        }
        return known;
    }

    private static boolean isNonNegative(GraphWriter w, Node n, Set<String> known) {
        if (ALWAYS.contains(n.op()) || n.op().equals("SmoothMaxPool") && known.contains(n.input(0))) {
            return true;
        }
        if (n.op().equals("Clip") || n.op().equals("SmoothClip")) {
            dev.qualm.array.Array low = w.constant(n.input(1));
            return low != null
                    ? low.size() == 1 && low.get(0) >= 0
                    : n.attributes().getFloat("min", -1) >= 0;
        }
        if (IF_INPUT.contains(n.op())) {
            return known.contains(n.input(0));
        }
        return IF_INPUTS.contains(n.op()) && known.containsAll(n.inputs());
    }
}
