package dev.qualm.gradient;

import dev.qualm.network.graph.Attributes;
import java.util.List;
import java.util.Set;

/** Matrix products in all their spellings. */
final class LinearLayerCases {
    private static final Attributes NONE = Attributes.NONE;

    private LinearLayerCases() {}

    static List<LayerCase> all() {
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
                        "gemm of a transposed input, scaled, one bias for all",
                        new GraphOf(14)
                                .floats("x", -1, 6)
                                .node("t", "Transpose", NONE.with("perm", new long[] {1, 0}), "x")
                                .weight("fc.weight", 6, 4)
                                .weight("fc.bias", 1)
                                .node(
                                        "fc",
                                        "Gemm",
                                        NONE.with("transA", 1L)
                                                .with("alpha", -1.5f)
                                                .with("beta", 0.25f),
                                        "t",
                                        "fc.weight",
                                        "fc.bias")
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
}
