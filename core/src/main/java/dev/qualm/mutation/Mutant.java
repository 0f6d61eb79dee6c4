package dev.qualm.mutation;

import dev.qualm.array.Array;
import dev.qualm.network.View;
import dev.qualm.network.Views;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A network with a few weights changed, as the difference from the original: kilobytes, not a copy.
 *
 * <p>{@code network.with(mutant.view())} is the changed network; weights that the mutant does not mention stay the same {@code Array}
 * objects and their native memory is shared.
 *
 * @param operator name of the mutation that made it, for example {@code neuron-activation-inverse}
 * @param index number of the candidate in its pool; with the pool's seed it decides every draw
 * @param deltas one per changed weight, in the order of the graph's initializers; none if nothing changed
 */
public record Mutant(String operator, long index, List<Delta> deltas) {
    public Mutant {
        deltas = List.copyOf(deltas);
        Set<String> names = new HashSet<>();
        for (Delta d : deltas) {
            if (!names.add(d.weight())) {
                throw new MutationException("Mutant " + index + " of " + operator
                        + ": expected one delta per weight, but found two for '" + d.weight() + "'");
            }
        }
    }

    /**
     * The change as an intervention on the network it was made for.
     *
     * <p>Applying it throws {@link MutationException} if a weight is missing, too small or of another element type.
     */
    public View view() {
        return graph -> {
            Map<String, Array> changed = new HashMap<>();
            for (Delta d : deltas) {
                Array original = graph.initializers().get(d.weight());
                if (original == null) {
                    throw new MutationException("The network has no weight '" + d.weight() + "' that mutant " + index
                            + " of " + operator + " changes; it was made for another network");
                }
                changed.put(d.weight(), d.applyTo(original));
            }
            return Views.weights(changed).apply(graph);
        };
    }

    /** Number of entries, over all weights, that differ from the original. */
    public int changedScalars() {
        return deltas.stream().mapToInt(Delta::size).sum();
    }

    @Override
    public String toString() {
        return operator + " " + index + ": " + changedScalars() + " entries of " + deltas.size() + " weights";
    }
}
