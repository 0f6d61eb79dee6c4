package dev.qualm.attribution;

import dev.qualm.array.Array;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.ElementType;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A graph of any operators, drawn node by node, with seeded weights; input {@code x}, names in order of drawing. */
final class Sketch {
    final String x = "x";
    private final List<ValueInfo> inputs = new ArrayList<>();
    private final long opset;
    private final Random random = new Random(11);
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Array> constants = new LinkedHashMap<>();

    private Sketch(ElementType type, long opset, int batch, int... shape) {
        this.opset = opset;
        List<ValueInfo.Dim> dims = new ArrayList<>(List.of(ValueInfo.Dim.of(batch)));
        for (int s : shape) {
            dims.add(ValueInfo.Dim.of(s));
        }
        inputs.add(new ValueInfo(x, type, dims));
    }

    /** Of float inputs {@code [n, shape...]}. */
    static Sketch of(int... shape) {
        return new Sketch(ElementType.FLOAT, 17, -1, shape);
    }

    static Sketch opset(long opset, int... shape) {
        return new Sketch(ElementType.FLOAT, opset, -1, shape);
    }

    static Sketch integers(int... shape) {
        return new Sketch(ElementType.INT64, 17, -1, shape);
    }

    /** Of a declared batch size. */
    static Sketch fixed(int batch, int... shape) {
        return new Sketch(ElementType.FLOAT, 17, batch, shape);
    }

    /** One more float input. */
    String input(String name, long... dims) {
        inputs.add(ValueInfo.floats(name, dims));
        return name;
    }

    static Attributes with(Object... namesAndValues) {
        Attributes a = Attributes.NONE;
        for (int i = 0; i < namesAndValues.length; i += 2) {
            a = a.with((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return a;
    }

    static long[] longs(long... values) {
        return values;
    }

    String node(String op, Attributes a, String... in) {
        String name = op.toLowerCase(java.util.Locale.ROOT) + nodes.size();
        nodes.add(Node.of(name, op, List.of(in), a));
        return name;
    }

    String node(String op, String... in) {
        return node(op, Attributes.NONE, in);
    }

    /** A node of several outputs, {@code name.0}, {@code name.1}, ... */
    List<String> outputs(int count, String op, Attributes a, String... in) {
        String name = op.toLowerCase(java.util.Locale.ROOT) + nodes.size();
        List<String> out = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            out.add(name + "." + i);
        }
        nodes.add(new Node(name, "", op, List.of(in), out, a));
        return out;
    }

    /** Normal weights of standard deviation 1 / sqrt(elements / axis 0). */
    String weight(int... shape) {
        double fan = shape.length == 0 ? 1 : Math.max(1, Array.size(shape) / (double) shape[0]);
        float[] values = new float[Array.size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() / Math.sqrt(fan));
        }
        return constant(Array.of(values, shape));
    }

    /** Between 0.5 and 1.5. */
    String positive(int... shape) {
        float[] values = new float[Array.size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = 0.5f + random.nextFloat();
        }
        return constant(Array.of(values, shape));
    }

    String ints(long... values) {
        return constant(Array.of(values, values.length));
    }

    String number(float value) {
        return constant(Array.of(new float[] {value}));
    }

    String constant(Array value) {
        String name = "c" + constants.size();
        constants.put(name, value);
        return name;
    }

    String conv(String in, int channels, int out, int kernel, Object... attributes) {
        return node("Conv", with(attributes), in, weight(out, channels, kernel, kernel), weight(out));
    }

    String gemm(String in, int units, int out) {
        return node("Gemm", with("transB", 1L), in, weight(out, units), weight(out));
    }

    String batchNorm(String in, int channels) {
        return node(
                "BatchNormalization", in, positive(channels), weight(channels), weight(channels), positive(channels));
    }

    /** Mean over positions, and a dense layer of 4 classes. */
    String head(String in, int channels) {
        return mostlyPositive(node("Flatten", node("GlobalAveragePool", in)), channels);
    }

    /** A dense layer of 4 classes, such that relevance of positive weights alone is not zero. */
    String mostlyPositive(String in, int units) {
        float[] values = new float[4 * units];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.3f;
        }
        return node("Gemm", with("transB", 1L), in, constant(Array.of(values, 4, units)), weight(4));
    }

    Graph build(String output) {
        return new Graph(
                "sketch",
                Map.of("", opset),
                inputs,
                List.of(new ValueInfo(output, ElementType.FLOAT, null)),
                nodes,
                constants);
    }
}
