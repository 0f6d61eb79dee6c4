package dev.qualm.attribution;

import dev.qualm.network.GraphWriter;
import dev.qualm.network.Structure;
import dev.qualm.network.graph.Node;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a node is to relevance propagation. */
public enum NodeKind {
    /** Conv or ConvTranspose with constant weights. */
    CONVOLUTION,
    /** Gemm or MatMul with a constant matrix. */
    DENSE,
    /** An elementwise function of one tensor. */
    ACTIVATION,
    /** Average pooling and other fixed averages. */
    AVERAGE,
    /** A sum of tensors that all depend on the input: residual connections. */
    SUM,
    /** A constant added to or multiplied with one tensor. */
    SHIFT,
    /** Normalisation that is not folded into a linear layer. */
    NORMALIZATION,
    /** Moves elements or picks some, such as Reshape, Concat and max-pooling: the gradient hands relevance on as it is. */
    MOVE,
    /** Anything else. */
    OTHER;

    private static final Set<String> AVERAGES =
            Set.of("AveragePool", "GlobalAveragePool", "ReduceMean", "ReduceSum", "Resize", "Upsample");
    private static final Set<String> NORMALIZATIONS = Set.of(
            "BatchNormalization",
            "InstanceNormalization",
            "LayerNormalization",
            "GroupNormalization",
            "RMSNormalization",
            "MeanVarianceNormalization",
            "LRN",
            "LpNormalization");
    private static final Set<String> MOVES = Set.of(
            "Identity",
            "Dropout",
            "Flatten",
            "Reshape",
            "Squeeze",
            "Unsqueeze",
            "Transpose",
            "Concat",
            "Split",
            "Slice",
            "Pad",
            "Gather",
            "GatherElements",
            "GatherND",
            "Expand",
            "Tile",
            "MaxPool",
            "GlobalMaxPool",
            "ReduceMax",
            "ReduceMin",
            "Max",
            "Min",
            "DepthToSpace",
            "SpaceToDepth",
            "ReverseSequence",
            "Compress",
            "TopK",
            "Where",
            "Cast",
            "SmoothMaxPool");

    /** Name in messages and selectors. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @param inputs numbers of the node's inputs that depend on the network's input */
    static NodeKind of(GraphWriter w, Node n, List<Integer> inputs) {
        LinearLayer layer = LinearLayer.of(w, n);
        if (layer != null && inputs.equals(List.of(0))) {
            return layer.isConvolution() ? CONVOLUTION : DENSE;
        }
        int[] in = w.shape(n.input(inputs.get(0)));
        boolean same = Arrays.equals(in, w.shape(n.output()));
        if (inputs.size() == 1 && same && Structure.isActivation(n.op())) {
            return ACTIVATION;
        }
        return switch (n.op()) {
            case "Add", "Sub", "Sum", "Mean" ->
                inputs.size() == n.inputs().size() && inputs.size() > 1 ? SUM : same ? SHIFT : OTHER;
            case "Mul" -> inputs.size() == 1 && same ? SHIFT : OTHER;
            case "Div" -> inputs.equals(List.of(0)) && same ? SHIFT : OTHER;
            default ->
                AVERAGES.contains(n.op())
                        ? AVERAGE
                        : NORMALIZATIONS.contains(n.op()) ? NORMALIZATION : MOVES.contains(n.op()) ? MOVE : OTHER;
        };
    }
}
