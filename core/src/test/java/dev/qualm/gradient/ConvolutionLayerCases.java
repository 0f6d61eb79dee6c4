package dev.qualm.gradient;

import dev.qualm.network.graph.Attributes;
import java.util.Arrays;
import java.util.List;

/** Convolutions and their transposes in one to three dimensions. */
final class ConvolutionLayerCases {
    private static final Attributes NONE = Attributes.NONE;

    private ConvolutionLayerCases() {}

    static List<LayerCase> all() {
        long[] none = {0, 0, 0, 0};
        long[] one = {1, 1, 1, 1};
        return List.of(
                convolution("conv1d", "Conv", conv(new long[] {1, 1}, 2, 1, 1), new int[] {4, 2, 3}, 4, 4 * 4, 2, 7),
                convolution(
                        "conv1d groups dilated",
                        "Conv",
                        conv(new long[] {2, 2}, 1, 2, 2),
                        new int[] {4, 1, 3},
                        4,
                        4 * 7,
                        2,
                        7),
                convolution(
                        "conv3d strided groups",
                        "Conv",
                        conv(new long[] {1, 0, 1, 1, 0, 1}, 2, 1, 2),
                        new int[] {4, 1, 3, 2, 3},
                        4,
                        4 * 2 * 2 * 2,
                        2,
                        3,
                        4,
                        3),
                convolution(
                        "conv2d same lower",
                        "Conv",
                        NONE.with("auto_pad", "SAME_LOWER").with("strides", new long[] {2, 1}),
                        new int[] {3, 2, 2, 4},
                        3,
                        3 * 3 * 6,
                        2,
                        5,
                        6),
                convolution(
                        "conv2d valid",
                        "Conv",
                        NONE.with("auto_pad", "VALID"),
                        new int[] {3, 2, 3, 3},
                        3,
                        3 * 12,
                        2,
                        5,
                        6),
                convolution("pointwise strided", "Conv", conv(none, 2, 1, 1), new int[] {3, 6, 1, 1}, 3, 27, 6, 5, 6),
                convolution(
                        "many channels, strided and dilated",
                        "Conv",
                        conv(new long[] {2, 2, 2, 2}, 2, 2, 1),
                        new int[] {3, 6, 3, 3},
                        3,
                        3 * 3 * 3,
                        6,
                        5,
                        6),
                convolution(
                        "transposed dilated, same output",
                        "ConvTranspose",
                        NONE.with("auto_pad", "SAME_UPPER").with("strides", new long[] {2, 2}),
                        new int[] {2, 3, 3, 3},
                        3,
                        3 * 10 * 12,
                        2,
                        5,
                        6),
                convolution(
                        "transposed 3d dilated",
                        "ConvTranspose",
                        conv(new long[] {1, 1, 1, 1, 1, 1}, 1, 2, 1),
                        new int[] {2, 2, 2, 2, 2},
                        2,
                        2 * 3 * 4 * 3,
                        2,
                        3,
                        4,
                        3),
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

    private static Attributes conv(long[] pads, long stride, long dilation, long group) {
        int rank = pads.length / 2;
        long[] strides = new long[rank];
        long[] dilations = new long[rank];
        Arrays.fill(strides, stride);
        Arrays.fill(dilations, dilation);
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
}
