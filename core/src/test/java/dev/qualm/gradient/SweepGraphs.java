package dev.qualm.gradient;

import dev.qualm.array.Array;
import dev.qualm.network.graph.Attributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Graphs whose reverse pass is easily written down wrongly. Inputs are {@code [n, ...]}, logits five per input. */
final class SweepGraphs {
    private static final Attributes NONE = Attributes.NONE;
    private static final Attributes SWAPPED = NONE.with("perm", new long[] {1, 0, 2});

    private SweepGraphs() {}

    static Stream<LayerCase> all() {
        return Stream.of(shapes(), branches(), integers(), attention(), convolutions())
                .flatMap(List::stream);
    }

    private static LayerCase of(String name, GraphOf g) {
        return new LayerCase(name, g.build());
    }

    /** The batch moves along the axes, or stands in a shape that the graph computes. */
    private static List<LayerCase> shapes() {
        return List.of(
                of(
                        "time first, positions merged into the batch",
                        new GraphOf(1)
                                .floats("x", -1, 4, 3)
                                .node("t", "Transpose", SWAPPED, "x")
                                .longs("merge", -1, 3)
                                .node("rows", "Reshape", "t", "merge")
                                .weight("w", 3, 3)
                                .node("mm", "MatMul", "rows", "w")
                                .node("act", "Tanh", "mm")
                                .longs("split", 4, -1, 3)
                                .node("parts", "Reshape", "act", "split")
                                .node("back", "Transpose", SWAPPED, "parts")
                                .logits("back", 12)),
                of(
                        "batch behind an axis of one",
                        new GraphOf(2)
                                .floats("x", -1, 6)
                                .longs("axes", 0)
                                .node("up", "Unsqueeze", "x", "axes")
                                .node("act", "Tanh", "up")
                                .node("down", "Squeeze", "act", "axes")
                                .logits("down", 6)),
                of(
                        "batch on the last axis, flattened",
                        new GraphOf(3)
                                .floats("x", -1, 2, 3)
                                .node("t", "Transpose", NONE.with("perm", new long[] {1, 2, 0}), "x")
                                .node("act", "Tanh", "t")
                                .node("flat0", "Flatten", NONE.with("axis", 2L), "act")
                                .node("rows", "Transpose", NONE.with("perm", new long[] {1, 0}), "flat0")
                                .logits("rows", 6)),
                of(
                        "flattened by a computed shape",
                        new GraphOf(4)
                                .floats("x", -1, 2, 3)
                                .node("act", "Tanh", "x")
                                .node("shape", "Shape", "act")
                                .longs("first", 0)
                                .node("batch", "Gather", "shape", "first")
                                .longs("rest", -1)
                                .node("target", "Concat", NONE.with("axis", 0L), "batch", "rest")
                                .node("flattened", "Reshape", "act", "target")
                                .logits("flattened", 6)),
                of(
                        "expanded by a computed shape",
                        new GraphOf(5)
                                .floats("x", -1, 3)
                                .node("shape", "Shape", "x")
                                .longs("axes", 1)
                                .node("column", "ReduceMean", NONE.with("keepdims", 1L), "x", "axes")
                                .node("wide", "Expand", "column", "shape")
                                .node("centred", "Sub", "x", "wide")
                                .node("act", "Tanh", "centred")
                                .logits("act", 3)));
    }

    /** Tensors with several readers, nodes that read one tensor twice, engine gradients that are views of one another. */
    private static List<LayerCase> branches() {
        return List.of(
                of(
                        "sum of activations, all in the memory of one gradient",
                        new GraphOf(6)
                                .floats("x", -1, 6)
                                .weight("a.weight", 6, 4)
                                .weight("b.weight", 6, 4)
                                .weight("c.weight", 6, 4)
                                .node("a", "Gemm", "x", "a.weight")
                                .node("b", "Gemm", "x", "b.weight")
                                .node("c", "Gemm", "x", "c.weight")
                                .node("ra", "Relu", "a")
                                .node("rb", "Relu", "b")
                                .node("rc", "Relu", "c")
                                .node("sum", "Sum", "ra", "rb", "rc")
                                .logits("sum", 4)),
                of(
                        "activation seen straight and turned",
                        new GraphOf(7)
                                .floats("x", -1, 3, 3)
                                .weight("a.weight", 3, 3)
                                .node("a", "MatMul", "x", "a.weight")
                                .node("ra", "Relu", "a")
                                .node("turned", "Transpose", NONE.with("perm", new long[] {0, 2, 1}), "ra")
                                .node("rt", "Relu", "turned")
                                .node("sum", "Add", "ra", "rt")
                                .node("rs", "Relu", "sum")
                                .logits("rs", 9)),
                of(
                        "squared by itself, and added to itself",
                        new GraphOf(8)
                                .floats("x", -1, 5)
                                .node("square", "Mul", "x", "x")
                                .node("double", "Add", "square", "square")
                                .node("none", "Sub", "double", "x")
                                .node("act", "Tanh", "none")
                                .logits("act", 5)),
                of(
                        "input read by four branches",
                        new GraphOf(9)
                                .floats("x", -1, 2, 4, 4)
                                .weight("a.weight", 2, 2, 3, 3)
                                .node("a", "Conv", NONE.with("pads", new long[] {1, 1, 1, 1}), "x", "a.weight")
                                .node("b", "Relu", "x")
                                .node("c", "AveragePool", same(3), "x")
                                .node("ab", "Add", "a", "b")
                                .node("abc", "Concat", NONE.with("axis", 1L), "ab", "c", "x")
                                .node("act", "Relu", "abc")
                                .logits("act", 96)),
                of(
                        "logits turned and cut",
                        new GraphOf(10)
                                .floats("x", -1, 6)
                                .weight("w", 6, 7)
                                .node("wide", "Gemm", "x", "w")
                                .node("act", "Relu", "wide")
                                .longs("from", 1)
                                .longs("to", 6)
                                .longs("axis", 1)
                                .node("logits", "Slice", "act", "from", "to", "axis")),
                of(
                        "several outputs of one node",
                        new GraphOf(11)
                                .floats("x", -1, 6)
                                .longs("sizes", 2, 4)
                                .node("split", "Split", NONE.with("axis", 1L), List.of("x", "sizes"), List.of("p", "q"))
                                .node("tp", "Tanh", "p")
                                .node("both", "Concat", NONE.with("axis", 1L), "tp", "q")
                                .logits("both", 6)),
                of("logits are the input", new GraphOf(12).floats("x", -1, 5).node("logits", "Identity", "x")));
    }

    /** Integers and truth values between floats. */
    private static List<LayerCase> integers() {
        return List.of(
                of(
                        "masked by a comparison",
                        new GraphOf(13)
                                .floats("x", -1, 6)
                                .constant("zero", Array.of(new float[] {0.1f}))
                                .node("positive", "Greater", "x", "zero")
                                .node("mask", "Cast", NONE.with("to", 1L), "positive")
                                .node("kept", "Mul", "x", "mask")
                                .node("chosen", "Where", "positive", "kept", "zero")
                                .node("act", "Tanh", "chosen")
                                .logits("act", 6)),
                of(
                        "rounded on the way, straight beside it",
                        new GraphOf(14)
                                .floats("x", -1, 6)
                                .node("rounded", "Floor", "x")
                                .node("whole", "Cast", NONE.with("to", 7L), "rounded")
                                .node("back", "Cast", NONE.with("to", 1L), "whole")
                                .node("sum", "Add", "back", "x")
                                .node("act", "Tanh", "sum")
                                .logits("act", 6)),
                of(
                        "words, segments and positions",
                        new GraphOf(15)
                                .ints("ids", -1, 4)
                                .ints("segments", -1, 4)
                                .weight("words", 7, 3)
                                .weight("kinds", 6, 3)
                                .weight("positions", 1, 4, 3)
                                .node("w", "Gather", "words", "ids")
                                .node("k", "Gather", "kinds", "segments")
                                .node("wk", "Add", "w", "k")
                                .node("placed", "Add", "wk", "positions")
                                .weight("norm.weight", 3)
                                .weight("norm.bias", 3)
                                .node("norm", "LayerNormalization", "placed", "norm.weight", "norm.bias")
                                .node("act", "Tanh", "norm")
                                .logits("act", 12)));
    }

    static List<LayerCase> attention() {
        GraphOf g = new GraphOf(16).floats("x", -1, 4, 6).longs("heads", 0, 0, 2, 3);
        for (String part : List.of("q", "k", "v")) {
            g.weight(part + ".weight", 6, 6)
                    .node(part, "MatMul", "x", part + ".weight")
                    .node(part + ".heads", "Reshape", part, "heads");
        }
        g.node("q.t", "Transpose", NONE.with("perm", new long[] {0, 2, 1, 3}), "q.heads")
                .node("k.t", "Transpose", NONE.with("perm", new long[] {0, 2, 3, 1}), "k.heads")
                .node("v.t", "Transpose", NONE.with("perm", new long[] {0, 2, 1, 3}), "v.heads")
                .node("scores", "MatMul", "q.t", "k.t")
                .constant("root", Array.of(new float[] {1.7f}))
                .node("scaled", "Div", "scores", "root")
                .node("weights", "Softmax", NONE.with("axis", -1L), "scaled")
                .node("mixed", "MatMul", "weights", "v.t")
                .node("together", "Transpose", NONE.with("perm", new long[] {0, 2, 1, 3}), "mixed")
                .longs("merge", 0, 0, 6)
                .node("merged", "Reshape", "together", "merge")
                .node("residual", "Add", "merged", "x")
                .weight("norm.weight", 6)
                .weight("norm.bias", 6)
                .node("norm", "LayerNormalization", "residual", "norm.weight", "norm.bias")
                .node("gelu", "Gelu", "norm")
                .logits("gelu", 24);
        return List.of(of("attention", g));
    }

    /** Takes images of any size: strided, pooled over all positions. */
    static LayerCase anySize() {
        return of(
                "images of any size",
                new GraphOf(18)
                        .floats("x", -1, 2, -1, -1)
                        .weight("a.weight", 3, 2, 3, 3)
                        .weight("b.weight", 4, 3, 3, 3)
                        .node("a", "Conv", NONE.with("strides", new long[] {2, 2}), "x", "a.weight")
                        .node("ra", "Relu", "a")
                        .node("b", "Conv", NONE.with("pads", new long[] {1, 1, 1, 1}), "ra", "b.weight")
                        .node("rb", "Relu", "b")
                        .node("pool", "GlobalAveragePool", "rb")
                        .logits("pool", 4));
    }

    private static Attributes same(long kernel) {
        long pad = kernel / 2;
        return NONE.with("kernel_shape", new long[] {kernel, kernel}).with("pads", new long[] {pad, pad, pad, pad});
    }

    private static List<LayerCase> convolutions() {
        List<LayerCase> cases = new ArrayList<>();
        for (long group : new long[] {1, 2, 4}) {
            for (long stride : new long[] {1, 2}) {
                for (long dilation : new long[] {1, 2}) {
                    for (boolean weightComputed : new boolean[] {false, true}) {
                        GraphOf g =
                                new GraphOf(17).floats("x", -1, 4, 7, 6).weight("stored", 4, (int) (4 / group), 3, 3);
                        String weight = "stored";
                        if (weightComputed) {
                            g.node("computed", "Neg", "stored");
                            weight = "computed";
                        }
                        Attributes a = NONE.with("group", group)
                                .with("strides", new long[] {stride, stride})
                                .with("dilations", new long[] {dilation, dilation})
                                .with("pads", new long[] {2, 1, 2, 1});
                        g.node("conv", "Conv", a, "x", weight)
                                .node("act", "Relu", "conv")
                                .node("pool", "GlobalAveragePool", "act")
                                .node("max", "GlobalMaxPool", "conv")
                                .node("both", "Concat", NONE.with("axis", 1L), "pool", "max")
                                .logits("both", 8);
                        cases.add(of(
                                "conv of " + group + " groups, stride " + stride + ", dilation " + dilation
                                        + (weightComputed ? ", weight computed" : ""),
                                g));
                    }
                }
            }
        }
        return cases;
    }
}
