package dev.qualm.detect.fitted;

import dev.qualm.network.Network;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A method with its parameters, to be fitted on trusted data. Larger scores mean less trust, whatever the paper's direction.
 *
 * <p>Stateless. To add one, write the four methods below and list it in {@link Detectors}; the suites find it there.
 */
public interface Detector {
    About about();

    /** All parameters, those at their defaults included. */
    Settings settings();

    /** The statistics it is fitted from, which detectors share; none for methods that learn nothing. */
    default List<Statistic.Need<?>> needs() {
        return List.of();
    }

    /** Cost of scoring in passes (forward = 1), the shared forward included. */
    default double passes() {
        return 1;
    }

    /** Why it cannot work with a network, beyond what {@link About} tells, or null if it can. */
    default @Nullable String refusal(Network network) {
        return null;
    }

    /**
     * What it learns.
     *
     * @param site the network's classes, features and head
     * @param found the statistics of {@link #needs}, which are not changed
     * @throws DetectorException if they do not suffice
     */
    default Learnt fit(Site site, Statistics found) {
        return Learnt.nothing();
    }

    /**
     * How it scores an item.
     *
     * @param learnt what {@link #fit} returned, or a file: nothing in it is to be believed unchecked
     */
    Judge judge(Site site, Learnt learnt);
}
