package dev.qualm.gradient;

import dev.qualm.array.Array;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.ElementType;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Small graphs written node by node, with seeded weights. */
final class GraphOf {
    private final List<ValueInfo> inputs = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Array> weights = new LinkedHashMap<>();
    private final Random random;
    private long opset = 21;

    GraphOf(long seed) {
        random = new Random(seed);
    }

    GraphOf opset(long version) {
        opset = version;
        return this;
    }

    GraphOf floats(String name, long... shape) {
        inputs.add(ValueInfo.floats(name, shape));
        return this;
    }

    GraphOf ints(String name, long... shape) {
        inputs.add(new ValueInfo(
                name,
                ElementType.INT64,
                Arrays.stream(shape).mapToObj(ValueInfo.Dim::of).toList()));
        return this;
    }

    /** Normally distributed values. */
    GraphOf weight(String name, int... shape) {
        return constant(name, Array.of(normal(random, Array.size(shape), 0.5), shape));
    }

    /** Values from 0.5 to 1.5, for variances and divisors. */
    GraphOf positive(String name, int... shape) {
        float[] x = normal(random, Array.size(shape), 1);
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (0.5 + 1 / (1 + Math.exp(-x[i])));
        }
        return constant(name, Array.of(x, shape));
    }

    GraphOf longs(String name, long... values) {
        return constant(name, Array.of(values, values.length));
    }

    GraphOf constant(String name, Array a) {
        weights.put(name, a);
        return this;
    }

    /** A node with one output that carries its name. */
    GraphOf node(String name, String op, Attributes attributes, String... in) {
        nodes.add(Node.of(name, op, List.of(in), attributes));
        return this;
    }

    GraphOf node(String name, String op, String... in) {
        return node(name, op, Attributes.NONE, in);
    }

    GraphOf node(String name, String op, Attributes attributes, List<String> in, List<String> out) {
        nodes.add(new Node(name, "", op, in, out, attributes));
        return this;
    }

    /** Flattens a tensor of {@code features} entries per input to five logits. */
    GraphOf logits(String from, int features) {
        node("flat", "Flatten", from);
        weight("head.weight", 5, features);
        weight("head.bias", 5);
        return node("logits", "Gemm", Attributes.NONE.with("transB", 1L), "flat", "head.weight", "head.bias");
    }

    Graph build() {
        return new Graph("case", Map.of("", opset), inputs, List.of(ValueInfo.floats("logits", -1, 5)), nodes, weights);
    }

    static float[] normal(Random random, int n, double deviation) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) (random.nextGaussian() * deviation);
        }
        return x;
    }
}
