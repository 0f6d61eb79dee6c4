package dev.qualm.attack;

import dev.qualm.Provenance;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.Optional;

/**
 * A search for inputs near given ones that a network answers otherwise. Immutable, and reusable on any network.
 *
 * <p>What holds for all: the inputs given are valid, in the attack's {@link Box}; so are those returned, within the
 * {@link #budget} if there is one. Random draws depend on the seed and on the input alone, so neither the order nor the company in a
 * batch changes anything but rounding. An input that gets the wanted answer from the start counts as success: searches for the
 * nearest point return it as it is, searches in a ball may move it on. An input on which the network returns NaN or infinity comes back
 * as it was, with its status. No array given is changed.
 */
public interface Attack {
    /** Kebab-case, as {@link Attacks} knows it. */
    String name();

    /** The ball that the results lie in; empty for searches for the nearest point. */
    Optional<Budget> budget();

    /**
     * Looks for any answer but the given ones.
     *
     * @param batch valid inputs, {@code [n, ...]}
     * @param labels usually the true classes, {@code [n]}
     * @throws dev.qualm.ShapeException if the labels do not fit the batch or the network
     * @throws dev.qualm.UnsupportedModelException if the network is no classifier that can be attacked so
     */
    Adversarial attack(Network network, Array batch, int[] labels);

    /**
     * The changed inputs alone, for training on them. Methods that need a last pass only to tell what came of it leave that out.
     *
     * @return of the batch's shape, in the network's precision
     */
    default Array perturb(Network network, Array batch, int[] labels) {
        return attack(network, batch, labels).inputs();
    }

    /** The same with other random draws; itself where nothing is drawn. */
    default Attack withSeed(long seed) {
        return this;
    }

    /**
     * What an input costs at most, in forward passes of one input; a gradient counts as one more.
     *
     * @param classes how many the network has
     * @param width entries of one input
     */
    long cost(int classes, int width);

    /** The method with all its settings. */
    Provenance provenance();

    /** One line: name, budget, settings. */
    default String summary() {
        return name() + budget().map(b -> " within " + b).orElse("") + " (" + provenance() + ")";
    }
}
