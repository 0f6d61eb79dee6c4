package dev.qualm.mutation;

import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What can be mutated on a network: the units of every layer that its answer depends on.
 *
 * @param unit what is counted
 * @param layers in the order of the graph
 * @param skipped why layers that were asked for are not among them, by name
 */
public record MutableUnits(Unit unit, List<UnitLayer> layers, Map<String, String> skipped) {
    public MutableUnits {
        layers = List.copyOf(layers);
        skipped = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(skipped));
    }

    /** All units of a network. */
    public static MutableUnits of(Network network, Unit unit) {
        return new MutableUnits(unit, new UnitFinder(network).find(unit), Map.of());
    }

    /**
     * The units of some layers.
     *
     * @param names nodes or weights; empty for all
     * @throws MutationException if a name is unknown or there is nothing to mutate; the message lists the choices
     */
    public static MutableUnits of(Network network, Unit unit, List<String> names) {
        List<UnitLayer> all = of(network, unit).layers();
        if (all.isEmpty()) {
            throw new MutationException(
                    unit == Unit.FILTER
                            ? "The network has no convolution with a constant kernel, so it has no filters;"
                                    + " take neurons as units"
                            : "The network has no " + unit
                                    + "s to mutate: expected layers with constant float weights");
        }
        for (String name : names) {
            if (all.stream().noneMatch(l -> l.isNamed(name))) {
                throw new MutationException("There is no layer with " + unit + "s named '" + name + "'; there are "
                        + all.stream()
                                .map(l -> unit == Unit.SCALAR ? l.weight() : l.name())
                                .toList());
            }
        }
        List<UnitLayer> chosen = names.isEmpty()
                ? all
                : all.stream().filter(l -> names.stream().anyMatch(l::isNamed)).toList();
        return new MutableUnits(unit, chosen, Map.of());
    }

    /**
     * These units without layers that an operator cannot use.
     *
     * @param reason why a layer is left out, or null if it stays
     * @throws MutationException if none is left
     */
    MutableUnits without(String operator, Function<UnitLayer, @Nullable String> reason) {
        List<UnitLayer> kept = new ArrayList<>();
        Map<String, String> left = new LinkedHashMap<>(skipped);
        for (UnitLayer layer : layers) {
            String why = reason.apply(layer);
            if (why == null) {
                kept.add(layer);
            } else {
                left.put(layer.name(), why);
            }
        }
        if (kept.isEmpty()) {
            throw new MutationException("There is nothing that " + operator + " could mutate: " + left);
        }
        return new MutableUnits(unit, kept, left);
    }

    /**
     * Number of units of all layers.
     *
     * @throws MutationException if there are more than 2^31 - 1
     */
    public int count() {
        long count = layers.stream().mapToLong(UnitLayer::units).sum();
        if (count > Integer.MAX_VALUE) {
            throw new MutationException(
                    "Expected at most " + Integer.MAX_VALUE + " units, but found " + count + "; name fewer layers");
        }
        return (int) count;
    }
}
