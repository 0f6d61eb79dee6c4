package dev.qualm.network.onnx;

import dev.qualm.array.Array;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.ElementType;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import dev.qualm.testkit.Close;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Small valid networks that the tests of this package start from. */
final class SampleGraphs {
    private SampleGraphs() {}

    /** Convolutions with BatchNormalization, a residual sum, pooling, ReLU6 and a head; input {@code [n, 3, 12, 12]}. */
    static Graph residual() {
        return NetworkBuilder.input("input", 3, 12, 12)
                .seed(5)
                .withoutBias()
                .conv("conv0", 8, 3, 1, 1)
                .batchNorm("bn0")
                .relu("relu0")
                .conv("conv1", 8, 3, 1, 1)
                .batchNorm("bn1")
                .add("sum", "relu0")
                .relu6("relu1")
                .maxPool("pool", 2, 2)
                .conv("depthwise", 8, 3, 1, 1, 8)
                .unary("hard", "HardSigmoid", Attributes.NONE.with("alpha", 0.3f))
                .globalAveragePool("gap")
                .flatten("flat")
                .linear("logits", 5)
                .build();
    }

    /** Fully connected; input {@code [n, 6]}, probabilities. */
    static Graph tabular() {
        return NetworkBuilder.input("x", 6)
                .seed(6)
                .linear("fc1", 12)
                .unary("elu", "Elu", Attributes.NONE)
                .linear("fc2", 4)
                .softmax("p")
                .build();
    }

    /** Integer shape arithmetic, padding, resizing and slicing of an image {@code [n, 2, 6, 6]}. */
    static Graph reshaping() {
        Map<String, Array> constants = new LinkedHashMap<>();
        constants.put("pads", ints(0, 0, 1, 1, 0, 0, 1, 1));
        constants.put("scales", Array.of(new float[] {1, 1, 2, 2}, 4));
        constants.put("starts", ints(1, 1));
        constants.put("ends", ints(9, 9));
        constants.put("axes", ints(2, 3));
        constants.put("first", Array.of(new long[] {0}));
        constants.put("zero", ints(0));
        constants.put("rest", ints(-1));
        constants.put("repeats", ints(1, 2));
        constants.put("wide", ints(1, 256));
        constants.put("limit", Array.of(new long[] {256}));
        constants.put("one", Array.of(new long[] {1}));
        List<Node> nodes = List.of(
                Node.of("padded", "Pad", List.of("x", "pads"), Attributes.NONE),
                Node.of("large", "Resize", List.of("padded", "", "scales"), Attributes.NONE.with("mode", "nearest")),
                Node.of("cut", "Slice", List.of("large", "starts", "ends", "axes"), Attributes.NONE),
                Node.of("shape", "Shape", List.of("cut"), Attributes.NONE),
                Node.of("n", "Gather", List.of("shape", "first"), Attributes.NONE),
                Node.of("n1", "Unsqueeze", List.of("n", "zero"), Attributes.NONE),
                Node.of("target", "Concat", List.of("n1", "rest"), Attributes.NONE.with("axis", 0L)),
                Node.of("flat", "Reshape", List.of("cut", "target"), Attributes.NONE),
                Node.of("twice", "Tile", List.of("flat", "repeats"), Attributes.NONE),
                Node.of(
                        "ones",
                        "ConstantOfShape",
                        List.of("wide"),
                        Attributes.NONE.with("value", Array.of(new float[] {1}, 1))),
                Node.of("ramp", "Range", List.of("first", "limit", "one"), Attributes.NONE),
                Node.of("ramps", "Cast", List.of("ramp"), Attributes.NONE.with("to", 1L)),
                Node.of("shifted", "Add", List.of("twice", "ramps"), Attributes.NONE),
                Node.of("y", "Mul", List.of("shifted", "ones"), Attributes.NONE));
        return new Graph(
                "reshaping",
                Map.of("", 17L),
                List.of(ValueInfo.floats("x", -1, 2, 6, 6)),
                List.of(ValueInfo.floats("y", -1, 256)),
                nodes,
                constants);
    }

    /** Token numbers {@code [n, 5]} looked up, an LSTM over them, and a head on its last state. */
    static Graph recurrent() {
        int hidden = 3;
        Map<String, Array> weights = new LinkedHashMap<>();
        weights.put("table", Close.gaussian(1, 20, 4));
        weights.put("w", Close.gaussian(2, 1, 4 * hidden, 4));
        weights.put("r", Close.gaussian(3, 1, 4 * hidden, hidden));
        weights.put("b", Close.gaussian(4, 1, 8 * hidden));
        weights.put("head", Close.gaussian(5, hidden, 6));
        weights.put("zero", ints(0));
        List<Node> nodes = List.of(
                Node.of("embedded", "Gather", List.of("table", "tokens"), Attributes.NONE),
                Node.of("steps", "Transpose", List.of("embedded"), Attributes.NONE.with("perm", new long[] {1, 0, 2})),
                new Node(
                        "lstm",
                        "",
                        "LSTM",
                        List.of("steps", "w", "r", "b"),
                        List.of("", "state"),
                        Attributes.NONE.with("hidden_size", (long) hidden)),
                Node.of("last", "Squeeze", List.of("state", "zero"), Attributes.NONE),
                Node.of("logits", "MatMul", List.of("last", "head"), Attributes.NONE));
        return new Graph(
                "recurrent",
                Map.of("", 17L),
                List.of(new ValueInfo("tokens", ElementType.INT64, List.of(ValueInfo.Dim.of(-1), ValueInfo.Dim.of(5)))),
                List.of(ValueInfo.floats("logits", -1, 6)),
                nodes,
                weights);
    }

    private static Array ints(long... values) {
        return Array.of(values, values.length);
    }

    static List<Graph> all() {
        return List.of(residual(), tabular(), reshaping(), recurrent());
    }
}
