package dev.qualm.mutation;

import java.util.List;

/**
 * How many units a mutation changes, of what kind and where.
 *
 * @param rate share of the units, above 0 and at most 1. Of {@code n} units {@code floor(n * rate)} are chosen, uniformly and without
 *     replacement, over all layers together; neuron switch counts layer by layer
 * @param unit what is counted
 * @param layers names of nodes or weights to choose from; empty for all
 * @param atLeastOne whether one unit (for neuron switch: two of each layer) is chosen where the rate asks for less. Without it such
 *     candidates equal the original, as in the published scripts, and pools reject them
 */
public record Selection(double rate, Unit unit, List<String> layers, boolean atLeastOne) {
    public Selection {
        layers = List.copyOf(layers);
        if (!(rate > 0 && rate <= 1)) {
            throw new MutationException("Expected a mutation rate above 0 and at most 1, but found " + rate);
        }
    }

    /** A share of all units, at least one. */
    public static Selection of(double rate, Unit unit) {
        return new Selection(rate, unit, List.of(), true);
    }

    public Selection withRate(double newRate) {
        return new Selection(newRate, unit, layers, atLeastOne);
    }

    public Selection withUnit(Unit newUnit) {
        return new Selection(rate, newUnit, layers, atLeastOne);
    }

    public Selection withLayers(List<String> newLayers) {
        return new Selection(rate, unit, newLayers, atLeastOne);
    }

    /** As many as the rate says and no more, none included. */
    public Selection exactly() {
        return new Selection(rate, unit, layers, false);
    }

    /** How many of {@code n} units are chosen. */
    int of(int n) {
        int count = (int) Math.floor(n * rate);
        return atLeastOne ? Math.max(1, count) : count;
    }
}
