package dev.qualm.gradient;

import dev.qualm.array.Array;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A convolution and the BatchNormalization behind it, whose weight gradients follow from the normalisation's output {@code y} alone.
 *
 * @param output name of {@code y}
 * @param slope what the normalisation multiplies each channel with, {@code [c]}
 * @param scale its scale, {@code [c]}
 * @param shift its shift, {@code [c]}
 */
/*
 * With y = slope (conv - mean) + shift and slope = scale / sqrt(variance + epsilon), the gradient at the convolution is slope times
 * that at y, and the normalised values are (y - shift) / scale. So nobody needs to look at what lies between, and the network runs
 * with the two nodes folded into one: no normalisation in the forward pass, none in the sweep. Where the scale is small beside the
 * shift, (y - shift) / scale loses digits, so such a pair is left apart.
 */
record FoldedNorm(String output, Array slope, Array scale, Array shift) {
    /** Largest shift in units of the scale: costs as many roundings. */
    private static final double MOST = 10;

    /** The pairs of a graph, under both of their nodes. */
    static Map<Node, FoldedNorm> of(Graph graph) {
        Map<String, Integer> readers = new HashMap<>();
        graph.outputs().forEach(o -> readers.merge(o.name(), 1, Integer::sum));
        Map<String, Node> convolutions = new HashMap<>();
        Map<Node, FoldedNorm> pairs = new IdentityHashMap<>();
        for (Node n : graph.nodes()) {
            n.inputs().forEach(i -> readers.merge(i, 1, Integer::sum));
            if (n.domain().isEmpty() && n.op().equals("Conv")) {
                convolutions.put(n.output(), n);
            }
        }
        for (Node n : graph.nodes()) {
            Node convolution = convolutions.get(n.input(0));
            boolean norm = n.domain().isEmpty() && n.op().equals("BatchNormalization");
            if (norm && convolution != null && readers.getOrDefault(n.input(0), 0) == 1) {
                FoldedNorm pair = of(graph, n);
                if (pair != null) {
                    pairs.put(n, pair);
                    pairs.put(convolution, pair);
                }
            }
        }
        return pairs;
    }

    private static @Nullable FoldedNorm of(Graph graph, Node norm) {
        Array scale = graph.initializers().get(norm.input(1));
        Array shift = graph.initializers().get(norm.input(2));
        Array variance = graph.initializers().get(norm.input(4));
        boolean inference = norm.outputs().size() == 1
                && norm.attributes().getInt("training_mode", 0) == 0
                && norm.attributes().getInt("spatial", 1) == 1;
        if (!inference || scale == null || shift == null || variance == null) {
            return null;
        }
        int channels = scale.size();
        if (shift.size() != channels || variance.size() != channels) {
            return null;
        }
        double epsilon = norm.attributes().getFloat("epsilon", 1e-5f);
        double[] slope = new double[channels];
        for (int c = 0; c < channels; c++) {
            slope[c] = scale.get(c) / Math.sqrt(variance.get(c) + epsilon);
            boolean exact = Math.abs(shift.get(c)) <= MOST * Math.abs(scale.get(c));
            if (!exact || scale.get(c) == 0 || !Double.isFinite(slope[c])) {
                return null;
            }
        }
        return new FoldedNorm(norm.output(), Array.of(slope, channels), scale, shift);
    }

    /** The gradient at the convolution's output. */
    Tensor behindConvolution(Recorded tape) {
        Tensor d = tape.gradient(output);
        return d.mul(tape.constant(slope, perChannel((int) d.dim())));
    }

    /** The normalised values times the scale, {@code y - shift}. */
    Tensor centred(Recorded tape, Tensor y) {
        return y.sub(tape.constant(shift, perChannel((int) y.dim())));
    }

    /** The gradient of the scale from the sum over positions of the gradient at y times {@link #centred}, {@code [n, c]}. */
    Tensor byScale(Recorded tape, Tensor sums) {
        return sums.div(tape.constant(scale, 1, scale.size()));
    }

    private int[] perChannel(int rank) {
        int[] shape = new int[rank];
        java.util.Arrays.fill(shape, 1);
        shape[1] = slope.size();
        return shape;
    }

    /** What the gradient of one of the pair's weights needs from the tape. */
    NodeGradient.Needs needs(Node node, int input) {
        if (node.op().equals("Conv")) {
            return new NodeGradient.Needs(input == 1 ? List.of(node.input(0)) : List.of(), List.of(output));
        }
        return new NodeGradient.Needs(input == 1 ? List.of(output) : List.of(), List.of(output));
    }
}
