package dev.qualm.network.operator;

import static dev.qualm.network.operator.SliceOperatorsTest.run;
import static dev.qualm.network.operator.ViewCases.longs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.array.Array;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReduceOperatorsTest {
    /** The elements are 3, -4, 0 and 6; means and roots truncate toward zero. */
    @ParameterizedTest
    @CsvSource({
        "ReduceSum, 5",
        "ReduceMean, 1",
        "ReduceMax, 6",
        "ReduceMin, -4",
        "ReduceProd, 0",
        "ReduceSumSquare, 61",
        "ReduceL1, 13",
        "ReduceL2, 7",
        "ReduceLogSum, 1",
        "ReduceLogSumExp, 6"
    })
    void reduce_integers_keepTheirType(String type, int expected) {
        Array x = Array.of(new int[] {3, -4, 0, 6}, 2, 2);
        Array y = run(OperatorCase.of(type, "int32")
                        .opset(18)
                        .attribute("keepdims", 0L)
                        .plain(x))
                .get(0);
        assertThat(y).isEqualTo(Array.of(new int[] {expected}));
    }

    @Test
    void reduceMean_negativeIntegers_truncates() {
        Array y = run(OperatorCase.of("ReduceMean", "negative").opset(18).plain(longs(-3, -4)))
                .get(0);
        assertThat(y).isEqualTo(longs(-3));
    }

    @ParameterizedTest
    @CsvSource({
        "ReduceSum, 0", "ReduceMean, NaN", "ReduceMax, -Infinity", "ReduceMin, Infinity", "ReduceProd, 1",
        "ReduceSumSquare, 0", "ReduceL1, 0", "ReduceL2, 0", "ReduceLogSum, -Infinity", "ReduceLogSumExp, -Infinity"
    })
    void reduce_nothing_yieldsTheNeutralElement(String type, double expected) {
        OperatorCase c = OperatorCase.of(type, "empty")
                .opset(18)
                .plain(Array.of(new double[0], 2, 0))
                .constant(longs(1));
        assertThat(run(c).get(0)).isEqualTo(Array.of(new double[] {expected, expected}, 2, 1));
    }

    @Test
    void reduceMax_noBytes_yieldsTheLeastByte() {
        assertThat(run(OperatorCase.of("ReduceMax", "int8").opset(18).plain(Array.of(new byte[0], 0)))
                        .get(0))
                .isEqualTo(Array.of(new byte[] {-128}, 1));
        assertThat(run(OperatorCase.of("ReduceMin", "uint8").opset(18).plain(Array.ofUnsigned(new byte[0], 0)))
                        .get(0))
                .isEqualTo(Array.ofUnsigned(new byte[] {-1}, 1));
    }

    @Test
    void reduceMax_booleans_isOr() {
        Array x = Array.of(new boolean[] {false, true, false, false}, 2, 2);
        Array y = run(OperatorCase.of("ReduceMax", "bool").opset(20).plain(x).constant(longs(1)))
                .get(0);
        assertThat(y).isEqualTo(Array.of(new boolean[] {true, false}, 2, 1));
    }

    @ParameterizedTest
    @CsvSource({"ReduceSum, -3", "ReduceSumSquare, 9", "ReduceL1, 3", "ReduceL2, 3", "ReduceLogSumExp, -3"})
    void reduce_noAxesAndNoop_stillDoesTheElementwisePart(String type, double expected) {
        Array x = Array.of(new double[] {-3}, 1, 1);
        OperatorCase c = OperatorCase.of(type, "noop")
                .opset(18)
                .attribute("noop_with_empty_axes", 1L)
                .plain(x);
        assertThat(run(c).get(0)).isEqualTo(Array.of(new double[] {expected}, 1, 1));
    }

    @Test
    void cumSum_exclusiveOverInfinity_hasNoNaN() {
        Array x = Array.of(new double[] {1, Double.POSITIVE_INFINITY, 2}, 3);
        OperatorCase c = OperatorCase.of("CumSum", "exclusive")
                .attribute("exclusive", 1L)
                .plain(x)
                .constant(longs(0));
        assertThat(run(c).get(0)).isEqualTo(Array.of(new double[] {0, 1, Double.POSITIVE_INFINITY}, 3));
    }

    @Test
    void cumSum_int32_staysInt32() {
        Array x = Array.of(new int[] {1, 2, 3}, 3);
        OperatorCase c = OperatorCase.of("CumSum", "reverse")
                .attribute("reverse", 1L)
                .plain(x)
                .constant(longs(0));
        assertThat(run(c).get(0)).isEqualTo(Array.of(new int[] {6, 5, 3}, 3));
    }
}
