package dev.qualm.network;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Merges inference-mode BatchNormalization into the linear layer before it. */
/*
 * y = scale (W x + b - mean) / sqrt(var + eps) + shift is linear in x, so per output channel c with
 * s = scale / sqrt(var + eps): W' = s W, b' = (b - mean) s + shift. Computed in double, stored in the weight's type. A layer is
 * folded only when its own output goes nowhere else; the merged node takes the BatchNormalization's output name, so every
 * tensor that still exists keeps its name and meaning.
 */
final class BatchNormFolding {
    private BatchNormFolding() {}

    /** A folded graph, and what its new weights were computed from. */
    record Folded(Graph graph, List<Merge> merges) {}

    /** A layer and the normalisation that was merged into it. */
    record Merge(Node layer, Node bn, int channelAxis, boolean inDouble) {
        String weight() {
            return bn.output() + ".folded.weight";
        }

        String bias() {
            return bn.output() + ".folded.bias";
        }

        /** Names of the constants that the merged weights are computed from. */
        List<String> reads() {
            List<String> names =
                    new ArrayList<>(layer.inputs().subList(1, layer.inputs().size()));
            names.addAll(bn.inputs().subList(1, 5));
            return names;
        }

        Node node() {
            return new Node(
                    layer.name(),
                    layer.domain(),
                    layer.op(),
                    List.of(layer.input(0), weight(), bias()),
                    bn.outputs(),
                    layer.attributes());
        }

        /** The merged weights by name. */
        Map<String, Array> weights(Map<String, Array> constants) {
            Array weight = Objects.requireNonNull(constants.get(layer.input(1)));
            Array bias = constants.get(layer.input(2));
            Array scale = Objects.requireNonNull(constants.get(bn.input(1)));
            Array shift = Objects.requireNonNull(constants.get(bn.input(2)));
            Array mean = Objects.requireNonNull(constants.get(bn.input(3)));
            Array variance = Objects.requireNonNull(constants.get(bn.input(4)));
            double eps = bn.attributes().getFloat("epsilon", 1e-5f);
            int channels = scale.size();
            double[] factor = new double[channels];
            double[] offset = new double[channels];
            for (int c = 0; c < channels; c++) {
                factor[c] = scale.get(c) / Math.sqrt(variance.get(c) + eps);
                offset[c] = ((bias == null ? 0 : bias.get(c)) - mean.get(c)) * factor[c] + shift.get(c);
            }
            return Map.of(
                    weight(),
                    scaled(weight, channelAxis, factor, inDouble),
                    bias(),
                    typed(offset, weight, inDouble, channels));
        }
    }

    /**
     * @param mayVanish whether the tensor between layer and normalisation may disappear (it may not when it is tapped)
     * @param inDouble keep merged weights in FLOAT64 instead of the weight's own type
     */
    static Graph fold(Graph graph, Predicate<String> mayVanish, boolean inDouble) {
        return folded(graph, mayVanish, inDouble).graph();
    }

    /** As {@link #fold}, with the merges, so that they can be made again for other weights. */
    static Folded folded(Graph graph, Predicate<String> mayVanish, boolean inDouble) {
        Map<String, Integer> uses = new HashMap<>();
        graph.nodes().forEach(n -> n.inputs().forEach(i -> uses.merge(i, 1, Integer::sum)));
        Set<String> outputs = new HashSet<>();
        graph.outputs().forEach(o -> outputs.add(o.name()));
        Map<String, Node> producers = new HashMap<>();
        graph.nodes().forEach(n -> n.outputs().forEach(o -> producers.put(o, n)));

        List<Merge> merges = new ArrayList<>();
        Map<String, Array> changed = new HashMap<>();
        Map<Node, Node> replaced = new java.util.IdentityHashMap<>();
        Set<Node> dropped = java.util.Collections.newSetFromMap(new java.util.IdentityHashMap<>());
        for (Node bn : graph.nodes()) {
            String between = bn.input(0);
            Node layer = producers.get(between);
            if (!isInferenceBatchNorm(bn)
                    || layer == null
                    || uses.getOrDefault(between, 0) != 1
                    || outputs.contains(between)
                    || !mayVanish.test(between)) {
                continue;
            }
            Merge merge = merge(graph, layer, bn, inDouble);
            if (merge != null) {
                merges.add(merge);
                changed.putAll(merge.weights(graph.initializers()));
                replaced.put(bn, merge.node());
                dropped.add(layer);
            }
        }
        if (replaced.isEmpty()) {
            return new Folded(graph, List.of());
        }
        List<Node> nodes = new ArrayList<>();
        for (Node n : graph.nodes()) {
            if (!dropped.contains(n)) {
                nodes.add(replaced.getOrDefault(n, n));
            }
        }
        Map<String, Array> initializers = new java.util.LinkedHashMap<>(graph.initializers());
        initializers.putAll(changed);
        Graph folded = new Graph(graph.name(), graph.opsets(), graph.inputs(), graph.outputs(), nodes, initializers);
        Set<String> wanted = new HashSet<>(folded.tensors());
        wanted.addAll(outputs);
        return new Folded(folded.prune(wanted), merges);
    }

    private static boolean isInferenceBatchNorm(Node n) {
        return n.domain().isEmpty()
                && n.op().equals("BatchNormalization")
                && n.outputs().size() == 1
                && n.attributes().getInt("training_mode", 0) == 0
                && n.attributes().getInt("spatial", 1) == 1;
    }

    private static @Nullable Merge merge(Graph graph, Node layer, Node bn, boolean inDouble) {
        int channelAxis;
        if (!layer.domain().isEmpty()) {
            return null;
        }
        switch (layer.op()) {
            case "Conv" -> channelAxis = 0;
            case "ConvTranspose" -> {
                if (layer.attributes().getInt("group", 1) != 1) {
                    return null;
                }
                channelAxis = 1;
            }
            case "Gemm" -> {
                // alpha and beta scale the two terms; only the plain form is worth folding.
                if (layer.attributes().getFloat("alpha", 1) != 1
                        || layer.attributes().getFloat("beta", 1) != 1) {
                    return null;
                }
                channelAxis = layer.attributes().getInt("transB", 0) == 1 ? 0 : 1;
            }
            default -> {
                return null;
            }
        }
        Array weight = graph.initializers().get(layer.input(1));
        Array bias = graph.initializers().get(layer.input(2));
        Array scale = graph.initializers().get(bn.input(1));
        Array shift = graph.initializers().get(bn.input(2));
        Array mean = graph.initializers().get(bn.input(3));
        Array variance = graph.initializers().get(bn.input(4));
        if (weight == null
                || scale == null
                || shift == null
                || mean == null
                || variance == null
                || (bias == null && !layer.input(2).isEmpty())) {
            return null;
        }
        int channels = scale.size();
        if (weight.rank() <= channelAxis
                || weight.dim(channelAxis) != channels
                || shift.size() != channels
                || mean.size() != channels
                || variance.size() != channels
                || (bias != null && bias.size() != channels)) {
            return null;
        }
        return new Merge(layer, bn, channelAxis, inDouble);
    }

    private static Array scaled(Array weight, int axis, double[] factor, boolean inDouble) {
        int inner = 1;
        for (int a = axis + 1; a < weight.rank(); a++) {
            inner *= weight.dim(a);
        }
        if (weight.dtype() == DType.FLOAT32 && !inDouble) {
            // Without a detour over double arrays: mutants do this for every changed layer.
            float[] out = weight.floats().clone();
            for (int i = 0, c = 0; i < out.length; c = (c + 1) % factor.length) {
                for (int end = i + inner; i < end; i++) {
                    out[i] = (float) (out[i] * factor[c]);
                }
            }
            return Array.of(out, weight.shape());
        }
        double[] out = weight.toDoubles().clone();
        for (int i = 0, c = 0; i < out.length; c = (c + 1) % factor.length) {
            for (int end = i + inner; i < end; i++) {
                out[i] *= factor[c];
            }
        }
        return typed(out, weight, inDouble, weight.shape());
    }

    private static Array typed(double[] values, Array like, boolean inDouble, int... shape) {
        Array array = Array.of(values, shape);
        return !inDouble && like.dtype() == DType.FLOAT32 ? array.asFloat32() : array;
    }
}
