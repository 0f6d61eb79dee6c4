package dev.qualm.cli;

import dev.qualm.network.Network;
import dev.qualm.network.Structure;
import dev.qualm.network.graph.ElementType;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.operator.Operator;
import dev.qualm.network.operator.Operators;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether the gradient of the logits comes back to the input.
 *
 * @param tensor what input gradients refer to
 * @param reached whether some path of differentiable operators joins it to the logits
 * @param blockedBy the operators on the way whose gradient is zero or undefined everywhere, for example Round or
 *     ArgMax. Where the gradient arrives nevertheless, they stand on side paths
 */
record GradientPath(String tensor, boolean reached, List<NodeName> blockedBy) {
    private static final Set<String> SHAPES = Set.of("Shape", "Size");

    /** A node by its operator and its name. */
    record NodeName(String op, String node) {}

    GradientPath {
        blockedBy = List.copyOf(blockedBy);
    }

    static GradientPath of(Graph graph, String from, String logits) {
        Set<String> flowing = new HashSet<>(Set.of(from));
        List<NodeName> blocked = new ArrayList<>();
        for (Node n : graph.prune(List.of(logits)).nodes()) {
            if (n.inputs().stream().noneMatch(flowing::contains)) {
                continue;
            }
            if (passes(n)) {
                flowing.addAll(n.outputs());
            } else if (!SHAPES.contains(n.op())) {
                blocked.add(new NodeName(n.op(), n.name()));
            }
        }
        boolean isInput = graph.inputs().stream().anyMatch(i -> i.name().equals(from));
        boolean somethingBetween = isInput || !from.equals(logits);
        return new GradientPath(from, somethingBetween && flowing.contains(logits), blocked);
    }

    /** Why no gradient comes from a network's logits back to its input, a sentence without full stop; else empty. */
    static String problem(Network network) {
        Structure s = network.structure();
        GradientPath path = of(network.graph(), s.differentiable(), s.logits());
        String through = path.blockedBy().stream()
                .map(n -> n.op() + " '" + n.node() + "'")
                .collect(Collectors.joining(", "));
        return path.reached()
                ? ""
                : "Every gradient of this model is zero: none comes from '" + s.logits() + "' back to '" + path.tensor()
                        + "'" + (through.isEmpty() ? "" : " through " + through);
    }

    private static boolean passes(Node n) {
        Operator operator = Operators.find(n.domain(), n.op());
        boolean toInteger = n.op().equals("Cast")
                && !ElementType.of((int) n.attributes().getInt("to", ElementType.FLOAT.code()))
                        .isFloating();
        return operator != null && operator.gradient() == Operator.Gradient.DIFFERENTIABLE && !toInteger;
    }
}
