package dev.qualm.network;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Defines a network in Java, layer after layer, with seeded initialisation.
 *
 * <pre>{@code
 * Graph graph = NetworkBuilder.input("input", 1, 28, 28).seed(7)
 *         .conv("conv1", 16, 3, 1, 1).batchNorm("bn1").relu("relu1").maxPool("pool1", 2, 2)
 *         .globalAveragePool("gap").flatten("flatten").linear("logits", 10).build();
 * }</pre>
 *
 * <p>Node, tensor and layer share one name; a layer's weights are {@code name.weight} and {@code name.bias}. Weights are drawn
 * from a normal distribution with variance 2 / fan-in (He et al. 2015), biases are zero. {@link #at} continues from an earlier
 * tensor, for branches.
 */
public final class NetworkBuilder {
    private static final long OPSET = 17;

    private final ValueInfo input;
    private final Map<String, int[]> shapes = new LinkedHashMap<>();
    private final Map<String, Array> initializers = new LinkedHashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private Random random = new Random(0);
    private String current;
    private boolean biasFree;

    private NetworkBuilder(String name, int[] shape) {
        long[] dims = new long[shape.length + 1];
        dims[0] = -1;
        for (int i = 0; i < shape.length; i++) {
            dims[i + 1] = shape[i];
        }
        input = ValueInfo.floats(name, dims);
        shapes.put(name, shape.clone());
        current = name;
    }

    /** Starts with a float input {@code [n, shape...]}. */
    public static NetworkBuilder input(String name, int... shape) {
        return new NetworkBuilder(name, shape);
    }

    /** Seeds the weights of the layers that follow. */
    public NetworkBuilder seed(long seed) {
        random = new Random(seed);
        return this;
    }

    /** Leaves out the bias of the next convolution or linear layer. */
    public NetworkBuilder withoutBias() {
        biasFree = true;
        return this;
    }

    /** Continues from an earlier tensor. */
    public NetworkBuilder at(String tensor) {
        shape(tensor);
        current = tensor;
        return this;
    }

    /** Square convolution. */
    public NetworkBuilder conv(String name, int channels, int kernel, int stride, int padding) {
        return conv(name, channels, kernel, stride, padding, 1);
    }

    /** Square convolution in groups; depthwise when groups equal the channels. */
    public NetworkBuilder conv(String name, int channels, int kernel, int stride, int padding, int groups) {
        int[] in = shape(current);
        expectRank(name, in, 3);
        weight(name, in[0] / groups * kernel * kernel, channels, in[0] / groups, kernel, kernel);
        Attributes attributes = Attributes.NONE
                .with("kernel_shape", new long[] {kernel, kernel})
                .with("strides", new long[] {stride, stride})
                .with("pads", new long[] {padding, padding, padding, padding})
                .with("group", (long) groups);
        int h = (in[1] + 2 * padding - kernel) / stride + 1;
        int w = (in[2] + 2 * padding - kernel) / stride + 1;
        return add(name, "Conv", layerInputs(name, channels), attributes, channels, h, w);
    }

    /** Fully connected layer. */
    public NetworkBuilder linear(String name, int units) {
        int[] in = shape(current);
        expectRank(name, in, 1);
        weight(name, in[0], units, in[0]);
        return add(name, "Gemm", layerInputs(name, units), Attributes.NONE.with("transB", 1L), units);
    }

    /** Batch normalisation with scale 1, shift 0, mean 0, variance 1. */
    public NetworkBuilder batchNorm(String name) {
        int c = shape(current)[0];
        float[] ones = new float[c];
        Arrays.fill(ones, 1);
        initializers.put(name + ".weight", Array.of(ones, c));
        initializers.put(name + ".bias", Array.of(new float[c], c));
        initializers.put(name + ".running_mean", Array.of(new float[c], c));
        initializers.put(name + ".running_var", Array.of(ones.clone(), c));
        List<String> in =
                List.of(current, name + ".weight", name + ".bias", name + ".running_mean", name + ".running_var");
        return add(name, "BatchNormalization", in, Attributes.NONE.with("epsilon", 1e-5f), shape(current));
    }

    public NetworkBuilder relu(String name) {
        return unary(name, "Relu", Attributes.NONE);
    }

    /** Clip to 0..6. */
    public NetworkBuilder relu6(String name) {
        initializers.putIfAbsent("relu6.min", Array.of(new float[] {0}));
        initializers.putIfAbsent("relu6.max", Array.of(new float[] {6}));
        return add(name, "Clip", List.of(current, "relu6.min", "relu6.max"), Attributes.NONE, shape(current));
    }

    /** Any elementwise operator of one input, by ONNX name. */
    public NetworkBuilder unary(String name, String op, Attributes attributes) {
        return add(name, op, List.of(current), attributes, shape(current));
    }

    public NetworkBuilder maxPool(String name, int kernel, int stride) {
        return pool(name, "MaxPool", kernel, stride);
    }

    public NetworkBuilder averagePool(String name, int kernel, int stride) {
        return pool(name, "AveragePool", kernel, stride);
    }

    private NetworkBuilder pool(String name, String op, int kernel, int stride) {
        int[] in = shape(current);
        expectRank(name, in, 3);
        Attributes attributes = Attributes.NONE
                .with("kernel_shape", new long[] {kernel, kernel})
                .with("strides", new long[] {stride, stride});
        return add(
                name,
                op,
                List.of(current),
                attributes,
                in[0],
                (in[1] - kernel) / stride + 1,
                (in[2] - kernel) / stride + 1);
    }

    public NetworkBuilder globalAveragePool(String name) {
        return add(name, "GlobalAveragePool", List.of(current), Attributes.NONE, shape(current)[0], 1, 1);
    }

    public NetworkBuilder flatten(String name) {
        return add(name, "Flatten", List.of(current), Attributes.NONE, Array.size(shape(current)));
    }

    /** Sum with an earlier tensor of the same shape. */
    public NetworkBuilder add(String name, String other) {
        if (!Arrays.equals(shape(current), shape(other))) {
            throw new ShapeException("Add '" + name + "': expected equal shapes, but found "
                    + Arrays.toString(shape(current)) + " and " + Arrays.toString(shape(other)));
        }
        return add(name, "Add", List.of(current, other), Attributes.NONE, shape(current));
    }

    /**
     * Dropout: while training each element is zeroed with probability {@code ratio} and the others are divided by {@code 1 - ratio};
     * otherwise the identity. The graph allows training, so other runtimes may drop too if they run it as in training.
     *
     * @param ratio in [0, 1)
     */
    public NetworkBuilder dropout(String name, double ratio) {
        if (!(ratio >= 0 && ratio < 1)) {
            throw new ShapeException("Layer '" + name + "': expected a dropout ratio in [0, 1), but found " + ratio);
        }
        initializers.put(name + ".ratio", Array.of(new float[] {(float) ratio}));
        initializers.put(name + ".training", Array.of(new boolean[] {true}));
        return add(
                name,
                "Dropout",
                List.of(current, name + ".ratio", name + ".training"),
                Attributes.NONE,
                shape(current));
    }

    public NetworkBuilder softmax(String name) {
        return unary(name, "Softmax", Attributes.NONE.with("axis", -1L));
    }

    /** The graph, with the current tensor as its output. */
    public Graph build() {
        int[] s = shape(current);
        long[] dims = new long[s.length + 1];
        dims[0] = -1;
        for (int i = 0; i < s.length; i++) {
            dims[i + 1] = s[i];
        }
        return new Graph(
                "qualm",
                Map.of("", OPSET),
                List.of(input),
                List.of(ValueInfo.floats(current, dims)),
                nodes,
                initializers);
    }

    private void weight(String name, int fanIn, int... shape) {
        float[] values = new float[Array.size(shape)];
        double std = Math.sqrt(2.0 / fanIn);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * std);
        }
        initializers.put(name + ".weight", Array.of(values, shape));
    }

    private List<String> layerInputs(String name, int units) {
        if (biasFree) {
            biasFree = false;
            return List.of(current, name + ".weight");
        }
        initializers.put(name + ".bias", Array.of(new float[units], units));
        return List.of(current, name + ".weight", name + ".bias");
    }

    private NetworkBuilder add(String name, String op, List<String> inputs, Attributes attributes, int... shape) {
        if (shapes.put(name, shape.clone()) != null) {
            throw new ShapeException("Two layers are named '" + name + "'; names must be unique");
        }
        nodes.add(Node.of(name, op, inputs, attributes));
        current = name;
        return this;
    }

    private int[] shape(String tensor) {
        int[] s = shapes.get(tensor);
        if (s == null) {
            throw new ShapeException("There is no tensor '" + tensor + "' yet; there are " + shapes.keySet());
        }
        return s;
    }

    private static void expectRank(String name, int[] shape, int rank) {
        if (shape.length != rank) {
            throw new ShapeException("Layer '" + name + "': expected an input of rank " + rank
                    + " beside the batch, but found " + Arrays.toString(shape));
        }
    }
}
