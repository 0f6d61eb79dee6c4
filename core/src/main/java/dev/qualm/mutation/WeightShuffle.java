package dev.qualm.mutation;

import dev.qualm.network.Network;
import java.util.Map;

/**
 * The weights of a unit in another order: each chosen unit keeps its numbers and its bias. The order is drawn uniformly from all
 * but the old one.
 *
 * <p>Sources: Ma et al. 2018 (DeepMutation, section IV); Wang et al. 2019 (nMutant, arXiv 1812.05793), whose choice over all layers
 * together this is.
 *
 * @param selection filters or neurons
 */
public record WeightShuffle(Selection selection) implements Mutation {
    private static final String NAME = "weight-shuffle";

    public WeightShuffle {
        Parameters.requireNoScalars(NAME, selection);
    }

    /** 5% of the neurons, nMutant's rate on MNIST; it takes 0.5% for large networks. */
    public static WeightShuffle defaults() {
        return new WeightShuffle(Selection.of(0.05, Unit.NEURON));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String summary() {
        return "weights of a unit permuted within it";
    }

    @Override
    public String source() {
        return "Wang et al. 2019 (arXiv 1812.05793)";
    }

    @Override
    public WeightShuffle with(Selection newSelection) {
        return new WeightShuffle(newSelection);
    }

    @Override
    public Map<String, Object> parameters() {
        return Parameters.of(selection);
    }

    @Override
    public Mutator on(Network network) {
        MutableUnits units = MutableUnits.of(network, selection.unit(), selection.layers())
                .without(NAME, l -> l.entries() < 2 ? "its units have a single weight" : null);
        return Mutator.perUnit(this, network, units, (random, edits, layer, unit) -> {
            int[] order = Draws.shuffle(random, layer.entries());
            for (int e = 0; e < order.length; e++) {
                double value = edits.get(layer.weight(), layer.position(unit, order[e]));
                edits.set(layer.weight(), layer.position(unit, e), value);
            }
        });
    }
}
