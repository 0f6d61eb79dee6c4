package dev.qualm.network;

import dev.qualm.array.Array;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Node;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The gradient through each node, written with operators that a plan runs fast. */
/*
 * Linear layers become linear layers again (LinearAdjoint), so that the reverse pass gains from folding, fusion and packed weights as the
 * forward pass does. Activations need their output alone, so what lies between a convolution and its activation need not be kept. The
 * operators written here have rules too: a reverse pass can be differentiated once more.
 */
final class GradientRule implements BackwardRule {
    private static final Set<String> RESHAPES = Set.of("Flatten", "Reshape", "Squeeze", "Unsqueeze");

    /** In place of a name: the derivative is zero wherever it exists, so nothing is handed on. */
    private static final String NOTHING = "";

    private final BackwardRule general;

    /** @param general speaks about every node; asked where there is no rule here */
    GradientRule(BackwardRule general) {
        this.general = general;
    }

    @Override
    public Map<Integer, String> apply(Step step) {
        Map<Integer, String> found = new LinkedHashMap<>();
        for (int i : step.inputs()) {
            String known =
                    step.node().outputs().size() > 1 ? null : known(step.writer(), step.node(), i, step.relevance());
            if (known == null) {
                Step single = new Step(step.writer(), step.node(), List.of(i), step.arrived());
                known = java.util.Objects.requireNonNull(general.apply(single)).get(i);
            }
            String handed = java.util.Objects.requireNonNull(known);
            if (!handed.equals(NOTHING)) {
                found.put(i, handed);
            }
        }
        return found;
    }

    /** The gradient at input {@code i} of a node, given that at its output, or null. */
    private static @Nullable String known(GraphWriter w, Node n, int i, String g) {
        if (n.domain().equals(Node.QUALM_DOMAIN)) {
            return own(w, n, i, g);
        }
        int[] in = w.shape(n.input(i));
        int[] out = w.shape(n.output());
        if (!GraphWriter.isStandard(n) || in == null || out == null) {
            return null;
        }
        boolean recent = w.graph().opsets().getOrDefault(n.domain(), 1L) >= 7;
        switch (n.op()) {
            case "Identity", "Dropout" -> {
                return g;
            }
            case "Relu" -> {
                return w.own("ReluGradient", g, n.output());
            }
            case "Clip" -> {
                return clip(w, n, g);
            }
            case "Neg" -> {
                return w.node("Neg", g);
            }
            case "Add", "Sub" -> {
                if (!Arrays.equals(in, out) || !recent) {
                    return null;
                }
                return n.op().equals("Sub") && i == 1 ? w.node("Neg", g) : g;
            }
            case "Mul" -> {
                return Arrays.equals(in, out) && recent ? w.node("Mul", g, n.input(1 - i)) : null;
            }
            case "Div" -> {
                if (!Arrays.equals(in, out) || !recent) {
                    return null;
                }
                String shared = w.node("Div", g, n.input(1));
                return i == 0 ? shared : w.node("Neg", w.node("Mul", shared, n.output()));
            }
            case "Conv", "Gemm" -> {
                return i == 0 && w.constant(n.input(1)) != null ? LinearAdjoint.written(w, n, n.input(1), g) : null;
            }
            case "GlobalAveragePool" -> {
                long area = 1;
                for (int a = 2; a < in.length; a++) {
                    area *= in[a];
                }
                String mean = w.node("Div", g, w.number(area));
                return w.node("Expand", mean, positions(w, in));
            }
            case "MaxPool" -> {
                return in.length == 4 ? w.own("MaxPoolGradient", List.of(g, n.input(0)), n.attributes()) : null;
            }
            default -> {
                // Not by the shape it had here: any axis may be the batch's.
                return RESHAPES.contains(n.op()) ? w.own("ReshapeLike", g, n.input(0)) : null;
            }
        }
    }

    /** Second derivatives: gradients through the nodes that gradients consist of. */
    private static @Nullable String own(GraphWriter w, Node n, int i, String g) {
        return switch (n.op()) {
            case "Softplus" -> i == 0 ? w.node("Mul", g, w.own("SoftplusSlope", n.inputs(), n.attributes())) : null;
            case "SmoothClip" -> i == 0 ? smoothClip(w, n, g) : null;
            case "SoftplusSlope" -> i == 0 ? w.node("Mul", g, bend(w, n)) : null;
            case "StableDivide" -> divide(w, n, i, g);
            case "ReshapeLike" -> i == 0 ? w.own("ReshapeLike", g, n.input(0)) : NOTHING;
            case "ReluGradient", "ClipGradient" ->
                i == 0 ? w.own(n.op(), after(g, n.inputs().subList(1, n.inputs().size())), n.attributes()) : NOTHING;
            case "MaxPoolGradient" -> i == 0 ? w.own("MaxPoolPick", List.of(g, n.input(1)), n.attributes()) : NOTHING;
            case "MaxPoolPick" -> i == 0 ? w.own("MaxPoolGradient", List.of(g, n.input(1)), n.attributes()) : NOTHING;
            case "ClassSeed" -> isConstantSeed(n) ? NOTHING : null;
            case "ConvGradient" -> i == 0 ? LinearAdjoint.ofGradient(w, n, g) : null;
            default -> null;
        };
    }

    private static @Nullable String smoothClip(GraphWriter w, Node n, String g) {
        String slope = Smoothing.slope(w, n);
        return slope == null ? null : w.node("Mul", g, slope);
    }

    /** From the slope itself, so that one exponential serves all derivatives. */
    private static String bend(GraphWriter w, Node slope) {
        List<String> sharpness = slope.inputs().subList(1, slope.inputs().size());
        return w.own("SoftplusBend", after(slope.output(), sharpness), slope.attributes());
    }

    /** A one at the class, whatever the logits are; and so for the margin, up to a change of the runner-up. */
    private static boolean isConstantSeed(Node n) {
        String quantity = n.attributes().getString("quantity", "logit");
        boolean linear = quantity.equals("logit") || quantity.equals("margin");
        return linear
                && n.attributes().getString("start", "one").equals("one")
                && n.attributes().getString("holds", "logits").equals("logits");
    }

    /** a / s(z), with s of slope 1: the gradients are g / s(z) and -(g / s(z)) (a / s(z)). */
    private static @Nullable String divide(GraphWriter w, Node n, int i, String g) {
        boolean slopeOne = !n.attributes().getString("form", "add").equals("clip")
                && n.attributes().getInt("relative", 0) == 0;
        if (!slopeOne) {
            return null;
        }
        String shared = w.own("StableDivide", List.of(g, n.input(1)), n.attributes());
        return i == 0 ? shared : w.node("Neg", w.node("Mul", shared, n.output()));
    }

    private static List<String> after(String first, List<String> others) {
        List<String> all = new java.util.ArrayList<>(List.of(first));
        all.addAll(others);
        return all;
    }

    private static @Nullable String clip(GraphWriter w, Node n, String g) {
        Attributes bounds = Fusion.bounds(w.graph(), n, Attributes.NONE);
        // Values at a bound are told from values inside by their equality; attributes hold single precision.
        boolean rounded = n.inputs().stream()
                .skip(1)
                .map(w::constant)
                .anyMatch(a -> a != null && a.size() == 1 && a.get(0) != (float) a.get(0));
        return bounds == null || rounded ? null : w.own("ClipGradient", List.of(g, n.output()), bounds);
    }

    /** A shape that expands pooled channels to all positions, whatever the batch. */
    private static String positions(GraphWriter w, int[] in) {
        long[] target = Arrays.stream(in).asLongStream().toArray();
        target[0] = 1;
        return w.constant("shape", Array.of(target, target.length));
    }
}
