package dev.qualm.network;

import dev.qualm.network.graph.Node;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a reverse pass goes through a node: the gradient's way, or another that hands on relevance.
 *
 * <p>A rule writes nodes and names tensors; it computes nothing itself.
 */
@FunctionalInterface
public interface BackwardRule {
    /**
     * Goes through one node.
     *
     * @return by number of input, one of {@link Step#inputs()}, the name of what that input gets, of its shape; those left out get
     *     nothing. Null if the rule does not speak about this node
     */
    @Nullable
    Map<Integer, String> apply(Step step);

    /**
     * A node on the way back.
     *
     * @param inputs numbers of its inputs that lead to the leaf, in order
     * @param arrived by number of output, the name of what arrived there, of that output's shape
     */
    record Step(GraphWriter writer, Node node, List<Integer> inputs, Map<Integer, String> arrived) {
        /** What arrived at the node's only output, or at the first of several that anything arrived at. */
        public String relevance() {
            return arrived.values().iterator().next();
        }
    }

    /** This rule; where it does not speak, another. */
    default BackwardRule orElse(BackwardRule other) {
        return step -> {
            Map<Integer, String> found = apply(step);
            return found == null ? other.apply(step) : found;
        };
    }
}
