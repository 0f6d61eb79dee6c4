package dev.qualm.manipulation;

import dev.qualm.network.Network;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The nodes of a network with kinks: where the gradient jumps, no Hessian sees it, and bounds from curvature are void
 * (Dombrowski et al. 2019, theorem 1, is about linear layers and softplus).
 *
 * <p>Only nodes between the input and the output count. Operators that round or compare have a derivative of zero or none at
 * all, and belong here as well.
 */
public final class NonSmoothNodes {
    private static final Set<String> KINKED = Set.of(
            "Relu",
            "LeakyRelu",
            "PRelu",
            "ThresholdedRelu",
            "Selu",
            "HardSigmoid",
            "HardSwish",
            "Shrink",
            "MaxPool",
            "LpPool",
            "GlobalMaxPool",
            "GlobalLpPool",
            "MaxRoiPool",
            "Abs",
            "Sign",
            "Clip",
            "Max",
            "Min",
            "ReduceMax",
            "ReduceMin",
            "ReduceL1",
            "ReduceL2",
            "TopK",
            "Where",
            "Floor",
            "Ceil",
            "Round",
            "Mod",
            "ArgMax",
            "ArgMin",
            "Hardmax",
            "GreaterOrEqual",
            "Greater",
            "Less",
            "LessOrEqual",
            "Equal");

    private NonSmoothNodes() {}

    /** Nodes on the way from the network's differentiable tensor to its logits. */
    public static List<String> of(Network network) {
        return of(
                network.graph(),
                network.structure().differentiable(),
                network.structure().logits());
    }

    /**
     * Nodes on the way from one tensor to another, in the order of the graph.
     *
     * @return their labels, for example {@code MaxPool 'pool1'}; empty if the way is smooth
     */
    public static List<String> of(Graph graph, String from, String to) {
        Set<String> reached = new HashSet<>(Set.of(from));
        List<String> found = new ArrayList<>();
        for (Node n : graph.prune(List.of(to)).nodes()) {
            if (n.inputs().stream().noneMatch(reached::contains)) {
                continue;
            }
            reached.addAll(n.outputs());
            if (isKinked(n)) {
                found.add(n.label());
            }
        }
        return found;
    }

    /** Elu and Celu are once differentiable with alpha 1 only; their second derivative jumps, which a bound survives. */
    private static boolean isKinked(Node n) {
        if (!n.domain().isEmpty()) {
            return false;
        }
        return KINKED.contains(n.op())
                || (n.op().equals("Elu") && n.attributes().getFloat("alpha", 1) != 1);
    }
}
