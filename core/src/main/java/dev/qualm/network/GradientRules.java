package dev.qualm.network;

import dev.qualm.network.graph.Node;
import java.util.List;
import java.util.Map;

/** Rules of the plain gradient, for reverse passes that differ from it in some nodes. */
public final class GradientRules {
    /** The gradient through any node. */
    public static final BackwardRule GRADIENT = new GradientRule(EngineGradient.INSIDE);

    private GradientRules() {}

    /** The gradient at input {@code i} of the step's node, for another value of what arrived at its output. */
    public static String through(BackwardRule.Step step, int i, String arrived) {
        BackwardRule.Step single = new BackwardRule.Step(step.writer(), step.node(), List.of(i), Map.of(0, arrived));
        return java.util.Objects.requireNonNull(
                java.util.Objects.requireNonNull(GRADIENT.apply(single)).get(i));
    }

    /** As {@link #through(BackwardRule.Step, int, String)}, with other tensors as the node's inputs. */
    public static String at(BackwardRule.Step step, List<String> inputs, int i, String arrived) {
        return EngineGradient.inside(step.writer(), step.node(), inputs, i, Map.of(0, arrived));
    }

    /** The gradient at input {@code i} of a node, dependent or not, for something at its output: summed over the batch for weights. */
    public static String ofInput(GraphWriter w, Node n, int i, String arrived) {
        return EngineGradient.inside(w, n, n.inputs(), i, Map.of(0, arrived));
    }
}
