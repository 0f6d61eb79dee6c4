package dev.qualm.attribution;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.BackwardRule;
import dev.qualm.network.BackwardRule.Step;
import dev.qualm.network.GradientRules;
import dev.qualm.network.GraphWriter;
import dev.qualm.network.Structure;
import dev.qualm.network.graph.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * DeepLIFT with the rescale rule (Shrikumar, Greenside, Kundaje 2017, arXiv 1704.02685): differences to a baseline run are handed back;
 * an activation's slope is its change over its input's change. Complete for networks of linear layers and activations.
 *
 * <p>The baseline's run stands behind the network's own in the same graph, so reused layers and residual sums need no care. Through
 * products of two tensors that depend on the input it hands back the gradient, which is not complete.
 *
 * @param baseline to compare with
 * @param crossMaxima whether max-pooling is complete too: of each window the winner on the input and the winner on the baseline share the
 *     change. False for the plain gradient there
 */
public record DeepLift(Baseline baseline, boolean crossMaxima) implements GraphAttribution {
    /** Complete, from zero. */
    public static DeepLift defaults() {
        return new DeepLift(Baseline.zero(), true);
    }

    /** Below this difference of its inputs an activation's gradient stands for its slope, as in Captum. */
    private static final double SMALLEST = 1e-10;

    @Override
    public String name() {
        return "deeplift";
    }

    @Override
    public Map<String, Object> parameters() {
        return Map.of(
                "rule", "rescale", "baseline", baseline, "max-pooling", crossMaxima ? "cross-maxima" : "gradient");
    }

    @Override
    public double passes() {
        return 2;
    }

    @Override
    public Completeness completeness() {
        return Completeness.DIFFERENCE;
    }

    @Override
    public String write(ReverseContext context) {
        GraphWriter w = context.writer();
        int[] shape = java.util.Objects.requireNonNull(w.shape(context.leaf())).clone();
        double[] origin = baseline.item(shape, false).toDoubles();
        shape[0] = 1;
        String single = w.weight(origin, Array.of(new float[0], 0), shape);
        // A model that declares its batch may take no other: as many baselines as inputs.
        boolean fixed = w.graph().inputs().stream().anyMatch(i -> i.dim(0) > 1);
        String reference = fixed ? w.node("Add", single, w.node("Mul", context.leaf(), w.number(0))) : single;
        Map<String, String> twins = twins(w, context.leaf(), reference);
        BackwardRule rule = step -> {
            Map<Integer, String> found = through(step, twins);
            return found != null ? found : GradientRules.GRADIENT.apply(step);
        };
        String multiplier = context.at(context.pass(rule), context.leaf());
        return w.node("Mul", w.node("Sub", context.leaf(), reference), multiplier);
    }

    /** The network once more, on the baseline: its tensors by the names of those on the input. */
    private static Map<String, String> twins(GraphWriter w, String leaf, String reference) {
        Map<String, String> twins = new HashMap<>(Map.of(leaf, reference));
        for (Node n : w.graph().nodes()) {
            if (n.inputs().stream().noneMatch(twins::containsKey) || twins.containsKey(n.output())) {
                continue;
            }
            if (n.outputs().size() > 1) {
                throw new UnsupportedModelException(n.label()
                        + ": DeepLIFT has no rule for operators of several outputs; take integrated-gradients");
            }
            List<String> inputs = new ArrayList<>();
            n.inputs().forEach(i -> inputs.add(twins.getOrDefault(i, i)));
            twins.put(n.output(), w.like(n, inputs));
        }
        return twins;
    }

    private @Nullable Map<Integer, String> through(Step step, Map<String, String> twins) {
        Node n = step.node();
        GraphWriter w = step.writer();
        boolean activation = Structure.isActivation(n.op()) && step.inputs().equals(List.of(0));
        boolean maximum = n.op().equals("MaxPool") || n.op().equals("GlobalMaxPool");
        if (!activation && !(crossMaxima && maximum)) {
            return null;
        }
        String x = n.input(0);
        String x0 = twins.get(x);
        String y = n.output();
        String y0 = twins.get(y);
        if (x0 == null || y0 == null) {
            return null;
        }
        String gradient =
                java.util.Objects.requireNonNull(java.util.Objects.requireNonNull(GradientRules.GRADIENT.apply(step))
                        .get(0));
        String change =
                activation ? w.node("Mul", step.relevance(), w.node("Sub", y, y0)) : crossMaxima(step, x0, y, y0);
        Map<Integer, String> found = new LinkedHashMap<>();
        found.put(0, w.own("SecantDivide", change, w.node("Sub", x, x0), gradient, w.number(SMALLEST)));
        return found;
    }

    /** Of each window the winner on the input gets max(y, y0) - y0, the winner on the baseline y - max(y, y0). */
    private static String crossMaxima(Step step, String x0, String y, String y0) {
        GraphWriter w = step.writer();
        String larger = w.node("Max", y, y0);
        String r = step.relevance();
        String up = GradientRules.at(step, step.node().inputs(), 0, w.node("Mul", r, w.node("Sub", larger, y0)));
        List<String> baseline = new ArrayList<>(step.node().inputs());
        // The winners of the baseline are needed per input: as many rows as there are inputs.
        baseline.set(0, w.node("Add", x0, w.node("Mul", step.node().input(0), w.number(0))));
        String down = GradientRules.at(step, baseline, 0, w.node("Mul", r, w.node("Sub", y, larger)));
        return w.node("Add", up, down);
    }
}
