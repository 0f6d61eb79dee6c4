package dev.qualm.network.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Node;
import dev.qualm.network.operator.ResizeAxis.Coordinates;
import dev.qualm.network.operator.ResizeAxis.Rounding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResizeOperatorsTest {
    private static final Array X = Array.of(new double[] {1, 2, 3, 4, 5}, 1, 1, 5);

    @Test
    void resize_firstFormShrinking_roundsUp() {
        Array y = run(10, Attributes.NONE, X, scales(1, 1, 0.6f), null, null);
        // Coordinates 0, 1.67, 3.33.
        assertThat(y.doubles()).containsExactly(1, 3, 5);
    }

    @Test
    void resize_firstFormGrowing_roundsDown() {
        Array y = run(10, Attributes.NONE, X, scales(1, 1, 1.5f), null, null);
        assertThat(y.doubles()).containsExactly(1, 1, 2, 3, 3, 4, 5);
    }

    @Test
    void resize_linear_readsBetweenNeighbours() {
        Attributes a = Attributes.NONE.with("mode", "linear");
        Array y = run(13, a, X, null, scales(1, 1, 2), null);
        assertThat(y.doubles())
                .usingComparatorWithPrecision(1e-12)
                .containsExactly(1, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75, 4.25, 4.75, 5);
    }

    @Test
    void resize_cubicOfParabola_isExactAwayFromEdges() {
        Array squares = Array.of(new double[] {0, 1, 4, 9, 16, 25, 36, 49}, 1, 1, 8);
        Attributes a = Attributes.NONE.with("mode", "cubic").with("cubic_coeff_a", -0.5f);
        double[] y = run(13, a, squares, null, scales(1, 1, 2), null).doubles();
        for (int o = 3; o < 12; o++) {
            double at = (o + 0.5) / 2 - 0.5;
            assertThat(y[o]).isCloseTo(at * at, within(1e-12));
        }
    }

    @Test
    void resize_antialiased_keepsMeanOfLinearData() {
        Attributes a =
                Attributes.NONE.with("mode", "linear").with("antialias", 1L).with("exclude_outside", 1L);
        Array y =
                run(18, a, Array.of(new double[] {1, 2, 3, 4, 5, 6, 7, 8}, 1, 1, 8), null, null, new long[] {1, 1, 4});
        // Each output averages a triangle of half-width 2 around its place; at the edges the triangle is cut.
        assertThat(y.doubles()[1]).isCloseTo(3.5, within(1e-12));
        assertThat(y.doubles()[2]).isCloseTo(5.5, within(1e-12));
        assertThat(y.doubles()[0] + y.doubles()[3]).isCloseTo(9, within(1e-12));
    }

    @Test
    void resize_cropOutside_fillsWithConstant() {
        Attributes a = Attributes.NONE
                .with("mode", "linear")
                .with("coordinate_transformation_mode", "tf_crop_and_resize")
                .with("extrapolation_value", -7f);
        Array roi = Array.of(new float[] {0, 0, 0.5f, 1, 1, 1.25f}, 6);
        Array y = run(13, a, X, roi, null, new long[] {1, 1, 4});
        assertThat(y.doubles()).usingComparatorWithPrecision(1e-12).containsExactly(3, 4, 5, -7);
    }

    @Test
    void nearest_tie_followsRounding() {
        // Coordinates 0.5, 1.5, 2.5 of an axis of six.
        ResizeAxis axis = new ResizeAxis(6, 3, 1, 0, 1);
        Coordinates mode = Coordinates.TF_HALF_PIXEL_FOR_NN;
        assertThat(axis.nearest(mode, Rounding.ROUND_PREFER_FLOOR)).containsExactly(0, 1, 2);
        assertThat(axis.nearest(mode, Rounding.ROUND_PREFER_CEIL)).containsExactly(1, 2, 3);
        assertThat(axis.nearest(mode, Rounding.FLOOR)).containsExactly(0, 1, 2);
        assertThat(axis.nearest(mode, Rounding.CEIL)).containsExactly(1, 2, 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mode", "coordinate_transformation_mode", "nearest_mode", "keep_aspect_ratio_policy"})
    void resize_unknownChoice_isRefused(String name) {
        assertThatThrownBy(() -> run(18, Attributes.NONE.with(name, "first"), X, null, scales(1, 1, 2), null))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("Resize 'node'")
                .hasMessageContaining("found 'first'");
    }

    @Test
    void resize_scalesForFewerAxes_isRefused() {
        assertThatThrownBy(() -> run(13, Attributes.NONE, X, null, scales(1, 2), null))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("expected 3 scales or sizes, found 2");
    }

    @Test
    void resize_nothingLeft_isRefused() {
        assertThatThrownBy(() -> run(13, Attributes.NONE, X, null, scales(1, 1, 0.1f), null))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("axis 2, found 0");
    }

    private static Array scales(float... values) {
        return Array.of(values, values.length);
    }

    private static Array run(
            int opset, Attributes a, Array x, @Nullable Array second, @Nullable Array third, long @Nullable [] sizes) {
        Map<String, Array> constants = new LinkedHashMap<>();
        if (second != null) {
            constants.put("i1", second);
        }
        if (third != null) {
            constants.put("i2", third);
        }
        if (sizes != null) {
            constants.put("i3", Array.of(sizes, sizes.length));
        }
        List<String> names =
                List.of("x", second == null ? "" : "i1", third == null ? "" : "i2", sizes == null ? "" : "i3");
        Node node = new Node("node", "", "Resize", names, List.of("y"), a);
        Operator operator = Objects.requireNonNull(Operators.find("", "Resize"));
        Kernel kernel = operator.factory().create(new NodeContext(node, opset, Precision.FLOAT64, false, constants));
        try (NativeScope scope = NativeScope.values()) {
            Tensor in = Tensors.of(x, Precision.FLOAT64);
            return Tensors.toArray(kernel.run(new Inputs(in))[0]);
        }
    }
}
