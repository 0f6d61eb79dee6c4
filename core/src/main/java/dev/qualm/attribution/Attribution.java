package dev.qualm.attribution;

import dev.qualm.network.Network;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A method that tells how much each element of an input speaks for a class: immutable, with its parameters, for any network.
 *
 * <p>To add one: write it in a file of its own and list it in {@link Attributions}; the suites over all methods find it there.
 */
public interface Attribution {
    /** Name of the literature in kebab case, for example {@code integrated-gradients}. */
    String name();

    /** Parameters by name, in reading order, as they go into provenance. */
    default Map<String, Object> parameters() {
        return Map.of();
    }

    /** What the elements of a map sum up to. */
    default Completeness completeness() {
        return Completeness.NONE;
    }

    /** What the method compares inputs with, or null if it compares with nothing. */
    default @Nullable Baseline baseline() {
        return null;
    }

    /**
     * The method on one network. Close what it returns.
     *
     * @throws dev.qualm.UnsupportedModelException if the method cannot speak about this network
     */
    Explainer on(Network network, Target target);

    /** What a map sums up to if the method's promise holds. */
    enum Completeness {
        /** Nothing in particular. */
        NONE,
        /** What the reverse pass started with, as far as biases take none of it. */
        START,
        /** The quantity at the input minus that at the baseline. */
        DIFFERENCE
    }
}
