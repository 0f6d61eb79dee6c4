package dev.qualm.network;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.data.OutputKind;
import dev.qualm.network.graph.ElementType;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What can be read off a graph without running it: where the logits are, the head, layers and activations in order.
 *
 * @param output the graph output that is explained
 * @param kind what that output holds
 * @param logits the tensor that holds logits: the output itself, or the input of the Softmax before it. For probabilities
 *     without a Softmax in the graph it is the output, and its logarithm equals the logits up to a shift per sample
 * @param trueLogits whether {@code logits} are logits as they are
 * @param head the last linear layer, or null if the logits come from something else
 * @param layers nodes with learnable weights, in order
 * @param activations outputs of activation functions, in order
 * @param differentiable the tensor input gradients refer to: the input, or for integer inputs the first float tensor
 */
public record Structure(
        String output,
        OutputKind kind,
        String logits,
        boolean trueLogits,
        @Nullable Head head,
        List<Layer> layers,
        List<String> activations,
        String differentiable) {

    private static final Set<String> ACTIVATIONS = Set.of(
            "Relu",
            "LeakyRelu",
            "PRelu",
            "Elu",
            "Selu",
            "Celu",
            "Sigmoid",
            "HardSigmoid",
            "HardSwish",
            "Tanh",
            "Softplus",
            "Softsign",
            "ThresholdedRelu",
            "Gelu",
            "Mish",
            "Swish",
            "Clip",
            "SmoothClip",
            "Erf");

    /** Weight inputs by operator, in order; everything else that reads a float initializer counts from input 1 on. */
    private static final Map<String, List<Integer>> WEIGHT_INPUTS = Map.ofEntries(
            Map.entry("Conv", List.of(1, 2)),
            Map.entry("ConvTranspose", List.of(1, 2)),
            Map.entry("Gemm", List.of(1, 2, 0)),
            Map.entry("MatMul", List.of(1, 0)),
            Map.entry("BatchNormalization", List.of(1, 2)),
            Map.entry("InstanceNormalization", List.of(1, 2)),
            Map.entry("LayerNormalization", List.of(1, 2)),
            Map.entry("GroupNormalization", List.of(1, 2)),
            Map.entry("RMSNormalization", List.of(1)),
            Map.entry("PRelu", List.of(1)),
            Map.entry("Gather", List.of(0)),
            Map.entry("LSTM", List.of(1, 2, 3, 7)),
            Map.entry("GRU", List.of(1, 2, 3)),
            Map.entry("RNN", List.of(1, 2, 3)),
            Map.entry("Add", List.of(0, 1)),
            Map.entry("Mul", List.of(0, 1)),
            Map.entry("Sub", List.of(0, 1)),
            Map.entry("Div", List.of(1)));

    public Structure {
        layers = List.copyOf(layers);
        activations = List.copyOf(activations);
    }

    /**
     * Reads a graph.
     *
     * @param chosenOutput the output to explain, or null for the first float output of rank 2, else the first float output,
     *     else the first output
     * @param declared what it holds, or null to find out from the graph; {@link OutputKind#OTHER} if it is not float
     */
    static Structure of(Graph graph, @Nullable String chosenOutput, @Nullable OutputKind declared) {
        String output = chosenOutput == null ? defaultOutput(graph) : chosenOutput;
        if (graph.outputs().stream().noneMatch(o -> o.name().equals(output))
                && !graph.tensors().contains(output)) {
            throw new UnsupportedModelException(
                    "There is no output '" + output + "'; the network has " + graph.outputs());
        }
        Node last = skipCopies(graph, graph.producer(output));
        OutputKind kind = declared != null ? declared : isFloat(graph, output) ? kindOf(last) : OutputKind.OTHER;
        String logits = output;
        boolean trueLogits = kind == OutputKind.LOGITS;
        if (last != null
                && kind == kindOf(last)
                && kind != OutputKind.LOGITS
                && last.inputs().size() > 0) {
            logits = last.input(0);
            trueLogits = true;
        }
        return new Structure(
                output,
                kind,
                logits,
                trueLogits,
                head(graph, logits),
                layers(graph),
                activations(graph),
                differentiable(graph, output));
    }

    /** Inputs of an operator that hold learnable weights when they are float constants, in order; none for most. */
    public static List<Integer> weightInputs(String op) {
        return WEIGHT_INPUTS.getOrDefault(op, List.of());
    }

    /** Whether an operator is an activation function: the same of every element, whatever the shape. */
    public static boolean isActivation(String op) {
        return ACTIVATIONS.contains(op);
    }

    private static String defaultOutput(Graph graph) {
        List<ValueInfo> floats = graph.outputs().stream()
                .filter(o -> o.type().isFloating() || o.type().code() == 0)
                .toList();
        return floats.stream()
                .filter(o -> o.rank() == 2)
                .findFirst()
                .or(() -> floats.stream().findFirst())
                .or(() -> graph.outputs().stream().findFirst())
                .orElseThrow(() -> new UnsupportedModelException("The network has no output"))
                .name();
    }

    /** Whether a tensor is declared or may be taken to be float; only outputs are declared. */
    private static boolean isFloat(Graph graph, String tensor) {
        return graph.outputs().stream()
                .filter(o -> o.name().equals(tensor))
                .allMatch(o -> o.type().isFloating() || o.type() == ElementType.UNDEFINED);
    }

    private static OutputKind kindOf(@Nullable Node last) {
        if (last == null || !last.domain().isEmpty()) {
            return OutputKind.LOGITS;
        }
        return switch (last.op()) {
            case "Softmax" -> OutputKind.PROBABILITIES;
            case "LogSoftmax" -> OutputKind.LOG_PROBABILITIES;
            default -> OutputKind.LOGITS;
        };
    }

    private static @Nullable Node skipCopies(Graph graph, @Nullable Node node) {
        Node n = node;
        while (n != null
                && Set.of("Identity", "Cast", "Dropout", "Flatten", "Squeeze").contains(n.op())) {
            n = graph.producer(n.input(0));
        }
        return n;
    }

    private static @Nullable Head head(Graph graph, String logits) {
        Node n = graph.producer(logits);
        String bias = null;
        Node mean = null;
        while (n != null) {
            Map<String, Array> weights = graph.initializers();
            switch (n.op()) {
                case "Identity", "Flatten", "Squeeze", "Reshape", "Dropout" -> n = graph.producer(n.input(0));
                case "GlobalAveragePool", "ReduceMean" -> {
                    if (mean != null) {
                        return null;
                    }
                    mean = n;
                    n = graph.producer(n.input(0));
                }
                case "Add" -> {
                    int constant = weights.containsKey(n.input(1)) ? 1 : weights.containsKey(n.input(0)) ? 0 : -1;
                    if (constant < 0 || bias != null) {
                        return null;
                    }
                    bias = n.input(constant);
                    n = graph.producer(n.input(1 - constant));
                }
                case "Gemm" -> {
                    boolean plain = mean == null
                            && n.attributes().getInt("transA", 0) == 0
                            && n.attributes().getFloat("alpha", 1) == 1
                            && n.attributes().getFloat("beta", 1) == 1
                            && (bias == null || n.input(2).isEmpty());
                    String b = n.input(2).isEmpty() ? bias : n.input(2);
                    return plain && weights.containsKey(n.input(1)) && (b == null || weights.containsKey(b))
                            ? new Head(
                                    n.name(),
                                    n.input(0),
                                    n.input(1),
                                    n.attributes().getInt("transB", 0) == 1,
                                    b)
                            : null;
                }
                case "MatMul" -> {
                    Node turned = graph.producer(n.input(1));
                    String weight = n.input(1);
                    if (turned != null && turned.op().equals("Transpose") && swaps(turned)) {
                        weight = turned.input(0);
                    }
                    Array w = weights.get(weight);
                    return mean == null && w != null && w.rank() == 2
                            ? new Head(n.name(), n.input(0), weight, !weight.equals(n.input(1)), bias)
                            : null;
                }
                case "Conv" -> {
                    Array w = weights.get(n.input(1));
                    boolean pointwise = w != null
                            && w.rank() > 2
                            && w.size() == w.dim(0) * w.dim(1)
                            && n.attributes().getInt("group", 1) == 1;
                    String b = n.input(2).isEmpty() ? bias : n.input(2);
                    boolean whole = mean == null || w != null && unshifted(n) && ofPositions(graph, mean, w.rank());
                    return pointwise && whole && (bias == null || n.input(2).isEmpty())
                            ? new Head(n.name(), n.input(0), n.input(1), true, b, mean != null)
                            : null;
                }
                default -> {
                    return null;
                }
            }
        }
        return null;
    }

    /** Whether the two axes of a matrix change places. */
    private static boolean swaps(Node transpose) {
        long[] order = transpose.attributes().getInts("perm");
        return order == null || Arrays.equals(order, new long[] {1, 0});
    }

    /** Whether a convolution of single positions is applied at all of them, and no others. */
    private static boolean unshifted(Node conv) {
        long[] strides = conv.attributes().getInts("strides");
        long[] pads = conv.attributes().getInts("pads");
        return (strides == null || Arrays.stream(strides).allMatch(v -> v == 1))
                && (pads == null || Arrays.stream(pads).allMatch(v -> v == 0));
    }

    /** Whether a mean is taken over all axes but those of items and channels. */
    private static boolean ofPositions(Graph graph, Node mean, int rank) {
        if (mean.op().equals("GlobalAveragePool")) {
            return true;
        }
        long[] axes = mean.attributes().getInts("axes");
        Array given = graph.initializers().get(mean.input(1));
        if (axes == null && given != null) {
            axes = new long[given.size()];
            for (int i = 0; i < axes.length; i++) {
                axes[i] = (long) given.get(i);
            }
        }
        return axes != null
                && Arrays.equals(
                        Arrays.stream(axes)
                                .map(a -> a < 0 ? a + rank : a)
                                .sorted()
                                .toArray(),
                        LongStream.range(2, rank).toArray());
    }

    private static List<Layer> layers(Graph graph) {
        List<Layer> layers = new ArrayList<>();
        Set<String> constants = graph.initializers().keySet();
        for (Node n : graph.nodes()) {
            List<Integer> candidates = WEIGHT_INPUTS.getOrDefault(n.op(), List.of());
            List<String> weights = new ArrayList<>();
            for (int i : candidates) {
                Array w = graph.initializers().get(n.input(i));
                // Scalars beside Add or Mul are constants of the formula, not weights.
                boolean elementwise = Set.of("Add", "Mul", "Sub", "Div").contains(n.op());
                if (w != null && w.dtype().isFloating() && !(elementwise && w.size() == 1)) {
                    weights.add(n.input(i));
                }
            }
            if (weights.isEmpty()) {
                continue;
            }
            String input = n.inputs().stream()
                    .filter(i -> !i.isEmpty() && !constants.contains(i))
                    .findFirst()
                    .orElse("");
            if (!input.isEmpty()) {
                layers.add(new Layer(n.name(), n.op(), input, n.output(), weights));
            }
        }
        return layers;
    }

    private static List<String> activations(Graph graph) {
        return graph.nodes().stream()
                .filter(n -> isActivation(n.op()))
                .map(Node::output)
                .toList();
    }

    /**
     * The float input, or for integer inputs the float tensor that stands for them: the rows looked up in the largest table
     * (words before segments and positions), else the first other float tensor made from their values.
     */
    private static String differentiable(Graph graph, String output) {
        Graph pruned = graph.prune(Set.of(output));
        Set<String> used = new HashSet<>();
        pruned.nodes().forEach(n -> used.addAll(n.inputs()));
        for (ValueInfo in : graph.inputs()) {
            if (in.type().isFloating() && used.contains(in.name())) {
                return in.name();
            }
        }
        Set<String> depends = new HashSet<>();
        graph.inputs().forEach(i -> depends.add(i.name()));
        String table = "";
        int largest = 0;
        String other = "";
        for (Node n : pruned.nodes()) {
            // A shape says nothing about the values.
            if (n.inputs().stream().noneMatch(depends::contains)
                    || Set.of("Shape", "Size").contains(n.op())) {
                continue;
            }
            Array rows = n.op().equals("Gather") ? graph.initializers().get(n.input(0)) : null;
            if (rows != null && rows.dtype().isFloating()) {
                if (rows.size() > largest) {
                    largest = rows.size();
                    table = n.output();
                }
            } else if (makesFloat(graph, n)) {
                other = other.isEmpty() ? n.output() : other;
            } else {
                depends.addAll(n.outputs());
            }
        }
        if (!table.isEmpty()) {
            return table;
        }
        return other.isEmpty() ? output : other;
    }

    private static boolean makesFloat(Graph graph, Node n) {
        return switch (n.op()) {
            case "OneHot" -> floating(graph, n.input(2));
            case "Cast" -> ElementType.of((int) n.attributes().getInt("to", 0)).isFloating();
            default -> false;
        };
    }

    private static boolean floating(Graph graph, String initializer) {
        Array a = graph.initializers().get(initializer);
        return a != null && a.dtype().isFloating();
    }
}
