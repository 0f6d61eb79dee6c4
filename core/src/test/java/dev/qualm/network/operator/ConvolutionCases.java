package dev.qualm.network.operator;

import dev.qualm.network.graph.Node;
import java.util.List;

/** Cases of {@link ConvolutionOperators}. */
final class ConvolutionCases {
    private ConvolutionCases() {}

    static List<OperatorCase> all() {
        return List.of(
                conv("one axis", 5).weights(4, 2, 3).bias(4).done().independentRows(),
                conv("two axes, no attributes", 4, 5).weights(4, 2, 2, 3).done().independentRows(),
                conv("three axes, padded", 3, 2, 3)
                        .weights(1, 2, 2, 2, 2)
                        .with("pads", 1, 0, 1, 1, 0, 1)
                        .done(),
                conv("strides, dilations, pads", 5, 6)
                        .weights(4, 2, 2, 3)
                        .bias(4)
                        .with("kernel_shape", 2, 3)
                        .with("strides", 2, 1)
                        .with("dilations", 1, 2)
                        .with("pads", 1, 2, 1, 2)
                        .done()
                        .independentRows(),
                conv("asymmetric pads", 4, 4)
                        .weights(1, 2, 3, 2)
                        .bias(1)
                        .with("pads", 0, 1, 2, 0)
                        .done(),
                conv("groups", 3, 3)
                        .weights(4, 1, 2, 2)
                        .bias(4)
                        .with("group", 2)
                        .done(),
                conv("same upper", 5, 4)
                        .weights(1, 2, 2, 3)
                        .with("strides", 2, 1)
                        .done()
                        .attribute("auto_pad", "SAME_UPPER"),
                conv("same lower", 5, 4).weights(1, 2, 2, 2).done().attribute("auto_pad", "SAME_LOWER"),
                conv("valid", 4, 4)
                        .weights(1, 2, 2, 2)
                        .done()
                        .attribute("auto_pad", "VALID")
                        .opset(1),
                fused("with bias alone", 4, 4)
                        .weights(4, 2, 3, 3)
                        .bias(4)
                        .done()
                        .independentRows(),
                fused("with summand and both bounds", 4, 4)
                        .weights(2, 2, 3, 3)
                        .with("pads", 1, 1, 1, 1)
                        .done()
                        .plain(null)
                        .input(5, -1, 1, 3, 2, 4, 4)
                        .attribute("min", -0.5f)
                        .attribute("max", 0.75f)
                        .independentRows(),
                fused("one axis, summand broadcast, lower bound", 5)
                        .weights(2, 2, 3)
                        .bias(2)
                        .done()
                        .input(5, -1, 1, 2, 3)
                        .attribute("min", 0f),
                transpose("one axis", 3).weights(2, 4, 2).bias(4).done().independentRows(),
                transpose("two axes, strides, pads", 3, 2)
                        .weights(2, 1, 3, 3)
                        .bias(1)
                        .with("strides", 2, 2)
                        .with("pads", 1, 1, 1, 1)
                        .with("output_padding", 1, 0)
                        .done(),
                transpose("asymmetric pads, groups, dilations", 2, 3)
                        .weights(2, 2, 2, 2)
                        .bias(4)
                        .with("dilations", 2, 1)
                        .with("pads", 0, 1, 1, 0)
                        .with("group", 2)
                        .done(),
                transpose("output shape", 2, 3)
                        .weights(2, 1, 3, 3)
                        .with("strides", 2, 2)
                        .with("output_shape", 4, 6)
                        .done(),
                transpose("output longer than the windows reach", 2, 2)
                        .weights(2, 1, 1, 1)
                        .bias(1)
                        .with("strides", 2, 2)
                        .done()
                        .attribute("auto_pad", "SAME_UPPER"),
                transpose("three axes", 2, 1, 2).weights(2, 1, 2, 2, 2).done());
    }

    private static Builder conv(String name, int... spatial) {
        return new Builder("Conv", name, spatial);
    }

    private static Builder fused(String name, int... spatial) {
        Builder b = new Builder("FusedConv", name, spatial);
        b.c = b.c.domain(Node.QUALM_DOMAIN);
        return b;
    }

    private static Builder transpose(String name, int... spatial) {
        return new Builder("ConvTranspose", name, spatial);
    }

    /** Two channels in, three samples. */
    private static final class Builder {
        private OperatorCase c;

        private Builder(String type, String name, int... spatial) {
            int[] shape = new int[2 + spatial.length];
            shape[0] = 3;
            shape[1] = 2;
            System.arraycopy(spatial, 0, shape, 2, spatial.length);
            c = OperatorCase.of(type, name).input(1, -1, 1, shape);
        }

        private Builder weights(int... shape) {
            c = c.input(2, -1, 1, shape);
            return this;
        }

        private Builder bias(int channels) {
            c = c.input(3, -1, 1, channels);
            return this;
        }

        private Builder with(String attribute, long... values) {
            c = c.attribute(attribute, values.length == 1 && attribute.equals("group") ? (Object) values[0] : values);
            return this;
        }

        private OperatorCase done() {
            return c;
        }
    }
}
