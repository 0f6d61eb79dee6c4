package dev.qualm.gradient;

import dev.qualm.array.Array;
import dev.qualm.network.graph.Attributes;
import java.util.List;
import java.util.Set;

/** Weights that reach the data through other nodes. */
final class DerivedLayerCases {
    private static final Attributes NONE = Attributes.NONE;

    private DerivedLayerCases() {}

    static List<LayerCase> all() {
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
                        "weight behind a cast, another behind a reshape",
                        new GraphOf(62)
                                .floats("x", -1, 4)
                                .constant(
                                        "fc1.weight",
                                        Array.of(Nets.inputs(1, 12).doubles(), 4, 3))
                                .node("w1", "Cast", NONE.with("to", 1L), "fc1.weight")
                                .node("fc1", "MatMul", "x", "w1")
                                .node("act", "Tanh", "fc1")
                                .weight("fc2.weight", 12)
                                .longs("matrix", 3, 4)
                                .node("w2", "Reshape", "fc2.weight", "matrix")
                                .node("fc2", "MatMul", "act", "w2")
                                .logits("fc2", 4)
                                .build(),
                        Set.of("fc1.weight", "fc2.weight")),
                new LayerCase(
                        "whole-number weight with a learnable scale",
                        new GraphOf(63)
                                .floats("x", -1, 4)
                                .constant("q", Array.of(new byte[] {1, -5, 9, 3, 7, -2, 4, 8, -6, 2, 5, -1}, 4, 3))
                                .positive("scale", 3)
                                .node("whole", "Cast", NONE.with("to", 1L), "q")
                                .node("w", "Mul", "whole", "scale")
                                .node("fc", "MatMul", "x", "w")
                                .node("act", "Tanh", "fc")
                                .weight("fc2.weight", 3, 4)
                                .node("fc2", "MatMul", "act", "fc2.weight")
                                .logits("fc2", 4)
                                .build(),
                        Set.of("scale")),
                new LayerCase(
                        "table that is looked up and convolved with",
                        new GraphOf(64)
                                .ints("ids", -1, 5)
                                .weight("table", 6, 3, 1)
                                .node("words", "Gather", "table", "ids")
                                .longs("axis", 3)
                                .node("rows", "Squeeze", "words", "axis")
                                .node("turned", "Transpose", NONE.with("perm", new long[] {0, 2, 1}), "rows")
                                .node("conv", "Conv", "turned", "table")
                                .node("act", "Tanh", "conv")
                                .logits("act", 30)
                                .build()),
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
