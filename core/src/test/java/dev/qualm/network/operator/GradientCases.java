package dev.qualm.network.operator;

import dev.qualm.array.Array;
import dev.qualm.network.graph.Node;
import java.util.List;

/** Cases of {@link GradientOperators} and {@link RelevanceOperators}: derivatives of reverse passes. */
final class GradientCases {
    private GradientCases() {}

    static List<OperatorCase> all() {
        return List.of(
                of("ReluGradient", "rank 3").plain(values(1, 2, 3, 4)).independentRows(),
                of("ClipGradient", "two bounds")
                        .attribute("min", -0.5f)
                        .attribute("max", 0.7f)
                        .plain(values(2, 2, 3, 4))
                        .independentRows(),
                of("SoftplusSlope", "default").independentRows(),
                of("SoftplusSlope", "sharp").attribute("beta", 5f),
                of("SoftplusSlope", "beta as an input").plain(Array.of(new double[] {2.5})),
                of("SoftplusBend", "default").independentRows(),
                of("SoftplusBend", "beta as an input").plain(Array.of(new double[] {2.5})),
                OperatorCase.of("Softplus", "beta as an input")
                        .domain(Node.QUALM_DOMAIN)
                        .input(5, -2, 2, 3, 4)
                        .plain(Array.of(new double[] {2.5})),
                convolution("strides", 3, 4).attribute("shape", new long[] {2, 6, 7}),
                oneChannel("one channel", 2, 1),
                oneChannel("one channel, strides", 1, 2),
                pooled("MaxPoolGradient", "padded, strided", 3, 3).attribute("pads", new long[] {1, 1, 1, 1}),
                pooled("MaxPoolGradient", "padded on one side, ceil", 3, 3)
                        .attribute("pads", new long[] {0, 0, 1, 1})
                        .attribute("ceil_mode", 1L),
                pooled("MaxPoolPick", "padded, strided", 5, 6).attribute("pads", new long[] {1, 1, 1, 1}),
                pooled("MaxPoolPick", "padded on one side", 5, 6).attribute("pads", new long[] {0, 0, 1, 1}),
                of("ReshapeLike", "another shape").plain(values(4, 2, 12)).independentRows(),
                nodeGradient("Tanh", "single input").input(6, -2, 2, 2, 3, 4).independentRows(),
                nodeGradient("Mul", "of the second input")
                        .attribute("input", 1L)
                        .input(7, -2, 2, 2, 3, 4)
                        .input(8, -2, 2, 2, 3, 4),
                nodeGradient("Softmax", "with an attribute")
                        .attribute("of.axis", 1L)
                        .input(9, -2, 2, 2, 3, 4)
                        .independentRows(),
                nodeGradient("Split", "of several outputs")
                        .attribute("of.axis", 2L)
                        .attribute("outputs", 2L)
                        .attribute("arrived", new long[] {1, 0})
                        .input(10, -2, 2, 2, 3, 4)
                        .input(11, -2, 2, 2, 3, 8),
                divide("signed").attribute("epsilon", number(0.25)),
                divide("positive").attribute("epsilon", number(3)).attribute("form", "add-positive"),
                divide("clipped").attribute("epsilon", number(0.5)).attribute("form", "clip"),
                divide("relative").attribute("epsilon", number(0.25)).attribute("relative", 1L),
                of("SecantDivide", "some small")
                        .input(2, -3, 3, 2, 3, 4)
                        .input(3, -3, 3, 2, 3, 4)
                        .plain(number(1))
                        .independentRows(),
                OperatorCase.of("ResizeLike", "enlarged")
                        .domain(Node.QUALM_DOMAIN)
                        .input(1, -2, 2, 2, 3, 2, 3)
                        .plain(values(2, 2, 1, 5, 6))
                        .independentRows(),
                seed("logit", "logits"),
                seed("margin", "logits"),
                seed("probability", "logits"),
                seed("log-probability", "logits"),
                seed("logit", "probabilities"),
                seed("margin", "probabilities"),
                seed("probability", "probabilities"),
                seed("log-probability", "probabilities"));
    }

    private static OperatorCase of(String type, String name) {
        return OperatorCase.of(type, name).domain(Node.QUALM_DOMAIN).input(1, -2, 2, 2, 3, 4);
    }

    private static OperatorCase convolution(String name, int... size) {
        return OperatorCase.of("ConvGradient", name)
                .domain(Node.QUALM_DOMAIN)
                .input(1, -2, 2, 2, 4, size[0], size[1])
                .input(2, -1, 1, 4, 2, 2, 3)
                .attribute("strides", new long[] {2, 2})
                .attribute("dilations", new long[] {1, 1})
                .attribute("pads", new long[] {0, 1})
                .independentRows();
    }

    /** Of images [1, 5, 6] with kernels of 2x3, dilated. */
    private static OperatorCase oneChannel(String name, int dilation, int stride) {
        int height = (5 - (dilation + 1)) / stride + 1;
        int width = (6 + 2 - (2 * dilation + 1)) / stride + 1;
        return OperatorCase.of("ConvGradient", name)
                .domain(Node.QUALM_DOMAIN)
                .input(1, -2, 2, 2, 4, height, width)
                .input(2, -1, 1, 4, 1, 2, 3)
                .attribute("strides", new long[] {stride, stride})
                .attribute("dilations", new long[] {dilation, dilation})
                .attribute("pads", new long[] {0, 1})
                .attribute("shape", new long[] {1, 5, 6})
                .independentRows();
    }

    /** Of images 5x6 with windows of 3x3 and strides of 2. */
    private static OperatorCase pooled(String type, String name, int height, int width) {
        return OperatorCase.of(type, name)
                .domain(Node.QUALM_DOMAIN)
                .input(1, -2, 2, 2, 3, height, width)
                .plain(values(2, 2, 3, 5, 6))
                .attribute("kernel_shape", new long[] {3, 3})
                .attribute("strides", new long[] {2, 2})
                .independentRows();
    }

    private static OperatorCase nodeGradient(String op, String name) {
        return of("NodeGradient", op + ", " + name)
                .attribute("op", op)
                .attribute("opset", 17L)
                .attribute("arrived", new long[] {0});
    }

    private static OperatorCase divide(String name) {
        return of("StableDivide", name).input(2, -3, 3, 2, 3, 4).independentRows();
    }

    private static Array number(double value) {
        return Array.of(new double[] {value});
    }

    private static OperatorCase seed(String quantity, String holds) {
        return OperatorCase.of("ClassSeed", quantity + " of " + holds)
                .domain(Node.QUALM_DOMAIN)
                .attribute("quantity", quantity)
                .attribute("holds", holds)
                .attribute("start", "value")
                .input(1, 0.1, 0.9, 3, 4)
                .plain(Array.of(new long[] {-1, 2, 0}, 3))
                .independentRows();
    }

    private static Array values(long seed, int... shape) {
        return java.util.Objects.requireNonNull(
                OperatorCase.of("Relu", "").input(seed, -2, 2, shape).inputs().get(0));
    }
}
