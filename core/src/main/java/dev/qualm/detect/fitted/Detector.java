package dev.qualm.detect.fitted;

import dev.qualm.detect.Work;
import dev.qualm.network.Network;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
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

    /** What it reads beside logits and features when it scores. */
    default List<Quantity> quantities() {
        return List.of();
    }

    /** What it reads beside logits and features when it learns. */
    default List<Quantity> learntFrom() {
        return needs().isEmpty() ? List.of() : quantities();
    }

    /** Inner tensors that the shared forward pass has to give when it scores. */
    default Set<String> tensors(Network network) {
        Set<String> all = new LinkedHashSet<>();
        quantities().forEach(q -> all.addAll(q.tensors(network)));
        return all;
    }

    /** What scoring needs beyond the shared forward pass; detectors with equal needs share them. */
    default List<Work> work(int classes) {
        return quantities().stream().flatMap(q -> q.work(classes).stream()).toList();
    }

    /** Cost of scoring in passes (forward = 1), the shared forward included. */
    default double passes(int classes) {
        return 1 + work(classes).stream().mapToDouble(Work::passes).sum();
    }

    /** The same as text, for K classes. */
    default String cost() {
        return String.format(Locale.ROOT, "%.0f", passes(2));
    }

    /** Why it cannot work with a network, beyond what {@link About} tells, or null if it can. */
    default @Nullable String refusal(Network network) {
        return null;
    }

    /** As {@link #refusal(Network)}, for reasons that depend on the number of classes too. */
    default @Nullable String refusal(Network network, Site site) {
        return refusal(network);
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

    /** As {@link #fit(Site, Statistics)}, for methods that run the network once more; null where none is at hand. */
    default Learnt fit(Site site, Statistics found, @Nullable Network network) {
        return fit(site, found);
    }

    /**
     * How it scores an item.
     *
     * @param learnt what {@link #fit} returned, or a file: nothing in it is to be believed unchecked
     */
    Judge judge(Site site, Learnt learnt);
}
