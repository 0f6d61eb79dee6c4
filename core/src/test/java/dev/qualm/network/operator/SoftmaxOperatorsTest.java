package dev.qualm.network.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.engine.Precision;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SoftmaxOperatorsTest {
    private static final OperatorCase INPUT =
            OperatorCase.of("Softmax", "values").input(3, -4, 4, 2, 3, 4);

    /** Every choice of index along the kept axes of [n, c, w] is one distribution over the others. */
    @ParameterizedTest
    @CsvSource({
        "13, -1, true, true, false",
        "13, 1, true, false, true",
        "13, 0, false, true, true",
        "12, 1, true, false, false",
        "12, 2, true, true, false",
        "6, 0, false, false, false",
        "6, -1, true, true, false"
    })
    void softmax_sumOverNormalisedAxes_isOne(int opset, long axis, boolean n, boolean c, boolean w) {
        double[] y = output(INPUT.opset(opset).attribute("axis", axis)).doubles();
        double[] logits = INPUT.inputs().get(0).doubles();
        double[] sums = new double[24];
        double[] normaliser = new double[24];
        for (int i = 0; i < 24; i++) {
            sums[group(i, n, c, w)] += y[i];
            normaliser[group(i, n, c, w)] += Math.exp(logits[i]);
        }
        assertThat(Arrays.stream(sums).filter(s -> s != 0))
                .allSatisfy(s -> assertThat(s).isCloseTo(1, within(1e-12)));
        for (int i = 0; i < 24; i++) {
            assertThat(y[i]).isCloseTo(Math.exp(logits[i]) / normaliser[group(i, n, c, w)], within(1e-12));
        }
    }

    @Test
    void logSoftmax_largeInputs_staysFinite() {
        OperatorCase c = OperatorCase.of("LogSoftmax", "large").plain(Array.of(new double[] {1e4, 0, -1e4}, 1, 3));
        assertThat(output(c).doubles()).containsExactly(0, -1e4, -2e4);
    }

    @Test
    void hardmax_ties_goToTheFirst() {
        OperatorCase c = OperatorCase.of("Hardmax", "ties").plain(Array.of(new double[] {1, 3, 3, 2, 2, 1}, 2, 3));
        assertThat(output(c)).isEqualTo(Array.of(new double[] {0, 1, 0, 1, 0, 0}, 2, 3));
        assertThat(output(c.opset(11).attribute("axis", 0L)))
                .isEqualTo(Array.of(new double[] {0, 1, 0, 0, 0, 0}, 2, 3));
    }

    /** Index of element {@code i} of a [2, 3, 4] array among the kept axes. */
    private static int group(int i, boolean n, boolean c, boolean w) {
        return (n ? i / 12 * 12 : 0) + (c ? i / 4 % 3 * 4 : 0) + (w ? i % 4 : 0);
    }

    private static Array output(OperatorCase c) {
        return new OperatorRun(c).outputs(c.kernel(false), Precision.FLOAT64).get(0);
    }
}
