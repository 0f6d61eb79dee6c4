package dev.qualm.gradient;

import dev.qualm.UnsupportedModelException;
import dev.qualm.network.Layer;
import dev.qualm.network.Network;
import dev.qualm.network.graph.Graph;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@link Targets} resolved on a network: groups of entries with a name, and what must be computed for them. */
final class MetricTargets {
    /**
     * One set of columns.
     *
     * @param name prefix of the columns
     * @param parameters weights by name, in the order of the graph
     * @param tensors activations by name
     */
    record Group(String name, List<String> parameters, List<String> tensors) {}

    private final Network network;
    private final Parameters known;
    private final boolean batchFirst;
    private final List<Group> groups = new ArrayList<>();
    private final Map<String, Parameters.Parameter> parameters = new LinkedHashMap<>();
    private final Set<String> tensors = new LinkedHashSet<>();

    private MetricTargets(Network network) {
        this.network = network;
        this.known = Parameters.of(network);
        this.batchFirst = BatchAxes.areObvious(network);
    }

    static MetricTargets of(Network network, Targets targets) {
        MetricTargets t = new MetricTargets(network);
        t.resolve(targets);
        for (Group g : t.groups) {
            g.parameters.forEach(p -> t.parameters.computeIfAbsent(p, t.known::get));
            t.tensors.addAll(g.tensors);
        }
        return t;
    }

    List<Group> groups() {
        return groups;
    }

    Map<String, Parameters.Parameter> parameters() {
        return parameters;
    }

    /** Whether every tensor is known to have the batch on axis 0. */
    boolean batchFirst() {
        return batchFirst;
    }

    Set<String> tensors() {
        return tensors;
    }

    private void resolve(Targets targets) {
        if (targets instanceof Targets.WholeNetwork) {
            weights("network", known.names());
        } else if (targets instanceof Targets.PerLayer) {
            for (Layer l : network.structure().layers()) {
                List<String> used =
                        l.weights().stream().filter(known.names()::contains).toList();
                if (!used.isEmpty()) {
                    weights(l.name(), used);
                }
            }
            if (groups.isEmpty()) {
                throw new UnsupportedModelException("The network has no layer with weights");
            }
        } else if (targets instanceof Targets.Layers l) {
            Set<String> names = new LinkedHashSet<>();
            l.names().forEach(name -> names.addAll(ofLayer(name)));
            weights(String.join("+", l.names()), names);
        } else if (targets instanceof Targets.Parameters p) {
            p.names().forEach(known::get);
            weights(String.join("+", p.names()), new LinkedHashSet<>(p.names()));
        } else if (targets instanceof Targets.Activations a) {
            groups.add(new Group(String.join("+", a.names()), List.of(), activations(a.names())));
        } else if (targets instanceof Targets.Input) {
            groups.add(new Group("input", List.of(), List.of(network.structure().differentiable())));
        } else if (targets instanceof Targets.Several s) {
            s.parts().forEach(this::resolve);
        }
    }

    /** A weight or a tensor beside the logits' path would only give zeros. */
    private List<String> activations(List<String> names) {
        Graph graph = network.graph().prune(Set.of(network.structure().logits()));
        Set<String> tensors = new LinkedHashSet<>(graph.tensors());
        network.inputs().forEach(i -> tensors.add(i.name()));
        for (String name : names) {
            if (!tensors.contains(name)) {
                throw new UnsupportedModelException("There is no activation '" + name + "' that the logits depend on"
                        + (graph.initializers().containsKey(name)
                                ? ", it is a weight: use Targets.parameters(...)"
                                : "")
                        + "; there are " + tensors);
            }
        }
        return names;
    }

    private Set<String> ofLayer(String name) {
        Set<String> found = new LinkedHashSet<>();
        for (Layer l : network.structure().layers()) {
            for (String w : l.weights()) {
                if (l.name().equals(name) || l.output().equals(name) || w.startsWith(name + ".")) {
                    found.add(w);
                }
            }
        }
        known.names().stream().filter(w -> w.startsWith(name + ".")).forEach(found::add);
        if (found.isEmpty()) {
            throw new UnsupportedModelException("There is no layer '" + name + "' with weights; there are "
                    + network.structure().layers().stream().map(Layer::name).toList());
        }
        return found;
    }

    private void weights(String name, java.util.Collection<String> wanted) {
        if (wanted.isEmpty()) {
            throw new UnsupportedModelException("The network has no weights that its logits depend on, so there is no"
                    + " weight gradient; use Targets.input() or Targets.activations(...)");
        }
        // Registration order: that of the graph, then whatever only the caller named.
        Set<String> ordered = new LinkedHashSet<>(known.names());
        ordered.retainAll(new LinkedHashSet<>(wanted));
        ordered.addAll(wanted);
        groups.add(new Group(name, List.copyOf(ordered), List.of()));
    }
}
