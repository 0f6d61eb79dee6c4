package dev.qualm.attribution;

import dev.qualm.network.graph.Node;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes an entry of a {@link Composite} speaks about: all that satisfy every part.
 *
 * @param kinds of node
 * @param operators ONNX operator names, or empty for any
 * @param name of the node, matched as a whole, or null for any
 * @param fromDepth least number of linear layers between the input and the node
 * @param toDepth largest such number
 */
public record Selector(
        Set<NodeKind> kinds,
        Set<String> operators,
        @Nullable Pattern name,
        int fromDepth,
        int toDepth) {
    public Selector {
        kinds = Set.copyOf(kinds);
        operators = Set.copyOf(operators);
    }

    /** All nodes of the given kinds. */
    public static Selector of(NodeKind... kinds) {
        return new Selector(Set.of(kinds), Set.of(), null, 0, Integer.MAX_VALUE);
    }

    /** All convolutions and dense layers. */
    public static Selector linear() {
        return of(NodeKind.CONVOLUTION, NodeKind.DENSE);
    }

    /** Of these nodes those with no linear layer before them. */
    public Selector first() {
        return depth(0, 0);
    }

    /** Of these nodes those with so many linear layers before them. */
    public Selector depth(int from, int to) {
        return new Selector(kinds, operators, name, from, to);
    }

    /** Of these nodes those of the given ONNX operators. */
    public Selector operators(String... ops) {
        return new Selector(kinds, Set.of(ops), name, fromDepth, toDepth);
    }

    /** Of these nodes those whose name matches a regular expression as a whole. */
    public Selector named(String regex) {
        return new Selector(kinds, operators, Pattern.compile(regex), fromDepth, toDepth);
    }

    boolean matches(Node n, NodeKind kind, int depth) {
        return kinds.contains(kind)
                && (operators.isEmpty() || operators.contains(n.op()))
                && (name == null || name.matcher(n.name()).matches())
                && depth >= fromDepth
                && depth <= toDepth;
    }

    @Override
    public String toString() {
        String depth = fromDepth == 0 && toDepth == 0
                ? "first "
                : fromDepth > 0 || toDepth < Integer.MAX_VALUE ? "depth " + fromDepth + ".." + toDepth + " " : "";
        return depth
                + kinds.stream().sorted().map(NodeKind::label).collect(Collectors.joining(" or "))
                + (operators.isEmpty() ? "" : " " + operators)
                + (name == null ? "" : " named " + name);
    }
}
