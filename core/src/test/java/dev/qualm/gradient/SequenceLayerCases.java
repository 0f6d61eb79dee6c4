package dev.qualm.gradient;

import dev.qualm.network.graph.Attributes;
import java.util.ArrayList;
import java.util.List;

/** Layers applied to sequences, and embeddings. */
final class SequenceLayerCases {
    private static final Attributes NONE = Attributes.NONE;

    private SequenceLayerCases() {}

    static List<LayerCase> all() {
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
}
