package dev.qualm.gradient;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.Recording;
import dev.qualm.network.Structure;
import dev.qualm.network.Tape;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Finds where the tensors of a network keep the inputs of a batch. */
/*
 * Convolutional networks keep them on axis 0 throughout, which their operators tell. Where axes are permuted or merged (attention,
 * recurrence, exporters' reshapes) the batch is compared with a run of its first input alone: the one axis that is shorter there
 * is the batch's; if inputs share it with other entries, equality of values tells which are the first input's. A tensor without
 * such an axis, or with two, is not understood, and what depends on it goes the slow, always right way.
 */
final class BatchAxes {
    private static final Set<String> KEEPING = Set.of(
            "Conv",
            "ConvTranspose",
            "BatchNormalization",
            "InstanceNormalization",
            "GroupNormalization",
            "LRN",
            "MaxPool",
            "AveragePool",
            "LpPool",
            "GlobalMaxPool",
            "GlobalAveragePool",
            "GlobalLpPool",
            "Exp",
            "Log",
            "Sqrt",
            "Neg",
            "Abs",
            "Identity",
            "Dropout",
            "Cast",
            "Resize",
            "Upsample",
            "DepthToSpace",
            "SpaceToDepth");

    /** Operators that broadcast one input against another. */
    private static final Set<String> BROADCASTING = Set.of("Add", "Sub", "Mul", "Div", "Pow", "PRelu");

    private BatchAxes() {}

    /** Whether a network may be run without its inputs on the tape: every tensor has the batch on axis 0. */
    static boolean areObvious(Network network) {
        Graph graph = network.graph().prune(Set.of(network.structure().logits()));
        Set<String> constant = new HashSet<>(graph.initializers().keySet());
        Map<String, Integer> ranks = new HashMap<>();
        graph.inputs().forEach(i -> ranks.put(i.name(), i.rank()));
        for (Node n : graph.nodes()) {
            if (n.inputs().stream().allMatch(i -> i.isEmpty() || constant.contains(i))) {
                constant.addAll(n.outputs());
                continue;
            }
            boolean keeps = BROADCASTING.contains(n.op())
                    ? broadcastsBehindTheBatch(n, graph, constant, ranks)
                    : !constant.contains(n.input(0)) && keepsBatchFirst(n, constant);
            if (!keeps) {
                return false;
            }
            int rank = rank(n, graph, constant, ranks);
            n.outputs().forEach(o -> ranks.put(o, rank));
        }
        return true;
    }

    private static boolean keepsBatchFirst(Node n, Set<String> constant) {
        Attributes a = n.attributes();
        return switch (n.op()) {
            case "Gemm" -> a.getInt("transA", 0) == 0 && constant.contains(n.input(1));
            case "Flatten" -> a.getInt("axis", 1) == 1;
            case "Softmax", "LogSoftmax", "Concat" -> a.getInt("axis", 1) == 1;
            default -> KEEPING.contains(n.op()) || Structure.isActivation(n.op());
        };
    }

    /** A constant with more axes than the inputs pushes the batch to a later one. */
    private static boolean broadcastsBehindTheBatch(
            Node n, Graph graph, Set<String> constant, Map<String, Integer> ranks) {
        int rank = rank(n, graph, constant, ranks);
        for (String name : n.inputs()) {
            Array a = graph.initializers().get(name);
            boolean fits = a != null
                    ? a.rank() < rank || a.rank() == rank && a.dim(0) == 1
                    : !constant.contains(name) && ranks.getOrDefault(name, -1) == rank;
            if (!fits) {
                return false;
            }
        }
        return rank > 0;
    }

    /** Number of axes of a node's output, -1 if it is not known: these operators keep it, or make matrices. */
    private static int rank(Node n, Graph graph, Set<String> constant, Map<String, Integer> ranks) {
        Array weight = n.op().startsWith("Conv") ? graph.initializers().get(n.input(1)) : null;
        if (weight != null) {
            return weight.rank();
        }
        if (n.op().equals("Gemm") || n.op().equals("Flatten")) {
            return 2;
        }
        return n.inputs().stream()
                .filter(i -> !i.isEmpty() && !constant.contains(i))
                .findFirst()
                .map(i -> ranks.getOrDefault(i, -1))
                .orElse(-1);
    }

    /**
     * The axes of those tensors that are understood.
     *
     * @param obvious {@link #areObvious} of the network
     */
    static Map<String, BatchAxis> of(Tape tape, Collection<String> names, int count, boolean obvious) {
        Map<String, BatchAxis> axes = new HashMap<>();
        if (obvious) {
            for (String name : names) {
                Tensor t = tape.value(name);
                if (t.dim() > 0 && t.size(0) == count) {
                    axes.put(name, new BatchAxis(0, 1, true));
                }
            }
            return axes;
        }
        if (count < 2) {
            return axes; // a batch of one is its own slow way
        }
        Recording recording = new Recording(Set.copyOf(names), Set.of(), Map.of(), false);
        try (Tape single = Tape.recordTensors(tape.network(), feeds(tape, 0), recording)) {
            for (String name : names) {
                BatchAxis axis = compare(tape.value(name).detach(), single.value(name), count);
                if (axis != null) {
                    axes.put(name, axis);
                }
            }
        } catch (QualmException e) {
            axes.clear(); // the network cannot take one input alone; nothing is understood
        }
        return axes;
    }

    /** The network's inputs for one row of the batch. */
    static Map<String, Tensor> feeds(Tape tape, int row) {
        Map<String, Tensor> feeds = new HashMap<>();
        tape.network()
                .inputs()
                .forEach(i -> feeds.put(i.name(), tape.value(i.name()).detach().narrow(0, row, 1)));
        return feeds;
    }

    private static @Nullable BatchAxis compare(Tensor all, Tensor first, int count) {
        if (all.dim() != first.dim()) {
            return null;
        }
        int axis = -1;
        for (int d = 0; d < all.dim(); d++) {
            if (all.size(d) == count * first.size(d) && first.size(d) > 0) {
                if (axis >= 0) {
                    return null;
                }
                axis = d;
            } else if (all.size(d) != first.size(d)) {
                return null;
            }
        }
        if (axis < 0) {
            return null;
        }
        int repeats = (int) first.size(axis);
        if (repeats == 1) {
            return new BatchAxis(axis, 1, true);
        }
        Array expected = Tensors.toArray(
                new BatchAxis(axis, repeats, true).perInput(first).select(0, 0));
        BatchAxis understood = null;
        for (boolean outer : new boolean[] {true, false}) {
            BatchAxis candidate = new BatchAxis(axis, repeats, outer);
            if (equal(Tensors.toArray(candidate.perInput(all).select(0, 0)), expected)) {
                if (understood != null) {
                    return null; // values that do not tell, as zeros behind a dead layer
                }
                understood = candidate;
            }
        }
        return understood;
    }

    private static boolean equal(Array a, Array b) {
        double scale = 1e-12;
        double gap = 0;
        for (int i = 0; i < a.size(); i++) {
            scale = Math.max(scale, Math.abs(b.get(i)));
            gap = Math.max(gap, Math.abs(a.get(i) - b.get(i)));
        }
        return gap <= 1e-3 * scale;
    }
}
