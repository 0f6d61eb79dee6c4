package dev.qualm.attribution;

import dev.qualm.network.GraphWriter;
import dev.qualm.network.graph.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Finds tensors from which the logits are an affine function, whatever else depends on the input. */
final class AffineSuffix {
    private static final Set<String> MOVES = Set.of(
            "Identity",
            "Dropout",
            "Flatten",
            "Reshape",
            "Squeeze",
            "Unsqueeze",
            "Transpose",
            "Concat",
            "Slice",
            "Pad",
            "Expand");

    private AffineSuffix() {}

    /** Whether the logits are affine in a tensor when everything that does not come after it is fixed. */
    static boolean of(GraphWriter w, String tensor, String logits) {
        Set<String> after = new HashSet<>(Set.of(tensor));
        for (Node n : w.graph().nodes()) {
            List<Integer> inputs = new ArrayList<>();
            for (int i = 0; i < n.inputs().size(); i++) {
                if (after.contains(n.input(i))) {
                    inputs.add(i);
                }
            }
            if (inputs.isEmpty() || n.outputs().contains(tensor)) {
                continue;
            }
            if (!isAffine(w, n, inputs)) {
                return false;
            }
            after.addAll(n.outputs());
        }
        return after.contains(logits);
    }

    private static boolean isAffine(GraphWriter w, Node n, List<Integer> inputs) {
        NodeKind kind = NodeKind.of(w, n, inputs);
        return switch (kind) {
            case CONVOLUTION, DENSE, AVERAGE, SUM, SHIFT -> true;
            case NORMALIZATION -> n.op().equals("BatchNormalization");
            case MOVE -> MOVES.contains(n.op()) && inputs.contains(0);
            case ACTIVATION, OTHER -> false;
        };
    }
}
