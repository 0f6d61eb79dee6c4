package dev.qualm.network.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArithmeticOperatorsTest {
    private static final Array MATRIX = Array.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);

    @Test
    void add_axisOfOpset6_alignsFirstAxisOfSecondOperand() {
        Array column = Array.of(new double[] {10, 20}, 2);
        OperatorCase c = legacyAdd(0).plain(MATRIX).plain(column);
        assertThat(output(c)).isEqualTo(Array.of(new double[] {11, 12, 13, 24, 25, 26}, 2, 3));
    }

    @Test
    void add_axisOutsideFirstOperand_isRefused() {
        OperatorCase c = legacyAdd(1).plain(MATRIX).plain(MATRIX);
        assertThatThrownBy(() -> output(c))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("axis 1 does not place input [2, 3] inside [2, 3]");
    }

    @Test
    void div_integers_truncatesTowardsZero() {
        assertThat(output(of("Div").plain(ints(-7, 7, -7, 7)).plain(ints(2, 2, -2, -2))))
                .isEqualTo(ints(-3, 3, 3, -3));
    }

    @Test
    void mod_signs_followDivisorOrWithFmodDividend() {
        OperatorCase c = of("Mod").plain(ints(-4, 7, 5, 4, -7, 8)).plain(ints(2, -3, 8, -2, 3, 5));
        assertThat(output(c)).isEqualTo(ints(0, -2, 5, 0, 2, 3));
        assertThat(output(c.attribute("fmod", 1L))).isEqualTo(ints(0, 1, 5, 0, -1, 3));
    }

    @Test
    void mod_floatsWithoutFmod_isRefused() {
        assertThatThrownBy(() -> output(of("Mod").plain(MATRIX).plain(MATRIX)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("expected fmod = 1");
    }

    @Test
    void pow_mixedTypes_hasTypeOfBase() {
        Array roots = Array.of(new double[] {0.5, 2}, 2);
        assertThat(output(of("Pow").plain(ints(9, 3)).plain(roots))).isEqualTo(ints(3, 9));
        assertThat(output(of("Pow").plain(ints(2, 3)).plain(Array.of(new long[] {5, 2}, 2))))
                .isEqualTo(ints(32, 9));
        assertThat(output(of("Pow").plain(roots).constant(ints(3, 2)))).isEqualTo(Array.of(new double[] {0.125, 4}, 2));
    }

    @Test
    void max_nan_wins() {
        Array a = Array.of(new double[] {Double.NaN, 1}, 2);
        Array b = Array.of(new double[] {0, Double.NaN}, 2);
        assertThat(output(of("Max").plain(a).plain(b)).doubles()).containsExactly(Double.NaN, Double.NaN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Max", "Min", "Sum", "Mean"})
    void fold_oneInput_isCopied(String type) {
        OperatorCase c = of(type).plain(MATRIX);
        try (NativeScope scope = NativeScope.values()) {
            Tensor x = Tensors.of(MATRIX, Precision.FLOAT64);
            Tensor y = c.kernel(false).run(new Inputs(x))[0];
            assertThat(y.data_ptr().address()).isNotEqualTo(x.data_ptr().address());
            assertThat(Tensors.toArray(y)).isEqualTo(MATRIX);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Add", "Sub", "Mul", "Div"})
    void inPlace_sameShape_reusesMemory(String type) {
        assertThat(overwrites(type, MATRIX, Array.of(new double[] {1, 2, 3}, 3)))
                .isTrue();
        assertThat(overwrites(type, Array.of(new double[] {1, 2, 3}, 3), MATRIX))
                .isFalse();
        assertThat(overwrites(type, Array.of(new double[] {1, 2}, 2, 1), MATRIX))
                .isFalse();
    }

    private static boolean overwrites(String type, Array a, Array b) {
        OperatorCase c = of(type).plain(a).plain(b);
        try (NativeScope scope = NativeScope.values()) {
            Tensor x = Tensors.of(a, Precision.FLOAT64);
            Tensor y = c.kernel(true).run(new Inputs(x, Tensors.of(b, Precision.FLOAT64)))[0];
            return y.data_ptr().address() == x.data_ptr().address();
        }
    }

    private static OperatorCase legacyAdd(long axis) {
        return of("Add").opset(6).attribute("broadcast", 1L).attribute("axis", axis);
    }

    private static Array ints(int... values) {
        return Array.of(values, values.length);
    }

    private static OperatorCase of(String type) {
        return OperatorCase.of(type, "values");
    }

    private static Array output(OperatorCase c) {
        return new OperatorRun(c).outputs(c.kernel(false), Precision.FLOAT64).get(0);
    }
}
