package dev.qualm.gradient;

import dev.qualm.array.Array;
import dev.qualm.network.graph.Attributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** One network per kind of layer with weights, and per way to apply it. */
final class LayerCases {
    private static final Attributes NONE = Attributes.NONE;

    private LayerCases() {}

    static Stream<LayerCase> all() {
        return Stream.of(convolutions(), linear(), normalizations(), elementwise(), sequences(), recurrent(), others())
                .flatMap(List::stream);
    }

    private static Attributes conv(long[] pads, long stride, long dilation, long group) {
        int rank = pads.length / 2;
        long[] strides = new long[rank];
        long[] dilations = new long[rank];
        java.util.Arrays.fill(strides, stride);
        java.util.Arrays.fill(dilations, dilation);
        return NONE.with("pads", pads)
                .with("strides", strides)
                .with("dilations", dilations)
                .with("group", group);
    }

    private static LayerCase convolution(
            String name, String op, Attributes attributes, int[] weight, int channelsOut, int size, int... image) {
        GraphOf g = new GraphOf(3);
        long[] shape = new long[image.length + 1];
        shape[0] = -1;
        for (int i = 0; i < image.length; i++) {
            shape[i + 1] = image[i];
        }
        return new LayerCase(
                name,
                g.floats("x", shape)
                        .weight("conv.weight", weight)
                        .weight("conv.bias", channelsOut)
                        .node("conv", op, attributes, "x", "conv.weight", "conv.bias")
                        .node("act", "Tanh", "conv")
                        .logits("act", size)
                        .build());
    }

    private static List<LayerCase> convolutions() {
        long[] none = {0, 0, 0, 0};
        long[] one = {1, 1, 1, 1};
        return List.of(
                convolution("conv1d", "Conv", conv(new long[] {1, 1}, 2, 1, 1), new int[] {4, 2, 3}, 4, 4 * 4, 2, 7),
                convolution("conv2d", "Conv", conv(one, 1, 1, 1), new int[] {3, 2, 3, 3}, 3, 3 * 30, 2, 5, 6),
                convolution("conv2d strided", "Conv", conv(one, 2, 1, 1), new int[] {3, 2, 3, 3}, 3, 3 * 9, 2, 5, 6),
                convolution("conv2d dilated", "Conv", conv(none, 1, 2, 1), new int[] {3, 2, 3, 3}, 3, 3 * 2, 2, 5, 6),
                convolution("conv2d groups", "Conv", conv(one, 1, 1, 2), new int[] {6, 2, 3, 3}, 6, 6 * 30, 4, 5, 6),
                convolution("depthwise", "Conv", conv(one, 2, 1, 4), new int[] {4, 1, 3, 3}, 4, 4 * 9, 4, 5, 6),
                convolution(
                        "depthwise multiplier", "Conv", conv(one, 1, 1, 4), new int[] {8, 1, 3, 3}, 8, 8 * 30, 4, 5, 6),
                convolution("pointwise", "Conv", conv(none, 1, 1, 1), new int[] {3, 2, 1, 1}, 3, 3 * 30, 2, 5, 6),
                convolution("pointwise on a point", "Conv", conv(none, 1, 1, 1), new int[] {3, 2, 1, 1}, 3, 3, 2, 1, 1),
                convolution(
                        "conv2d one-sided pads",
                        "Conv",
                        conv(new long[] {0, 1, 2, 0}, 1, 1, 1),
                        new int[] {3, 2, 3, 3},
                        3,
                        3 * 5 * 5,
                        2,
                        5,
                        6),
                convolution(
                        "conv2d same upper",
                        "Conv",
                        NONE.with("auto_pad", "SAME_UPPER").with("strides", new long[] {2, 2}),
                        new int[] {3, 2, 3, 3},
                        3,
                        3 * 3 * 3,
                        2,
                        5,
                        6),
                convolution(
                        "conv3d",
                        "Conv",
                        conv(new long[] {1, 1, 1, 1, 1, 1}, 1, 1, 1),
                        new int[] {2, 2, 3, 3, 3},
                        2,
                        2 * 36,
                        2,
                        3,
                        4,
                        3),
                convolution(
                        "transposed",
                        "ConvTranspose",
                        conv(one, 2, 1, 1),
                        new int[] {2, 3, 3, 3},
                        3,
                        3 * 9 * 11,
                        2,
                        5,
                        6),
                convolution(
                        "transposed groups",
                        "ConvTranspose",
                        conv(one, 2, 1, 2).with("output_padding", new long[] {1, 1}),
                        new int[] {4, 2, 3, 3},
                        4,
                        4 * 10 * 12,
                        4,
                        5,
                        6),
                convolution(
                        "transposed 1d one-sided",
                        "ConvTranspose",
                        conv(new long[] {0, 1}, 2, 1, 1),
                        new int[] {2, 3, 3},
                        3,
                        3 * 10,
                        2,
                        5),
                new LayerCase(
                        "conv without bias, twice",
                        new GraphOf(4)
                                .floats("x", -1, 2, 4, 4)
                                .weight("conv.weight", 2, 2, 3, 3)
                                .node("first", "Conv", conv(one, 1, 1, 1), "x", "conv.weight")
                                .node("act", "Tanh", "first")
                                .node("second", "Conv", conv(one, 1, 1, 1), "act", "conv.weight")
                                .logits("second", 32)
                                .build()),
                new LayerCase(
                        "conv on frames merged into the batch",
                        new GraphOf(5)
                                .floats("x", -1, 3, 2, 4, 4)
                                .longs("merge", -1, 2, 4, 4)
                                .longs("split", -1, 72)
                                .node("frames", "Reshape", "x", "merge")
                                .weight("conv.weight", 3, 2, 3, 3)
                                .weight("conv.bias", 3)
                                .node("conv", "Conv", conv(none, 1, 1, 1), "frames", "conv.weight", "conv.bias")
                                .weight("bn.weight", 3)
                                .weight("bn.bias", 3)
                                .weight("bn.mean", 3)
                                .positive("bn.var", 3)
                                .node("bn", "BatchNormalization", "conv", "bn.weight", "bn.bias", "bn.mean", "bn.var")
                                .node("act", "Tanh", "bn")
                                .longs("back", -1, 36)
                                .node("video", "Reshape", "act", "back")
                                .logits("video", 36)
                                .build()));
    }

    private static List<LayerCase> linear() {
        return List.of(
                new LayerCase(
                        "gemm",
                        new GraphOf(6)
                                .floats("x", -1, 6)
                                .weight("fc.weight", 6, 4)
                                .weight("fc.bias", 1, 4)
                                .node(
                                        "fc",
                                        "Gemm",
                                        NONE.with("alpha", 0.5f).with("beta", 2f),
                                        "x",
                                        "fc.weight",
                                        "fc.bias")
                                .node("act", "Tanh", "fc")
                                .logits("act", 4)
                                .build()),
                new LayerCase(
                        "gemm of a transposed input",
                        new GraphOf(7)
                                .floats("x", -1, 6)
                                .node("t", "Transpose", NONE.with("perm", new long[] {1, 0}), "x")
                                .weight("fc.weight", 4, 6)
                                .node("fc", "Gemm", NONE.with("transA", 1L).with("transB", 1L), "t", "fc.weight")
                                .node("act", "Tanh", "fc")
                                .logits("act", 4)
                                .build()),
                new LayerCase(
                        "matmul and add",
                        new GraphOf(8)
                                .floats("x", -1, 6)
                                .weight("fc.weight", 6, 4)
                                .weight("fc.bias", 4)
                                .node("mm", "MatMul", "x", "fc.weight")
                                .node("fc", "Add", "fc.bias", "mm")
                                .node("act", "Tanh", "fc")
                                .logits("act", 4)
                                .build()),
                new LayerCase(
                        "weight on the left",
                        new GraphOf(9)
                                .floats("x", -1, 6, 3)
                                .weight("fc.weight", 4, 6)
                                .node("mm", "MatMul", "fc.weight", "x")
                                .node("act", "Tanh", "mm")
                                .logits("act", 12)
                                .build()),
                new LayerCase(
                        "weight times transposed batch",
                        new GraphOf(10)
                                .floats("x", -1, 6)
                                .node("t", "Transpose", NONE.with("perm", new long[] {1, 0}), "x")
                                .weight("fc.weight", 4, 6)
                                .node("mm", "MatMul", "fc.weight", "t")
                                .node("back", "Transpose", NONE.with("perm", new long[] {1, 0}), "mm")
                                .node("act", "Tanh", "back")
                                .logits("act", 4)
                                .build()),
                new LayerCase(
                        "tied",
                        new GraphOf(11)
                                .floats("x", -1, 4)
                                .weight("fc.weight", 4, 4)
                                .weight("fc.bias", 4)
                                .node("first", "Gemm", "x", "fc.weight", "fc.bias")
                                .node("act", "Tanh", "first")
                                .node("second", "Gemm", NONE.with("transB", 1L), "act", "fc.weight", "fc.bias")
                                .logits("second", 4)
                                .build()),
                new LayerCase(
                        "tied through a transpose",
                        new GraphOf(12)
                                .floats("x", -1, 4)
                                .weight("fc.weight", 3, 4)
                                .node("w", "Transpose", NONE.with("perm", new long[] {1, 0}), "fc.weight")
                                .node("first", "MatMul", "x", "w")
                                .node("act", "Tanh", "first")
                                .node("second", "MatMul", "act", "fc.weight")
                                .logits("second", 4)
                                .build(),
                        Set.of("fc.weight")),
                new LayerCase(
                        "einsum",
                        new GraphOf(13)
                                .floats("x", -1, 4)
                                .weight("fc.weight", 4, 3)
                                .node("first", "Einsum", NONE.with("equation", "ni,io->no"), "x", "fc.weight")
                                .node("act", "Tanh", "first")
                                .logits("act", 3)
                                .build(),
                        Set.of("fc.weight")));
    }

    private static List<LayerCase> normalizations() {
        List<LayerCase> cases = new ArrayList<>();
        cases.add(new LayerCase(
                "batch normalization",
                new GraphOf(20)
                        .floats("x", -1, 3, 4, 4)
                        .weight("bn.weight", 3)
                        .weight("bn.bias", 3)
                        .weight("bn.mean", 3)
                        .positive("bn.var", 3)
                        .node("bn", "BatchNormalization", "x", "bn.weight", "bn.bias", "bn.mean", "bn.var")
                        .node("act", "Tanh", "bn")
                        .logits("act", 48)
                        .build()));
        cases.add(new LayerCase(
                "batch normalization of vectors",
                new GraphOf(21)
                        .floats("x", -1, 6)
                        .weight("bn.weight", 6)
                        .weight("bn.bias", 6)
                        .weight("bn.mean", 6)
                        .positive("bn.var", 6)
                        .node("bn", "BatchNormalization", "x", "bn.weight", "bn.bias", "bn.mean", "bn.var")
                        .node("act", "Tanh", "bn")
                        .logits("act", 6)
                        .build()));
        cases.add(normalization("instance normalization", 21, "InstanceNormalization", NONE, 4));
        cases.add(normalization(
                "group normalization, per channel", 21, "GroupNormalization", NONE.with("num_groups", 2L), 4));
        cases.add(normalization(
                "group normalization, per group", 18, "GroupNormalization", NONE.with("num_groups", 2L), 2));
        cases.add(normalization("layer normalization", 21, "LayerNormalization", NONE, 3));
        cases.add(
                normalization("layer normalization, two axes", 21, "LayerNormalization", NONE.with("axis", 2L), 4, 3));
        cases.add(normalization(
                "layer normalization, broadcast scale", 21, "LayerNormalization", NONE.with("axis", 1L), 4, 1, 3));
        cases.add(new LayerCase(
                "rms normalization",
                new GraphOf(22)
                        .opset(23)
                        .floats("x", -1, 4, 6)
                        .weight("norm.weight", 6)
                        .node("norm", "RMSNormalization", "x", "norm.weight")
                        .node("act", "Tanh", "norm")
                        .logits("act", 24)
                        .build()));
        return cases;
    }

    private static LayerCase normalization(String name, int opset, String op, Attributes attributes, int... shape) {
        return new LayerCase(
                name,
                new GraphOf(23)
                        .opset(opset)
                        .floats("x", -1, 4, 4, 3)
                        .weight("norm.weight", shape)
                        .weight("norm.bias", shape)
                        .node("norm", op, attributes, "x", "norm.weight", "norm.bias")
                        .node("act", "Tanh", "norm")
                        .logits("act", 48)
                        .build());
    }

    private static List<LayerCase> elementwise() {
        List<LayerCase> cases = new ArrayList<>();
        for (String op : List.of("Add", "Sub", "Mul", "Div")) {
            for (boolean first : new boolean[] {false, true}) {
                for (int[] shape : new int[][] {{3}, {2, 1}, {1, 2, 3}}) {
                    String left = first ? "w" : "x";
                    String right = first ? "x" : "w";
                    GraphOf g = new GraphOf(30).floats("input", -1, 2, 3).node("x", "Exp", "input");
                    boolean listed = !(op.equals("Div") && first);
                    g.positive("w", shape)
                            .node("op", op, left, right)
                            .node("act", "Tanh", "op")
                            .logits("act", 6);
                    if (listed) {
                        cases.add(new LayerCase(op + " " + left + " " + java.util.Arrays.toString(shape), g.build()));
                    }
                }
            }
        }
        for (int opset : new int[] {6, 16}) {
            int[] shape = opset == 6 ? new int[] {3} : new int[] {3, 1, 1};
            cases.add(new LayerCase(
                    "prelu, opset " + opset,
                    new GraphOf(31)
                            .opset(opset)
                            .floats("x", -1, 3, 4, 2)
                            .weight("slope", shape)
                            .node("prelu", "PRelu", "x", "slope")
                            .logits("prelu", 24)
                            .build()));
        }
        return cases;
    }

    private static List<LayerCase> sequences() {
        List<LayerCase> cases = new ArrayList<>();
        cases.add(new LayerCase(
                "linear on sequences",
                new GraphOf(40)
                        .floats("x", -1, 5, 4)
                        .weight("fc.weight", 4, 3)
                        .weight("fc.bias", 3)
                        .node("mm", "MatMul", "x", "fc.weight")
                        .node("fc", "Add", "mm", "fc.bias")
                        .weight("position", 1, 5, 3)
                        .node("placed", "Add", "fc", "position")
                        .weight("norm.weight", 3)
                        .weight("norm.bias", 3)
                        .node("norm", "LayerNormalization", "placed", "norm.weight", "norm.bias")
                        .node("act", "Tanh", "norm")
                        .logits("act", 15)
                        .build()));
        cases.add(new LayerCase(
                "sequence first",
                new GraphOf(41)
                        .floats("x", -1, 5, 4)
                        .node("t", "Transpose", NONE.with("perm", new long[] {1, 0, 2}), "x")
                        .weight("fc.weight", 4, 3)
                        .weight("fc.bias", 3)
                        .node("mm", "MatMul", "t", "fc.weight")
                        .node("fc", "Add", "mm", "fc.bias")
                        .weight("position", 5, 1, 3)
                        .node("placed", "Add", "fc", "position")
                        .weight("norm.weight", 3)
                        .weight("norm.bias", 3)
                        .node("norm", "LayerNormalization", "placed", "norm.weight", "norm.bias")
                        .node("act", "Tanh", "norm")
                        .node("back", "Transpose", NONE.with("perm", new long[] {1, 0, 2}), "act")
                        .logits("back", 15)
                        .build()));
        for (boolean timeOuter : new boolean[] {false, true}) {
            GraphOf g = new GraphOf(42).floats("x", -1, 5, 4);
            if (timeOuter) {
                g.node("t", "Transpose", NONE.with("perm", new long[] {1, 0, 2}), "x");
            } else {
                g.node("t", "Identity", "x");
            }
            g.longs("merge", -1, 4)
                    .node("merged", "Reshape", "t", "merge")
                    .weight("fc.weight", 3, 4)
                    .weight("fc.bias", 3)
                    .node("fc", "Gemm", NONE.with("transB", 1L), "merged", "fc.weight", "fc.bias")
                    .node("act", "Tanh", "fc");
            if (timeOuter) {
                g.longs("split", 5, -1, 3)
                        .node("parts", "Reshape", "act", "split")
                        .node("back", "Transpose", NONE.with("perm", new long[] {1, 0, 2}), "parts")
                        .logits("back", 15);
            } else {
                g.longs("split", -1, 15)
                        .node("parts", "Reshape", "act", "split")
                        .logits("parts", 15);
            }
            cases.add(new LayerCase(
                    "positions merged into the batch, " + (timeOuter ? "time" : "input") + " outer", g.build()));
        }
        cases.add(new LayerCase(
                "embedding",
                new GraphOf(43)
                        .ints("ids", -1, 4)
                        .weight("table", 6, 3)
                        .node("words", "Gather", "table", "ids")
                        .node("act", "Tanh", "words")
                        .logits("act", 12)
                        .build()));
        cases.add(new LayerCase(
                "embedding tied to a layer",
                new GraphOf(44)
                        .ints("ids", -1, 4)
                        .weight("table", 6, 3)
                        .node("words", "Gather", "table", "ids")
                        .node("act", "Tanh", "words")
                        .weight("fc.weight", 3, 6)
                        .node("wide", "MatMul", "act", "fc.weight")
                        .node("narrow", "MatMul", "wide", "table")
                        .logits("narrow", 12)
                        .build()));
        return cases;
    }

    private static List<LayerCase> recurrent() {
        List<LayerCase> cases = new ArrayList<>();
        for (String op : List.of("LSTM", "GRU", "RNN")) {
            for (String direction : List.of("forward", "reverse", "bidirectional")) {
                cases.add(recurrent(op, direction, 0, false, NONE));
            }
            cases.add(recurrent(op, "bidirectional", 1, true, NONE));
            cases.add(recurrent(op, "bidirectional", 0, true, NONE));
        }
        cases.add(recurrent("GRU", "bidirectional", 0, true, NONE.with("linear_before_reset", 1L)));
        cases.add(recurrent("GRU", "forward", 1, false, NONE.with("linear_before_reset", 1L)));
        cases.add(recurrent("LSTM", "forward", 0, false, NONE.with("input_forget", 1L)));
        return cases;
    }

    private static LayerCase recurrent(
            String op, String direction, long layout, boolean states, Attributes attributes) {
        int gates = op.equals("LSTM") ? 4 : op.equals("GRU") ? 3 : 1;
        int d = direction.equals("bidirectional") ? 2 : 1;
        int h = 3;
        GraphOf g = new GraphOf(50).floats("x", -1, 4, 2);
        g.weight("w", d, gates * h, 2).weight("r", d, gates * h, h).weight("b", d, 2 * gates * h);
        List<String> in = new ArrayList<>(List.of(layout == 1 ? "x" : "t", "w", "r", "b"));
        if (layout == 0) {
            g.node("t", "Transpose", NONE.with("perm", new long[] {1, 0, 2}), "x");
        }
        if (states) {
            g.ints("lengths", -1).floats("start", -1, d, h);
            g.constant("int32", Array.of(new long[] {6}, 1));
            g.node("lengths32", "Cast", NONE.with("to", 6L), "lengths");
            g.node("start0", "Transpose", NONE.with("perm", new long[] {1, 0, 2}), "start");
            in.add("lengths32");
            in.add(layout == 1 ? "start" : "start0");
        }
        Attributes all =
                attributes.with("direction", direction).with("layout", layout).with("hidden_size", (long) h);
        g.node("rec", op, all, in, List.of("y", "last"));
        // Both outputs matter: y [t, d, n, h] or [n, t, d, h], last [d, n, h] or [n, d, h].
        g.node(
                "first",
                "Transpose",
                NONE.with("perm", layout == 1 ? new long[] {0, 1, 2, 3} : new long[] {2, 0, 1, 3}),
                "y");
        g.node(
                "final",
                "Transpose",
                NONE.with("perm", layout == 1 ? new long[] {0, 1, 2} : new long[] {1, 0, 2}),
                "last");
        g.node("flat1", "Flatten", "first").node("flat2", "Flatten", "final");
        g.node("both", "Concat", NONE.with("axis", 1L), "flat1", "flat2").logits("both", 5 * d * h);
        return new LayerCase(
                op + " " + direction + " layout " + layout + (states ? " with lengths and states" : "")
                        + (attributes.names().isEmpty() ? "" : " " + attributes.names()),
                g.build());
    }

    private static List<LayerCase> others() {
        return List.of(
                new LayerCase(
                        "class token",
                        new GraphOf(60)
                                .floats("x", -1, 3, 4)
                                .weight("token", 1, 1, 4)
                                .node("shape", "Shape", NONE.with("start", 0L).with("end", 1L), "x")
                                .longs("one", 1, 4)
                                .node("target", "Concat", NONE.with("axis", 0L), "shape", "one")
                                .node("tokens", "Expand", "token", "target")
                                .node("all", "Concat", NONE.with("axis", 1L), "tokens", "x")
                                .weight("fc.weight", 4, 3)
                                .node("mm", "MatMul", "all", "fc.weight")
                                .node("act", "Tanh", "mm")
                                .logits("act", 12)
                                .build(),
                        Set.of("token")),
                new LayerCase(
                        "positions looked up once for the whole batch",
                        new GraphOf(61)
                                .floats("x", -1, 3, 4)
                                .weight("table", 5, 4)
                                .node("shape", "Shape", NONE.with("start", 1L).with("end", 2L), "x")
                                .constant("zero", Array.of(new long[] {0}))
                                .constant("step", Array.of(new long[] {1}))
                                .longs("none")
                                .node("length", "Squeeze", "shape")
                                .node("ids", "Range", "zero", "length", "step")
                                .node("rows", "Gather", "table", "ids")
                                .node("sum", "Add", "x", "rows")
                                .node("act", "Tanh", "sum")
                                .logits("act", 12)
                                .build(),
                        Set.of("table")));
    }
}
