package dev.qualm.attribution;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.BackwardRule;
import dev.qualm.network.GradientRules;
import dev.qualm.network.GraphWriter;
import dev.qualm.network.LinearAdjoint;
import java.util.Map;

/**
 * PatternNet and PatternAttribution (Kindermans et al. 2018, arXiv 1705.05598): a gradient whose weights are replaced by the layers'
 * patterns, or multiplied by them. PatternNet shows the signal in the input that the class responds to, PatternAttribution how much of the
 * output each part of that signal carries.
 *
 * @param patterns learned from data of the network's kind
 * @param attribution whether weights are multiplied by the patterns instead of replaced
 */
record PatternMap(Patterns patterns, boolean attribution) implements GraphAttribution {
    static PatternMap net(Patterns patterns) {
        return new PatternMap(patterns, false);
    }

    static PatternMap attribution(Patterns patterns) {
        return new PatternMap(patterns, true);
    }

    @Override
    public String name() {
        return attribution ? "pattern-attribution" : "pattern-net";
    }

    @Override
    public Map<String, Object> parameters() {
        return Map.of("layers", patterns.byWeight().size());
    }

    @Override
    public double passes() {
        return 2;
    }

    @Override
    public String write(ReverseContext context) {
        BackwardRule rule = step -> {
            LinearLayer layer = LinearLayer.of(step.writer(), step.node());
            return layer != null && step.inputs().equals(java.util.List.of(0))
                    ? Map.of(0, through(step.writer(), layer, step.relevance()))
                    : GradientRules.GRADIENT.apply(step);
        };
        return context.at(context.pass(rule), context.leaf());
    }

    private String through(GraphWriter w, LinearLayer layer, String relevance) {
        Array weights = java.util.Objects.requireNonNull(w.constant(layer.weight()));
        Array pattern = patterns.byWeight().get(layer.weight());
        if (pattern == null || !java.util.Arrays.equals(pattern.shape(), weights.shape())) {
            throw new UnsupportedModelException(
                    layer.node().label() + ": expected a pattern for weights '" + layer.weight() + "' " + weights
                            + ", but found " + pattern + "; learn the patterns of this network");
        }
        double[] values = pattern.toDoubles().clone();
        for (int i = 0; i < values.length && attribution; i++) {
            values[i] *= weights.get(i);
        }
        return LinearAdjoint.of(w, layer.node(), w.weight(values, weights, weights.shape()), relevance);
    }
}
