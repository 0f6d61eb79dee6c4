package dev.qualm.attribution;

import dev.qualm.UnsupportedModelException;
import dev.qualm.network.GradientRules;
import dev.qualm.network.GraphWriter;
import dev.qualm.network.Network;
import dev.qualm.network.ReversePass;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Conductance through one hidden unit, by input element (Dhamdhere, Sundararajan, Yan 2018, arXiv 1805.12233, definition 1): what each
 * element contributes to the output by way of that unit. Sums to the unit's layer conductance.
 *
 * @param layer name of the tensor that holds the unit
 * @param unit its place in one item of that tensor, for example channel, row and column
 * @param quadrature where the line from the baseline is sampled
 * @param baseline where it begins
 */
public record NeuronConductance(String layer, List<Integer> unit, Quadrature quadrature, Baseline baseline)
        implements Attribution {
    public NeuronConductance {
        unit = List.copyOf(unit);
    }

    @Override
    public String name() {
        return "neuron-conductance";
    }

    @Override
    public Map<String, Object> parameters() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("layer", layer);
        all.put("unit", unit);
        all.put("quadrature", quadrature);
        all.put("baseline", baseline);
        return all;
    }

    @Override
    public Explainer on(Network network, Target target) {
        return AveragedMaps.of(this, new ThroughUnit(layer, unit), network, target, new LinePath(quadrature, baseline));
    }

    /** The part of the gradient that passes through the unit. */
    private record ThroughUnit(String layer, List<Integer> unit) implements GraphAttribution {
        @Override
        public String name() {
            return "gradient-through-unit";
        }

        @Override
        public double passes() {
            return 2;
        }

        @Override
        public Set<String> taps(Network network) {
            return Set.of(layer);
        }

        @Override
        public String write(ReverseContext context) {
            GraphWriter w = context.writer();
            int[] shape = w.shape(layer);
            if (shape == null || shape.length != unit.size() + 1) {
                throw new UnsupportedModelException("Expected a place of " + (shape == null ? "no" : shape.length - 1)
                        + " axes in '" + layer + "', but found " + unit);
            }
            int[] one = shape.clone();
            one[0] = 1;
            int at = 0;
            for (int a = 0; a < unit.size(); a++) {
                if (unit.get(a) < 0 || unit.get(a) >= shape[a + 1]) {
                    throw new UnsupportedModelException("Expected a place within " + Arrays.toString(shape) + " in '"
                            + layer + "', but found " + unit);
                }
                at = at * shape[a + 1] + unit.get(a);
            }
            double[] mask = new double[dev.qualm.array.Array.size(one)];
            mask[at] = 1;
            ReversePass pass = context.pass(GradientRules.GRADIENT);
            String masked = w.node(
                    "Mul", context.at(pass, layer), w.weight(mask, dev.qualm.array.Array.of(new float[0], 0), one));
            ReversePass rest = ReversePass.write(w, Map.of(layer, masked), context.leaf(), GradientRules.GRADIENT);
            return context.at(rest, context.leaf());
        }
    }
}
