package dev.qualm.mutation;

import dev.qualm.array.Array;
import dev.qualm.network.Layer;
import dev.qualm.network.Network;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the units of a network, with the biases and normalisations that belong to them. */
/*
 * A bias or normalisation belongs to a layer only if nothing else reads it: changing its entry for one unit must change nothing but
 * that unit. A layer whose nodes disagree (one is normalised, another is not) has no such change, and says so as its obstacle.
 */
final class UnitFinder {
    private record Use(Node node, int input) {}

    private final Graph graph;
    private final Map<String, Array> constants;
    private final Set<String> outputs = new HashSet<>();
    private final Map<String, List<Node>> readers = new LinkedHashMap<>();
    private final List<Layer> learnable;

    UnitFinder(Network network) {
        graph = network.graph().prune(Set.of(network.structure().logits()));
        constants = graph.initializers();
        outputs.add(network.structure().logits());
        network.graph().outputs().forEach(o -> outputs.add(o.name()));
        // Readers outside the pruned part count too: what they see would change with the unit.
        for (Node n : network.graph().nodes()) {
            new LinkedHashSet<>(n.inputs())
                    .forEach(i ->
                            readers.computeIfAbsent(i, k -> new ArrayList<>()).add(n));
        }
        Set<String> kept = new HashSet<>();
        graph.nodes().forEach(n -> kept.add(n.name()));
        learnable = network.structure().layers().stream()
                .filter(l -> kept.contains(l.name()))
                .toList();
    }

    List<UnitLayer> find(Unit unit) {
        return unit == Unit.SCALAR ? scalars() : matrices(unit);
    }

    private List<UnitLayer> scalars() {
        Map<String, List<String>> nodes = new LinkedHashMap<>();
        for (Layer layer : learnable) {
            layer.weights()
                    .forEach(w ->
                            nodes.computeIfAbsent(w, k -> new ArrayList<>()).add(layer.name()));
        }
        List<UnitLayer> found = new ArrayList<>();
        nodes.forEach((weight, users) -> {
            Array a = constants.get(weight);
            if (a != null && a.size() > 0 && isFinite(a)) {
                UnitLayout each = UnitLayout.rows(a.size(), 1);
                found.add(new UnitLayer(users.get(0), users, weight, each, List.of(), List.of(), null));
            }
        });
        return found;
    }

    /** Constants with infinities are masks, not weights. */
    private static boolean isFinite(Array a) {
        for (int i = 0; i < a.size(); i++) {
            if (!Double.isFinite(a.get(i))) {
                return false;
            }
        }
        return true;
    }

    private List<UnitLayer> matrices(Unit unit) {
        Map<String, List<Use>> uses = new LinkedHashMap<>();
        for (Node n : graph.nodes()) {
            if (unit == Unit.FILTER && !n.op().startsWith("Conv")) {
                continue;
            }
            for (int i = 0; i < 2; i++) {
                Array w = constants.get(n.input(i));
                boolean other = n.inputs().size() > 1 - i && !constants.containsKey(n.input(1 - i));
                if (w != null && w.dtype().isFloating() && other && UnitLayout.of(n, i, w) != null && isFinite(w)) {
                    uses.computeIfAbsent(n.input(i), k -> new ArrayList<>()).add(new Use(n, i));
                }
            }
        }
        List<UnitLayer> found = new ArrayList<>();
        uses.forEach((weight, users) -> found.add(layer(weight, users)));
        return found;
    }

    private UnitLayer layer(String weight, List<Use> uses) {
        Array array = java.util.Objects.requireNonNull(constants.get(weight));
        Use first = uses.get(0);
        UnitLayout layout = java.util.Objects.requireNonNull(UnitLayout.of(first.node, first.input, array));
        List<String> names = uses.stream().map(u -> u.node.name()).toList();
        Set<String> biases = new LinkedHashSet<>();
        Set<Node> members = new HashSet<>(); // nodes that may read biases
        List<UnitLayer.Norm> norms = new ArrayList<>();
        Set<Node> normNodes = new HashSet<>();
        String obstacle = null;
        int bare = 0;
        for (Use use : uses) {
            Node last = use.node;
            if (!layout.equals(UnitLayout.of(use.node, use.input, array))) {
                obstacle = "its nodes use the weight in different layouts";
            }
            String bias = use.node.op().equals("MatMul") ? "" : use.node.input(2);
            members.add(use.node);
            if (bias.isEmpty() && use.node.op().equals("MatMul")) {
                Node add = onlyReader(last.output(), "Add");
                String summand = add == null ? "" : add.input(0).equals(last.output()) ? add.input(1) : add.input(0);
                if (add != null && use.input == 1 && isVector(summand, layout.units())) {
                    bias = summand;
                    last = add;
                    members.add(add);
                }
            }
            if (!bias.isEmpty()) {
                obstacle = isVector(bias, layout.units()) ? obstacle : "its bias is not one number per unit";
                biases.add(bias);
            }
            Node norm = onlyReader(last.output(), "BatchNormalization");
            if (norm == null) {
                bare++;
                if (readers.getOrDefault(last.output(), List.of()).stream()
                        .anyMatch(r -> r.op().equals("BatchNormalization"))) {
                    obstacle = "its output is read before and after a normalisation";
                }
            } else if (use.node.op().equals("MatMul") || !isConstant(norm, layout.units())) {
                obstacle = "the normalisation after it has no constant scale and shift per unit";
            } else {
                norms.add(new UnitLayer.Norm(norm.name(), norm.input(1), norm.input(2), norm.input(3), norm.input(4)));
                normNodes.add(norm);
            }
        }
        for (String bias : biases) {
            if (!members.containsAll(readers.getOrDefault(bias, List.of())) || bias.equals(weight)) {
                obstacle = "its bias is used elsewhere";
            }
        }
        for (UnitLayer.Norm n : norms) {
            for (String p : List.of(n.scale(), n.shift(), n.mean(), n.variance())) {
                if (!normNodes.containsAll(readers.getOrDefault(p, List.of()))) {
                    obstacle = "its normalisation shares parameters with another";
                }
            }
        }
        if (bare > 0 && !norms.isEmpty()) {
            obstacle = "some of its nodes are normalised and some are not";
        }
        return new UnitLayer(
                names.get(0),
                names,
                weight,
                layout,
                obstacle == null ? List.copyOf(biases) : List.of(),
                obstacle == null ? distinct(norms) : List.of(),
                obstacle);
    }

    /** Two calls of one normalisation have the same parameters, which must change once. */
    private static List<UnitLayer.Norm> distinct(List<UnitLayer.Norm> norms) {
        Map<String, UnitLayer.Norm> byScale = new LinkedHashMap<>();
        norms.forEach(n -> byScale.putIfAbsent(n.scale() + "\n" + n.shift(), n));
        return List.copyOf(byScale.values());
    }

    private @Nullable Node onlyReader(String tensor, String op) {
        List<Node> all = readers.getOrDefault(tensor, List.of());
        return all.size() == 1
                        && all.get(0).op().equals(op)
                        && all.get(0).domain().isEmpty()
                        && !outputs.contains(tensor)
                ? all.get(0)
                : null;
    }

    private boolean isVector(String name, int size) {
        Array a = constants.get(name);
        return a != null && a.dtype().isFloating() && a.size() == size && (a.rank() == 0 || a.dim(-1) == size);
    }

    private boolean isConstant(Node norm, int units) {
        return norm.outputs().size() == 1
                && norm.attributes().getInt("training_mode", 0) == 0
                && norm.attributes().getInt("spatial", 1) == 1
                && norm.inputs().size() == 5
                && norm.inputs().subList(1, 5).stream().allMatch(i -> isVector(i, units));
    }
}
