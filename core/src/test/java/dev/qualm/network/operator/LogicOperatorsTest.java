package dev.qualm.network.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.engine.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogicOperatorsTest {
    @ParameterizedTest
    @CsvSource({
        "Equal, false, true, false",
        "Greater, false, false, true",
        "Less, true, false, false",
        "GreaterOrEqual, false, true, true",
        "LessOrEqual, true, true, false"
    })
    void comparison_ofOrderedPairs_isBoolean(String type, boolean smaller, boolean equal, boolean greater) {
        OperatorCase c = of(type).plain(Array.of(new double[] {1, 2, 3}, 3)).plain(Array.of(new double[] {2}));
        assertThat(output(c)).isEqualTo(Array.of(new boolean[] {smaller, equal, greater}, 3));
    }

    @ParameterizedTest
    @CsvSource({"And, false, false, true", "Or, false, true, true", "Xor, false, true, false"})
    void logic_ofTruthTable_isBoolean(String type, boolean none, boolean one, boolean both) {
        OperatorCase c = of(type).plain(Array.of(new boolean[] {false, true, false, true}, 4))
                .plain(Array.of(new boolean[] {false, false, true, true}, 4));
        assertThat(output(c)).isEqualTo(Array.of(new boolean[] {none, one, one, both}, 4));
    }

    @Test
    void not_flips() {
        assertThat(output(of("Not").plain(Array.of(new boolean[] {true, false}, 2))))
                .isEqualTo(Array.of(new boolean[] {false, true}, 2));
    }

    @ParameterizedTest
    @CsvSource({"BitwiseAnd, 8", "BitwiseOr, 14", "BitwiseXor, 6"})
    void bitwise_ofIntegers_actsOnBits(String type, int expected) {
        assertThat(output(of(type).plain(Array.of(new int[] {12}, 1)).plain(Array.of(new int[] {10}, 1))))
                .isEqualTo(Array.of(new int[] {expected}, 1));
    }

    @Test
    void bitShift_left_dropsBitsOutsideTheType() {
        OperatorCase left = of("BitShift").attribute("direction", "LEFT");
        assertThat(output(left.plain(bytes(0x81, 3)).plain(bytes(1, 2)))).isEqualTo(bytes(2, 12));
        // 16-bit unsigned integers arrive as INT32.
        assertThat(output(left.plain(Array.of(new int[] {0x8001}, 1)).plain(Array.of(new int[] {1}, 1))))
                .isEqualTo(Array.of(new int[] {2}, 1));
    }

    @Test
    void bitShift_right_fillsWithZeros() {
        assertThat(output(of("BitShift")
                        .attribute("direction", "RIGHT")
                        .plain(bytes(0x81, 12))
                        .plain(bytes(1, 2))))
                .isEqualTo(bytes(0x40, 3));
    }

    @Test
    void bitShift_withoutDirection_isRefused() {
        assertThatThrownBy(() -> of("BitShift").kernel(false))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("expected direction LEFT or RIGHT, but found ''");
    }

    @Test
    void where_integers_keepTheirType() {
        OperatorCase c = of("Where")
                .plain(Array.of(new boolean[] {true, false}, 2, 1))
                .plain(Array.of(new long[] {1, 2}, 2))
                .plain(Array.of(new long[] {9}));
        assertThat(output(c)).isEqualTo(Array.of(new long[] {1, 2, 9, 9}, 2, 2));
    }

    private static Array bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return Array.ofUnsigned(bytes, bytes.length);
    }

    private static OperatorCase of(String type) {
        return OperatorCase.of(type, "values");
    }

    private static Array output(OperatorCase c) {
        return new OperatorRun(c).outputs(c.kernel(false), Precision.FLOAT64).get(0);
    }
}
