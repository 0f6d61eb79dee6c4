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
    private static final OperatorCase INPUT = OperatorCase.of("Softmax", "values").input(3, -4, 4, 2, 3, 4);

    /** Sums over the elements with equal index where {@code group} marks 1 are one. */
    @ParameterizedTest
    @CsvSource({"13, -1, 0 1", "13, 1, 0 2", "13, 0, 1 2", "12, 1, 0", "12, 2, 0 1", "6, 0, ''", "6, -1, 0 1"})
    void softmax_sumOverNormalisedAxes_isOne(int opset, long axis, String keptAxes) {
        double[] y = output(INPUT.opset(opset).attribute("axis", axis)).doubles();
        double[] logits = INPUT.inputs().get(0).doubles();
        double[] sums = new double[24];
        double[] normaliser = new double[24];
        for (int i = 0; i < 24; i++) {
            sums[group(i, keptAxes)] += y[i];
            normaliser[group(i, keptAxes)] += Math.exp(logits[i]);
        }
        assertThat(Arrays.stream(sums).filter(s -> s != 0)).allSatisfy(s -> assertThat(s).isCloseTo(1, within(1e-12)));
        for (int i = 0; i < 24; i++) {
            assertThat(y[i]).isCloseTo(Math.exp(logits[i]) / normaliser[group(i, keptAxes)], within(1e-12));
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
    private static int group(int i, String keptAxes) {
        int[] index = {i / 12, i / 4 % 3, i % 4};
        int group = 0;
        for (String axis : keptAxes.split(" ")) {
            if (!axis.isEmpty()) {
                group = group * 4 + index[Integer.parseInt(axis)];
            }
        }
        return group;
    }

    private static Array output(OperatorCase c) {
        return new OperatorRun(c).outputs(c.kernel(false), Precision.FLOAT64).get(0);
    }
}
