package dev.qualm.gradient;

import java.util.List;

/**
 * Whose gradients are summarised. Each target is one union of entries, in the order of the network's graph and each weight once,
 * and gives one set of columns; {@link PerLayer} and {@link Several} give several.
 */
public sealed interface Targets {
    /** All weights of the network. */
    record WholeNetwork() implements Targets {}

    /**
     * All weights of some layers, as one union. A name is that of a node, of its output, or of a module: the part of its weights'
     * names before a dot, as in {@code layer1} for {@code layer1.0.conv1.weight}.
     */
    record Layers(List<String> names) implements Targets {
        public Layers {
            names = notEmpty(names, "layer");
        }
    }

    /** Each layer for itself, in order. */
    record PerLayer() implements Targets {}

    /** Some weights by initializer name, as one union. */
    record Parameters(List<String> names) implements Targets {
        public Parameters {
            names = notEmpty(names, "parameter");
        }
    }

    /** Some activations by tensor name, as one union: gradients with respect to values instead of weights. */
    record Activations(List<String> names) implements Targets {
        public Activations {
            names = notEmpty(names, "tensor");
        }
    }

    /** The network's input (the first float tensor behind integer inputs). */
    record Input() implements Targets {}

    /** Several targets, one after another; shared gradients are computed once. */
    record Several(List<Targets> parts) implements Targets {
        public Several {
            parts = List.copyOf(parts);
            if (parts.isEmpty()) {
                throw new IllegalArgumentException("Expected at least one target, but found none");
            }
        }
    }

    static Targets wholeNetwork() {
        return new WholeNetwork();
    }

    static Targets layers(List<String> names) {
        return new Layers(names);
    }

    static Targets layers(String... names) {
        return new Layers(List.of(names));
    }

    static Targets perLayer() {
        return new PerLayer();
    }

    static Targets parameters(List<String> names) {
        return new Parameters(names);
    }

    static Targets parameters(String... names) {
        return new Parameters(List.of(names));
    }

    static Targets activations(List<String> names) {
        return new Activations(names);
    }

    static Targets activations(String... names) {
        return new Activations(List.of(names));
    }

    static Targets input() {
        return new Input();
    }

    static Targets several(Targets... parts) {
        return new Several(List.of(parts));
    }

    private static List<String> notEmpty(List<String> names, String what) {
        if (names.isEmpty()) {
            throw new IllegalArgumentException("Expected at least one " + what + " name, but found none");
        }
        return names.stream().distinct().toList();
    }
}
