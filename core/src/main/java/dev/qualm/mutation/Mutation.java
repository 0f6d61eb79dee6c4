package dev.qualm.mutation;

import dev.qualm.network.Network;
import java.util.Map;

/**
 * A way to make mutants of any network: immutable, with its parameters.
 *
 * <p>To add one: write it in a file of its own, permit it here and list it in {@link Mutations}; the suites find it there.
 */
public sealed interface Mutation
        permits GaussianFuzz, NeuronActivationInverse, WeightShuffle, NeuronSwitch, NeuronEffectBlock {
    /** Name of the literature in kebab case, with the variant if it is not the first, for example {@code gaussian-fuzz-nmutant}. */
    String name();

    /** What happens to a chosen unit, in half a line. */
    String summary();

    /** Paper or implementation that defines it. */
    String source();

    /** How many units, of what kind and where. */
    Selection selection();

    /** The same operator on other units. */
    Mutation with(Selection selection);

    /** Parameters by name, in reading order, as they go into provenance; the selection's among them. */
    Map<String, Object> parameters();

    /**
     * The mutation on one network. Keeps the network's graph, not the network, which may be closed.
     *
     * @throws MutationException if the network has no such units, or none that the operator can change
     */
    Mutator on(Network network);
}
