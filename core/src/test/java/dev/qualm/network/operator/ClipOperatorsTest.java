package dev.qualm.network.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import java.util.stream.Stream;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ClipOperatorsTest {
    private static final Array LOW = Array.of(new double[] {0});
    private static final Array HIGH = Array.of(new double[] {6});
    private static final Array X = Array.of(new double[] {-1, 0, 3, 6, 7, Double.NaN}, 6);

    /** The same bounds in all three forms. */
    static Stream<OperatorCase> forms() {
        return Stream.of(
                of("attributes")
                        .opset(6)
                        .attribute("min", 0f)
                        .attribute("max", 6f)
                        .plain(X),
                of("constants").plain(X).constant(LOW).constant(HIGH),
                of("computed").plain(X).plain(LOW).plain(HIGH));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void run_values_areBoundedAndNanStays(OperatorCase c) {
        assertThat(output(c).doubles()).containsExactly(0, 0, 3, 6, 6, Double.NaN);
    }

    @ParameterizedTest
    @MethodSource("forms")
    void gradient_atBounds_isZero(OperatorCase c) {
        try (NativeScope scope = NativeScope.recording()) {
            Tensor x = Tensors.of(X.slice(0, 5), Precision.FLOAT64).set_requires_grad(true);
            Inputs in = c.inputs().size() == 1
                    ? new Inputs(x)
                    : new Inputs(x, Tensors.of(LOW, Precision.FLOAT64), Tensors.of(HIGH, Precision.FLOAT64));
            Tensor sum = c.kernel(false).run(in)[0].sum();
            TensorVector g = torch.grad(
                    new TensorVector(sum), new TensorVector(x), new TensorVector(), new BoolOptional(), false, false);
            assertThat(Tensors.toArray(new Tensor(g.get(0))).doubles()).containsExactly(0, 0, 1, 0, 0);
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void run_lowerAboveUpper_givesUpper(OperatorCase c) {
        OperatorCase swapped = c.inputs().size() == 1
                ? c.attribute("min", 6f).attribute("max", 0f)
                : OperatorCase.of("Clip", "swapped")
                        .plain(X.slice(0, 5))
                        .constant(HIGH)
                        .constant(LOW);
        assertThat(output(swapped).slice(0, 5).doubles()).containsOnly(0);
    }

    @Test
    void run_withoutBounds_copies() {
        assertThat(output(of("none").plain(X))).isEqualTo(X);
        Array ints = Array.of(new int[] {-5, 5}, 2);
        assertThat(output(of("none").plain(ints))).isEqualTo(ints);
    }

    @Test
    void run_integers_keepTheirType() {
        OperatorCase c = of("integers")
                .plain(Array.of(new long[] {-5, Long.MAX_VALUE - 1}, 2))
                .constant(Array.of(new long[] {-1}))
                .constant(Array.of(new long[] {Long.MAX_VALUE - 2}));
        assertThat(output(c)).isEqualTo(Array.of(new long[] {-1, Long.MAX_VALUE - 2}, 2));
    }

    @Test
    void factory_boundsInTheWrongForm_areRefused() {
        assertThatThrownBy(
                        () -> of("late attribute").attribute("min", 0f).plain(X).kernel(false))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("expected the bounds as inputs");
        assertThatThrownBy(() -> of("vector").plain(X).constant(X).kernel(false))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("expected a scalar bound as input 1, but found FLOAT64[6]");
    }

    private static OperatorCase of(String name) {
        return OperatorCase.of("Clip", name);
    }

    private static Array output(OperatorCase c) {
        return new OperatorRun(c).outputs(c.kernel(false), Precision.FLOAT64).get(0);
    }
}
