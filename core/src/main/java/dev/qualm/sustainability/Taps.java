package dev.qualm.sustainability;

import dev.qualm.network.Layer;
import dev.qualm.network.Network;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which places of a network are compared. Found in the network's graph, so reused layers and activations without a module count. */
public sealed interface Taps {
    /** Outputs of the activation functions, as the reference implementation means it. */
    Taps ACTIVATIONS = new Activations();

    /** Outputs of the layers with a weight matrix or kernel: convolutions, linear layers and recurrences. */
    Taps LAYERS = new Layers();

    /** Tensors or nodes by name, in the given order. */
    static Taps named(String... names) {
        return new Named(List.of(names));
    }

    /**
     * The taps of a network.
     *
     * @throws SustainabilityException if there are none, naming what there is to choose from
     */
    List<Tap> of(Network network);

    /** As on a command line: {@code activations}, {@code layers} or the names. */
    String label();

    /** See {@link #ACTIVATIONS}. */
    record Activations() implements Taps {
        @Override
        public List<Tap> of(Network network) {
            return Found.require(network, network.structure().activations(), "activation functions");
        }

        @Override
        public String label() {
            return "activations";
        }
    }

    /** See {@link #LAYERS}. */
    record Layers() implements Taps {
        /* Scales, shifts and normalisations have weights as well, but move with the layer before them. */
        private static final Set<String> OPERATORS =
                Set.of("Conv", "ConvTranspose", "Gemm", "MatMul", "LSTM", "GRU", "RNN");

        @Override
        public List<Tap> of(Network network) {
            List<String> outputs = network.structure().layers().stream()
                    .filter(l -> OPERATORS.contains(l.op()))
                    .map(Layer::output)
                    .toList();
            return Found.require(network, outputs, "learnable layers");
        }

        @Override
        public String label() {
            return "layers";
        }
    }

    /**
     * See {@link #named}.
     *
     * @param names of tensors, or of nodes, whose first output is meant
     */
    record Named(List<String> names) implements Taps {
        public Named {
            names = List.copyOf(names);
        }

        @Override
        public List<Tap> of(Network network) {
            Map<String, Tap> found = new LinkedHashMap<>();
            List<String> unknown = new ArrayList<>();
            for (String name : names) {
                Tap tap = Found.tap(network.graph(), name);
                if (tap == null) {
                    unknown.add(name);
                } else {
                    found.put(tap.tensor(), tap);
                }
            }
            if (!unknown.isEmpty() || found.isEmpty()) {
                throw new SustainabilityException("Expected names of tensors that the network computes, but found "
                        + (unknown.isEmpty() ? "none" : unknown) + "; " + Found.choices(network.graph()));
            }
            return List.copyOf(found.values());
        }

        @Override
        public String label() {
            return String.join(",", names);
        }
    }

    /** Looks taps up. */
    final class Found {
        private static final int LISTED = 60;

        private Found() {}

        private static List<Tap> require(Network network, List<String> tensors, String what) {
            Graph graph = network.graph();
            if (tensors.isEmpty()) {
                throw new SustainabilityException("Expected a network with " + what
                        + ", but found none; name tensors instead. " + choices(graph));
            }
            List<Tap> taps = new ArrayList<>();
            tensors.stream().distinct().forEach(t -> {
                Tap tap = tap(graph, t);
                if (tap != null) {
                    taps.add(tap);
                }
            });
            return List.copyOf(taps);
        }

        private static @Nullable Tap tap(Graph graph, String name) {
            Node node = graph.producer(name);
            if (node != null) {
                return new Tap(node.name(), name, node.op());
            }
            return graph.nodes().stream()
                    .filter(n -> n.name().equals(name) && !n.output().isEmpty())
                    .findFirst()
                    .map(n -> new Tap(n.name(), n.output(), n.op()))
                    .orElse(null);
        }

        private static String choices(Graph graph) {
            List<Node> nodes = graph.nodes();
            String some = nodes.stream()
                    .limit(LISTED)
                    .map(n -> n.output() + " (" + n.op() + ")")
                    .collect(Collectors.joining(", "));
            return "the network has " + some + (nodes.size() > LISTED ? ", ... of " + nodes.size() : "");
        }
    }
}
