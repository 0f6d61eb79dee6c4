package dev.qualm.attribution;

import dev.qualm.UnsupportedModelException;
import dev.qualm.network.BackwardRule;
import dev.qualm.network.GradientRules;
import dev.qualm.network.GraphWriter;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Writes a {@link Composite}: finds the entry for each node and hands relevance through it. */
final class CompositeRule implements BackwardRule {
    private static final Set<String> PRODUCTS = Set.of("Mul", "MatMul", "Einsum", "Gemm", "Conv", "ConvTranspose");

    private final Composite composite;
    private final @Nullable Bounds bounds;
    private final Set<String> nonNegative;
    private final Map<String, Integer> depths;
    private final Set<Composite.Entry> used = new HashSet<>();
    private final Set<String> fallbacks = new LinkedHashSet<>();
    private final Map<String, Set<String>> unrectified = new TreeMap<>();

    CompositeRule(Composite composite, @Nullable Bounds bounds, ReverseContext context) {
        this.composite = composite;
        this.bounds = bounds;
        this.nonNegative = NonNegative.of(context.writer());
        this.depths = depths(context.writer(), context.leaf());
    }

    /** Number of linear layers before each tensor that depends on the leaf, on the longest way. */
    private static Map<String, Integer> depths(GraphWriter w, String leaf) {
        Map<String, Integer> depths = new HashMap<>(Map.of(leaf, 0));
        for (Node n : w.graph().nodes()) {
            int depth = -1;
            for (String i : n.inputs()) {
                depth = Math.max(depth, depths.getOrDefault(i, -1));
            }
            if (depth >= 0) {
                int after = depth + (LinearLayer.of(w, n) != null ? 1 : 0);
                n.outputs().forEach(o -> depths.put(o, after));
            }
        }
        return depths;
    }

    @Override
    public Map<Integer, String> apply(Step step) {
        Node n = step.node();
        NodeKind kind = NodeKind.of(step.writer(), n, step.inputs());
        int depth = depths.getOrDefault(n.input(step.inputs().get(0)), 0);
        List<Composite.Entry> matching = composite.entries().stream()
                .filter(e -> e.selector().matches(n, kind, depth))
                .toList();
        used.addAll(matching);
        if (!matching.isEmpty()) {
            return through(step, matching.get(0).rule(), kind);
        }
        if (composite.fallback() == Composite.Fallback.ERROR) {
            throw new UnsupportedModelException(n.label() + ": composite " + composite.name()
                    + " has no rule for it; add an entry for " + kind.label() + " nodes, or choose a fallback");
        }
        fallbacks.add(n.label());
        return composite.fallback() == Composite.Fallback.GRADIENT
                ? java.util.Objects.requireNonNull(GradientRules.GRADIENT.apply(step))
                : norm(step);
    }

    private Map<Integer, String> through(Step step, NodeRule rule, NodeKind kind) {
        GraphWriter w = step.writer();
        if (rule instanceof NodeRule.Linear linear) {
            LinearLayer layer = LinearLayer.of(w, step.node());
            if (layer == null || kind != NodeKind.CONVOLUTION && kind != NodeKind.DENSE) {
                throw new UnsupportedModelException(step.node().label() + ": expected a linear layer for rule "
                        + rule.label() + ", but found a node of kind " + kind.label());
            }
            return Map.of(0, LinearRule.write(w, layer, linear.rule(), bounds, nonNegative, step.relevance()));
        }
        if (rule instanceof NodeRule.BetaSmooth smooth && step.node().op().equals("Relu")) {
            Attributes beta = Attributes.NONE.with("beta", (float) smooth.beta());
            String slope = w.own("SoftplusSlope", List.of(step.node().input(0)), beta);
            return Map.of(0, w.node("Mul", step.relevance(), slope));
        }
        if (rule == NodeRule.Plain.PASS) {
            return passed(step);
        }
        if (rule == NodeRule.Plain.NORM) {
            return norm(step);
        }
        Map<Integer, String> rectified = Rectified.through(step, rule);
        if (rectified == null && kind == NodeKind.ACTIVATION && rule != NodeRule.Plain.GRADIENT) {
            unrectified
                    .computeIfAbsent(rule.label(), k -> new TreeSet<>())
                    .add(step.node().op());
        }
        return rectified != null ? rectified : java.util.Objects.requireNonNull(GradientRules.GRADIENT.apply(step));
    }

    private static Map<Integer, String> passed(Step step) {
        Node n = step.node();
        int[] in = step.writer().shape(n.input(step.inputs().get(0)));
        int[] out = step.writer().shape(n.output());
        if (step.inputs().size() > 1 || !Arrays.equals(in, out)) {
            throw new UnsupportedModelException(n.label() + ": rule pass hands on what arrives as it is, so it is for"
                    + " nodes of one dependent input and one shape; found "
                    + step.inputs().size() + " inputs and shapes "
                    + Arrays.toString(in) + " and " + Arrays.toString(out) + "; take norm or gradient there");
        }
        return Map.of(step.inputs().get(0), step.relevance());
    }

    /**
     * Input times gradient of relevance / output: for linear nodes each input's share of the output. Of a product each factor alone would
     * claim all of it, so they share it equally (Achtibat et al. 2024, arXiv 2402.05602, section 3.2); a divisor gets nothing.
     */
    private static Map<Integer, String> norm(Step step) {
        GraphWriter w = step.writer();
        Node n = step.node();
        if (n.outputs().size() > 1) {
            return java.util.Objects.requireNonNull(GradientRules.GRADIENT.apply(step));
        }
        String shared = Rule.Stabiliser.add(Rules.EPSILON).divide(w, step.relevance(), n.output());
        List<Integer> inputs = n.op().equals("Div") && step.inputs().size() == 2 ? List.of(0) : step.inputs();
        // Input 2 of a linear layer is a term of its own.
        boolean layer = n.op().startsWith("Conv") || n.op().equals("Gemm");
        long factors = PRODUCTS.contains(n.op())
                ? inputs.stream().filter(i -> !(layer && i == 2)).count()
                : 1;
        Map<Integer, String> found = new LinkedHashMap<>();
        for (int i : inputs) {
            String share = w.node("Mul", n.input(i), GradientRules.through(step, i, shared));
            boolean divided = factors > 1 && !(layer && i == 2);
            found.put(i, divided ? w.node("Mul", share, w.number(1.0 / factors)) : share);
        }
        return found;
    }

    /** What users should know: nodes without a rule, rules without effect, and entries that no node matched. */
    List<String> warnings() {
        List<String> all = new ArrayList<>();
        if (!fallbacks.isEmpty()) {
            all.add("no rule for " + String.join(", ", fallbacks) + ": relevance passes them by "
                    + (composite.fallback() == Composite.Fallback.GRADIENT
                            ? "the gradient"
                            : "input times gradient, or by the gradient where a node has several outputs"));
        }
        unrectified.forEach((rule, operators) ->
                all.add(rule + " is for Relu: " + String.join(", ", operators) + " hand back the plain gradient"));
        for (Composite.Entry e : composite.entries()) {
            if (e.rule() instanceof NodeRule.Linear && !used.contains(e)) {
                all.add("void rule: " + e.rule().label() + " is for " + e.selector()
                        + ", which the network does not have");
            }
        }
        return all;
    }
}
