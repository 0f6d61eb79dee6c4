package dev.qualm.network;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import dev.qualm.network.operator.Operator;
import dev.qualm.network.operator.Operators;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the reverse pass of a graph down as a graph of its own. */
/*
 * Reverse mode on names: nodes are visited last to first; each adds one contribution to the gradient of every input that depends on
 * the leaf. Linear layers become linear layers again (a convolution of stride 1 becomes one with the weights turned around), so that
 * the reverse pass gains from folding, fusion and packed weights as the forward pass does. Activations need their output alone,
 * so what lies between a convolution and its activation need not be kept. Whatever has no rule of its own is recorded by the engine,
 * each node for itself and once for all sweeps.
 */
final class Differentiation {
    /**
     * A reverse pass.
     *
     * @param graph its inputs are the kept tensors and the cotangent
     * @param kept tensors of the forward pass that it reads
     * @param cotangent name of the input that holds the cotangent, of the output's shape
     * @param gradient name of the tensor that holds the result, of the leaf's shape
     * @param locals nodes that the engine differentiates; what they name is fed to the graph too
     */
    record Reverse(Graph graph, Set<String> kept, String cotangent, String gradient, List<Local> locals) {}

    /**
     * A node to be recorded by itself after the forward pass.
     *
     * @param leaves names for its inputs, as leaves of the record, by number
     * @param result name for its output, connected to them
     */
    record Local(Node node, Map<Integer, String> leaves, String result) {}

    private static final Set<String> RESHAPES = Set.of("Flatten", "Reshape", "Squeeze", "Unsqueeze");

    private final Graph graph;
    private final Map<String, int[]> shapes;
    private final String leaf;
    private final Set<String> dependent = new HashSet<>();
    private final Map<String, List<String>> contributions = new HashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Array> initializers = new LinkedHashMap<>();
    private final Set<String> kept = new LinkedHashSet<>();
    private final Map<Node, Local> locals = new IdentityHashMap<>();
    private int names;

    private Differentiation(Graph graph, Map<String, int[]> shapes, String leaf) {
        this.graph = graph;
        this.shapes = shapes;
        this.leaf = leaf;
    }

    /**
     * The gradient of {@code output} at {@code leaf}.
     *
     * @param shapes of the graph's float tensors and inputs, for some batch of at least two items, or of one if the reverse pass is
     *     for batches of one; all but the batch axis are fixed. Whatever is not float is constant here
     * @return null if the output does not depend on the leaf, or through an operator of several outputs
     */
    static @Nullable Reverse of(Graph graph, Map<String, int[]> shapes, String output, String leaf) {
        return new Differentiation(graph, shapes, leaf).reverse(output);
    }

    private @Nullable Reverse reverse(String output) {
        dependent.add(leaf);
        for (Node n : graph.nodes()) {
            if (n.inputs().stream().anyMatch(dependent::contains)
                    && n.outputs().stream().anyMatch(shapes::containsKey)
                    && isDifferentiable(n)) {
                if (n.outputs().size() > 1) {
                    return null;
                }
                n.outputs().stream().filter(shapes::containsKey).forEach(dependent::add);
            }
        }
        if (!dependent.contains(output) || output.equals(leaf)) {
            return null;
        }
        String cotangent = name("cotangent");
        contribute(output, cotangent);
        for (int k = graph.nodes().size() - 1; k >= 0; k--) {
            Node n = graph.nodes().get(k);
            if (contributions.containsKey(n.output()) && !n.output().equals(leaf)) {
                String gradient = total(n.output());
                for (int i = 0; i < n.inputs().size(); i++) {
                    if (dependent.contains(n.input(i))) {
                        contribute(n.input(i), step(n, i, gradient));
                    }
                }
            }
        }
        if (!contributions.containsKey(leaf)) {
            return null;
        }
        // A node of its own, since the sum may be the cotangent itself.
        String gradient = node("Identity", List.of(total(leaf)), Attributes.NONE);
        List<ValueInfo> inputs = new ArrayList<>();
        kept.forEach(t -> inputs.add(info(t)));
        for (Local local : locals.values()) {
            inputs.add(info(local.result()));
            local.leaves().values().forEach(t -> inputs.add(info(t)));
        }
        inputs.add(info(cotangent));
        Map<String, Long> opsets = new HashMap<>(graph.opsets());
        opsets.put("", 17L);
        Graph reverse = new Graph(graph.name(), opsets, inputs, List.of(info(gradient)), nodes, initializers);
        return new Reverse(reverse, kept, cotangent, gradient, List.copyOf(locals.values()));
    }

    static boolean isDifferentiable(Node n) {
        Operator operator = Operators.find(n.domain(), n.op());
        return operator != null && operator.gradient() != Operator.Gradient.NONE;
    }

    /** The gradient at input {@code i} of a node, given that at its output. */
    private String step(Node n, int i, String g) {
        int[] in = shapes.get(n.input(i));
        int[] out = shapes.get(n.output());
        if (!n.domain().isEmpty() || in == null || out == null) {
            return general(n, i, g);
        }
        String known = null;
        switch (n.op()) {
            case "Identity", "Dropout" -> known = g;
            case "Relu" -> known = own("ReluGradient", List.of(g, use(n.output())), Attributes.NONE);
            case "Clip" -> known = clip(n, g);
            case "Add", "Sub" -> {
                if (Arrays.equals(in, out) && graph.opset() >= 7) {
                    known = n.op().equals("Sub") && i == 1 ? node("Neg", List.of(g), Attributes.NONE) : g;
                }
            }
            case "Conv" -> known = convolution(n, i, g, in);
            case "Gemm" -> {
                if (i == 0 && n.attributes().getInt("transA", 0) == 0 && initializer(n.input(1)) != null) {
                    Attributes turned = Attributes.NONE
                            .with("transB", 1 - n.attributes().getInt("transB", 0))
                            .with("alpha", n.attributes().getFloat("alpha", 1));
                    known = node("Gemm", List.of(g, use(n.input(1))), turned);
                }
            }
            case "GlobalAveragePool" -> {
                long area = 1;
                for (int a = 2; a < in.length; a++) {
                    area *= in[a];
                }
                String mean = node("Div", List.of(g, number((float) area)), Attributes.NONE);
                known = node("Expand", List.of(mean, positions(in)), Attributes.NONE);
            }
            default -> {
                if (RESHAPES.contains(n.op())) {
                    // Not by the shape it had here: any axis may be the batch's.
                    known = own("ReshapeLike", List.of(g, use(n.input(0))), Attributes.NONE);
                }
            }
        }
        return known == null ? general(n, i, g) : known;
    }

    private @Nullable String clip(Node n, String g) {
        Attributes bounds = Fusion.bounds(graph, n, Attributes.NONE);
        // Values at a bound are told from values inside by their equality; attributes hold single precision.
        boolean rounded = n.inputs().stream()
                .skip(1)
                .map(this::initializer)
                .anyMatch(a -> a != null && a.size() == 1 && a.get(0) != (float) a.get(0));
        return bounds == null || rounded ? null : own("ClipGradient", List.of(g, use(n.output())), bounds);
    }

    private @Nullable String convolution(Node n, int i, String g, int[] in) {
        Array weight = initializer(n.input(1));
        Attributes a = n.attributes();
        String padding = a.getString("auto_pad", "NOTSET");
        if (i != 0 || weight == null || !(padding.equals("NOTSET") || padding.equals("VALID"))) {
            return null;
        }
        int rank = weight.rank() - 2;
        long[] strides = ints(a, "strides", rank, 1);
        long[] dilations = ints(a, "dilations", rank, 1);
        long[] pads = padding.equals("VALID") ? new long[2 * rank] : ints(a, "pads", 2 * rank, 0);
        long[] turned = new long[2 * rank];
        boolean plain = true;
        for (int s = 0; s < rank; s++) {
            if (pads[s] != pads[rank + s]) {
                return null;
            }
            turned[s] = turned[rank + s] = dilations[s] * (weight.dim(2 + s) - 1) - pads[s];
            plain &= strides[s] == 1 && turned[s] >= 0;
        }
        long group = a.getInt("group", 1);
        if (plain) {
            String name = name("turned");
            initializers.put(name, turned(weight, (int) group));
            Attributes same = Attributes.NONE
                    .with("group", group)
                    .with("dilations", dilations)
                    .with("pads", turned);
            return node("Conv", List.of(g, name), same);
        }
        Attributes of = Attributes.NONE
                .with("group", group)
                .with("strides", strides)
                .with("dilations", dilations)
                .with("pads", Arrays.copyOf(pads, rank))
                .with("shape", Arrays.stream(in).skip(1).asLongStream().toArray());
        return own("ConvGradient", List.of(g, use(n.input(1))), of);
    }

    /** Input and output channels exchanged within each group, and every kernel turned around. */
    private static Array turned(Array weight, int groups) {
        int out = weight.dim(0) / groups;
        int in = weight.dim(1);
        int size = weight.size() / weight.dim(0) / in;
        double[] values = new double[weight.size()];
        for (int q = 0; q < groups; q++) {
            for (int o = 0; o < out; o++) {
                for (int c = 0; c < in; c++) {
                    for (int k = 0; k < size; k++) {
                        values[((q * in + c) * out + o) * size + size - 1 - k] =
                                weight.get(((q * out + o) * in + c) * size + k);
                    }
                }
            }
        }
        int[] shape = weight.shape();
        shape[0] = groups * in;
        shape[1] = out;
        Array array = Array.of(values, shape);
        return weight.dtype() == DType.FLOAT32 ? array.asFloat32() : array;
    }

    private String general(Node n, int i, String g) {
        Local local = locals.computeIfAbsent(n, k -> new Local(n, new HashMap<>(), name("result")));
        for (String t : n.inputs()) {
            if (!t.isEmpty() && initializer(t) == null) {
                kept.add(t);
            }
        }
        String leaf = local.leaves().computeIfAbsent(i, k -> name("leaf"));
        return own("LocalGradient", List.of(g, local.result(), leaf), Attributes.NONE);
    }

    private void contribute(String tensor, String gradient) {
        contributions.computeIfAbsent(tensor, k -> new ArrayList<>()).add(gradient);
    }

    private String total(String tensor) {
        List<String> all = contributions.getOrDefault(tensor, List.of());
        String sum = all.get(0);
        for (String next : all.subList(1, all.size())) {
            sum = node("Add", List.of(sum, next), Attributes.NONE);
        }
        return sum;
    }

    private @Nullable Array initializer(String name) {
        return graph.initializers().get(name);
    }

    /** Makes a tensor of the forward pass known to the reverse pass. */
    private String use(String tensor) {
        Array weight = initializer(tensor);
        if (weight == null) {
            kept.add(tensor);
        } else {
            initializers.put(tensor, weight);
        }
        return tensor;
    }

    /** A shape that expands pooled channels to all positions, whatever the batch. */
    private String positions(int[] in) {
        long[] target = Arrays.stream(in).asLongStream().toArray();
        target[0] = 1;
        String name = name("shape");
        initializers.put(name, Array.of(target, target.length));
        return name;
    }

    private String number(float value) {
        String name = name("number");
        initializers.put(name, Array.of(new float[] {value}));
        return name;
    }

    private static long[] ints(Attributes a, String name, int length, long otherwise) {
        long[] given = a.getInts(name);
        if (given == null || given.length != length) {
            given = new long[length];
            Arrays.fill(given, otherwise);
        }
        return given;
    }

    private String node(String op, List<String> inputs, Attributes attributes) {
        String name = name(op);
        nodes.add(Node.of(name, op, inputs, attributes));
        return name;
    }

    private String own(String op, List<String> inputs, Attributes attributes) {
        String name = name(op);
        nodes.add(new Node(name, Node.QUALM_DOMAIN, op, inputs, List.of(name), attributes));
        return name;
    }

    /** Names that no file has a reason to hold. */
    private String name(String about) {
        return "\u2202" + names++ + ":" + about;
    }

    private static ValueInfo info(String name) {
        return ValueInfo.floats(name);
    }
}
