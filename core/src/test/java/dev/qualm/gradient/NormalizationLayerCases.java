package dev.qualm.gradient;

import dev.qualm.network.graph.Attributes;
import java.util.ArrayList;
import java.util.List;

/** Normalisations with learnable scale and shift. */
final class NormalizationLayerCases {
    private static final Attributes NONE = Attributes.NONE;

    private NormalizationLayerCases() {}

    static List<LayerCase> all() {
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
}
