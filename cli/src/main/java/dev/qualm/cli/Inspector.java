package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.data.OutputKind;
import dev.qualm.network.Head;
import dev.qualm.network.Layer;
import dev.qualm.network.Network;
import dev.qualm.network.Structure;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import dev.qualm.network.onnx.ModelHash;
import dev.qualm.network.operator.Operators;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Finds out what {@code qualm inspect} shows. */
final class Inspector {
    private final ModelOptions model;
    private final Path file;
    private final Graph graph;

    private Inspector(ModelOptions model, Graph graph) {
        this.model = model;
        this.file = model.file();
        this.graph = graph;
    }

    /**
     * Inspects a model, whether it can run or not.
     *
     * @throws UnreadableFileException if it is no ONNX model, or damaged
     * @throws UnsupportedModelException if it is in a form of which not even the graph can be shown
     */
    static Inspection inspect(ModelOptions model) {
        Graph graph;
        try {
            graph = Network.reader().keepingUnsupported().read(model.file());
        } catch (UnsupportedModelException e) {
            // The strict reader's message names the operators as well.
            graph = Network.read(model.file());
        }
        return new Inspector(model, graph).inspect();
    }

    private Inspection inspect() {
        List<Inspection.OperatorUse> unsupported = operators(n -> Operators.find(n.domain(), n.op()) == null);
        if (!unsupported.isEmpty()) {
            return summary(null, null, unsupported, null);
        }
        try (Network network = model.network(graph)) {
            Structure structure = network.structure();
            Probe probe = null;
            String note = null;
            try {
                probe = Probe.of(network, interesting(structure));
            } catch (QualmException | ArithmeticException e) {
                note = String.valueOf(e.getMessage());
            }
            return summary(structure, new Tried(probe, note), List.of(), null);
        } catch (UnsupportedModelException e) {
            return summary(null, null, List.of(), e.getMessage());
        }
    }

    /** The outcome of a run of made-up samples: one of both is null. */
    private record Tried(@Nullable Probe probe, @Nullable String note) {}

    private static Set<String> interesting(Structure structure) {
        Set<String> names = new LinkedHashSet<>(Set.of(structure.logits()));
        structure.layers().forEach(l -> names.add(l.output()));
        return names;
    }

    private Inspection summary(
            @Nullable Structure structure,
            @Nullable Tried tried,
            List<Inspection.OperatorUse> unsupported,
            @Nullable String problem) {
        Map<String, Long> domains = new TreeMap<>(graph.opsets());
        domains.remove("");
        Probe probe = tried == null ? null : tried.probe();
        List<Layer> layers = structure == null ? List.of() : structure.layers();
        Set<String> weights = new LinkedHashSet<>();
        layers.forEach(l -> weights.addAll(l.weights()));
        return new Inspection(
                file.toString(),
                size(),
                ModelHash.of(file),
                graph.opset(),
                domains,
                graph.nodes().size(),
                graph.inputs().stream().map(Inspector::port).toList(),
                graph.outputs().stream().map(Inspector::port).toList(),
                structure == null || tried == null ? null : classifier(structure, tried),
                weights.stream().mapToLong(w -> weight(w).size()).sum(),
                layers.stream().map(l -> layer(l, probe)).toList(),
                structure == null ? List.of() : structure.activations(),
                operators(n -> true),
                unsupported,
                problem);
    }

    private long size() {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UnreadableFileException(file + " cannot be read: " + e, e);
        }
    }

    private Array weight(String name) {
        return Objects.requireNonNull(graph.initializers().get(name));
    }

    private Inspection.LayerRow layer(Layer layer, @Nullable Probe probe) {
        List<Inspection.Weight> weights = new ArrayList<>();
        long parameters = 0;
        for (String name : layer.weights()) {
            weights.add(new Inspection.Weight(
                    name, Arrays.stream(weight(name).shape()).boxed().toList()));
            parameters += weight(name).size();
        }
        return new Inspection.LayerRow(
                layer.name(),
                layer.op(),
                layer.input(),
                layer.output(),
                probe == null ? null : probe.shapes().get(layer.output()),
                weights,
                parameters);
    }

    private Inspection.@Nullable Classifier classifier(Structure structure, Tried tried) {
        if (structure.kind() == OutputKind.OTHER) {
            return null;
        }
        Probe probe = tried.probe();
        List<Integer> shape = probe == null ? null : probe.shapes().get(structure.logits());
        Node producer = graph.producer(structure.output());
        return new Inspection.Classifier(
                structure.output(),
                Choice.written(structure.kind()),
                producer == null ? null : producer.op(),
                structure.logits(),
                structure.trueLogits(),
                shape,
                shape == null ? null : classes(shape),
                model.description().classes(),
                head(structure.head()),
                GradientPath.of(graph, structure.differentiable(), structure.logits()),
                probe == null ? null : batches(probe),
                tried.note());
    }

    /** Number of classes; null unless there is one row of them, for which {@code [classes, 1, 1]} counts, too. */
    private static @Nullable Integer classes(List<Integer> shape) {
        boolean row = shape.stream().filter(d -> d != 1).count() <= 1;
        return row ? shape.stream().reduce(1, (a, b) -> a * b) : null;
    }

    private String batches(Probe probe) {
        long declared = graph.inputs().get(0).dim(0);
        if (!probe.sampleBySample()) {
            return "any size";
        }
        return declared > 1 ? declared + " samples at a time" : "one sample at a time";
    }

    private Inspection.@Nullable HeadRow head(@Nullable Head head) {
        if (head == null) {
            return null;
        }
        Array w = weight(head.weight());
        String op = graph.nodes().stream()
                .filter(n -> n.name().equals(head.node()))
                .map(Node::op)
                .findFirst()
                .orElse("");
        return new Inspection.HeadRow(
                head.node(),
                op,
                head.features(),
                w.dim(head.classesFirst() ? 1 : 0),
                w.dim(head.classesFirst() ? 0 : 1),
                head.bias() != null,
                head.averaged());
    }

    /** Operators of some nodes, most frequent first. */
    private List<Inspection.OperatorUse> operators(Predicate<Node> which) {
        Map<String, List<String>> nodes = new LinkedHashMap<>();
        graph.nodes().stream()
                .filter(which)
                .forEach(n -> nodes.computeIfAbsent(
                                (n.domain().isEmpty() ? "" : n.domain() + ":") + n.op(), k -> new ArrayList<>())
                        .add(n.name()));
        return nodes.entrySet().stream()
                .map(e -> new Inspection.OperatorUse(e.getKey(), e.getValue().size(), e.getValue()))
                .sorted(Comparator.comparingInt(Inspection.OperatorUse::count)
                        .reversed()
                        .thenComparing(Inspection.OperatorUse::op))
                .toList();
    }

    private static Inspection.Port port(ValueInfo info) {
        List<Object> shape = null;
        if (info.shape() != null) {
            shape = new ArrayList<>();
            for (ValueInfo.Dim d : info.shape()) {
                Object axis = d.size() >= 0
                        ? (Object) d.size()
                        : !d.symbol().isEmpty() ? d.symbol() : shape.isEmpty() ? "N" : "?";
                shape.add(axis);
            }
        }
        return new Inspection.Port(info.name(), TypeNames.of(info.type()), shape);
    }
}
