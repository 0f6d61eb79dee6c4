package dev.qualm.attribution;

import dev.qualm.array.Array;
import dev.qualm.attribution.Rule.Gate;
import dev.qualm.attribution.Rule.Group;
import dev.qualm.attribution.Rule.Input;
import dev.qualm.attribution.Rule.Term;
import dev.qualm.attribution.Rule.Weight;
import dev.qualm.network.GraphWriter;
import dev.qualm.network.LinearAdjoint;
import dev.qualm.network.graph.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes a {@link Rule} for one linear layer: the one interpreter of all rules over all linear operators. */
final class LinearRule {
    private final GraphWriter w;
    private final LinearLayer layer;
    private final Node node;
    private final Rule rule;
    private final @Nullable Bounds bounds;
    private final boolean nonNegative;
    private final Map<String, String> constants = new HashMap<>();

    private LinearRule(GraphWriter w, LinearLayer layer, Rule rule, @Nullable Bounds bounds, Set<String> nonNegative) {
        this.w = w;
        this.layer = layer;
        this.node = layer.node();
        this.rule = rule;
        this.bounds = bounds;
        this.nonNegative = nonNegative.contains(node.input(0));
    }

    /** What the layer's input gets, given the relevance at its output. */
    static String write(
            GraphWriter w,
            LinearLayer layer,
            Rule rule,
            @Nullable Bounds bounds,
            Set<String> nonNegative,
            String relevance) {
        return new LinearRule(w, layer, rule, bounds, nonNegative).written(relevance);
    }

    private String written(String relevance) {
        List<String> parts = new ArrayList<>();
        for (Group g : rule.groups()) {
            List<Term> terms = g.terms().stream().filter(this::counts).toList();
            String c = shares(gated(relevance, g.gate()), terms);
            for (Term t : terms) {
                String back = LinearAdjoint.of(w, node, weight(t.weight()), c);
                String part = t.input() == Input.ONE ? back : w.node("Mul", input(t.input()), back);
                double factor = g.factor() * t.sign();
                parts.add(factor == 1 ? part : w.node("Mul", part, w.number(factor)));
            }
        }
        return w.sum(parts);
    }

    /** Relevance over the sum of the terms' outputs. */
    private String shares(String relevance, List<Term> terms) {
        if (terms.size() == 1 && isNonNegative(terms.get(0)) && takesOffset()) {
            // The denominator is never negative: what keeps it from zero rides on the bias, for nothing.
            return w.node(
                    "Div", relevance, output(terms.get(0), rule.stabiliser().epsilon()));
        }
        List<String> outputs = new ArrayList<>();
        terms.forEach(t -> outputs.add(signed(output(t, 0), t.sign())));
        return divided(relevance, w.sum(outputs));
    }

    private boolean isNonNegative(Term t) {
        boolean input = t.input() == Input.POSITIVE || t.input() == Input.ONE || nonNegative && t.input() == Input.FULL;
        return input && t.sign() == 1 && isNonNegative(t.weight()) && (layer.bias() == null || isNonNegative(t.bias()));
    }

    private static boolean isNonNegative(Weight part) {
        return part.full() == 0
                && part.negative() == 0
                && part.positive() >= 0
                && part.squared() >= 0
                && part.one() >= 0;
    }

    private boolean takesOffset() {
        boolean plain = node.op().equals("Conv")
                || node.op().equals("Gemm") && node.attributes().getFloat("beta", 1) == 1;
        return plain
                && rule.stabiliser().form() != Rule.Stabiliser.Form.CLIP
                && !rule.stabiliser().relative();
    }

    /** Negative parts of what is never negative are left out. */
    private boolean counts(Term t) {
        return !(nonNegative && t.input() == Input.NEGATIVE);
    }

    private String signed(String tensor, double sign) {
        return sign == 1 ? tensor : w.node("Neg", tensor);
    }

    private String gated(String relevance, Gate gate) {
        return switch (gate) {
            case ALL -> relevance;
            case POSITIVE -> w.own("ReluGradient", relevance, layer.output());
            case NEGATIVE -> w.own("ReluGradient", relevance, w.node("Neg", layer.output()));
        };
    }

    private String divided(String relevance, String z) {
        return rule.stabiliser().divide(w, relevance, z);
    }

    /** The layer's result for a term, plus a constant. */
    private String output(Term t, double offset) {
        boolean own = t.input() == Input.FULL || nonNegative && t.input() == Input.POSITIVE;
        boolean bias = layer.bias() == null || t.bias().equals(Weight.FULL);
        if (own && t.weight().equals(Weight.FULL) && bias && offset == 0) {
            return layer.output();
        }
        List<String> inputs = new ArrayList<>(List.of(input(t.input()), weight(t.weight())));
        String b = layer.bias() == null || t.bias().equals(Weight.NONE) ? null : changed(layer.bias(), t.bias());
        if (offset != 0) {
            b = offset(b, offset);
        }
        boolean inside = b != null
                && (offset != 0 || !node.op().equals("MatMul") && !node.input(2).isEmpty());
        if (inside) {
            inputs.add(b);
        }
        String y = w.like(node, inputs);
        return b == null || inside ? y : w.node("Add", y, b);
    }

    /** A bias with a constant added to each output, from one or from none. */
    private String offset(@Nullable String bias, double offset) {
        Array weights = value(layer.weight());
        boolean first = node.op().equals("Conv") || node.attributes().getInt("transB", 0) != 0;
        int outputs = weights.dim(first ? 0 : 1);
        double[] values = new double[outputs];
        Array old = bias == null ? null : value(bias);
        for (int i = 0; i < outputs; i++) {
            values[i] = offset + (old == null ? 0 : old.get(old.size() == 1 ? 0 : i));
        }
        return constants.computeIfAbsent("offset" + bias, k -> w.weight(values, weights, outputs));
    }

    private String weight(Weight part) {
        return changed(layer.weight(), part);
    }

    private String changed(String name, Weight part) {
        return part.equals(Weight.FULL)
                ? name
                : constants.computeIfAbsent(name + part, k -> changed(value(name), part));
    }

    private Array value(String name) {
        return java.util.Objects.requireNonNull(w.constant(name));
    }

    private String changed(Array old, Weight part) {
        double[] values = new double[old.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = part.of(old.get(i));
        }
        return w.weight(values, old, old.shape());
    }

    private String input(Input part) {
        String x = node.input(0);
        return switch (part) {
            case FULL -> x;
            case POSITIVE -> nonNegative ? x : constants.computeIfAbsent("+", k -> w.node("Relu", x));
            case NEGATIVE -> constants.computeIfAbsent("-", k -> w.node("Neg", w.node("Relu", w.node("Neg", x))));
            case ONE -> constants.computeIfAbsent("1", k -> Bounds.constant(w, node, c -> 1));
            case LOW -> constants.computeIfAbsent("low", k -> Bounds.constant(w, node, c -> bounds().low(c)));
            case HIGH -> constants.computeIfAbsent("high", k -> Bounds.constant(w, node, c -> bounds().high(c)));
        };
    }

    private Bounds bounds() {
        if (bounds == null) {
            throw new IllegalArgumentException("Rule " + rule.name()
                    + " needs the least and largest value of each input channel; give them, or take w-square or flat");
        }
        return bounds;
    }
}
