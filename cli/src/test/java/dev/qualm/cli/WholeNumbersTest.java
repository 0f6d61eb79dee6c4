package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WholeNumbersTest {
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"FLOAT32", "FLOAT64"})
    void convert_zeroAndOne_keepsThemInEveryType(DType type) {
        Array a = WholeNumbers.convert(Array.of(new float[] {0, 1, 1}, 3, 1), type);
        assertThat(a.dtype()).isEqualTo(type);
        assertThat(a.shape()).containsExactly(3, 1);
        assertThat(a.toDoubles()).containsExactly(0, 1, 1);
    }

    @Test
    void convert_largeLong_keepsEveryDigit() {
        Array a = Array.of(new long[] {(1L << 40) + 1}, 1);
        assertThat(WholeNumbers.convert(a, DType.INT64)).isSameAs(a);
    }

    @Test
    void convert_unsignedByte_reaches255() {
        assertThat(WholeNumbers.convert(Array.of(new int[] {255}, 1), DType.UINT8)
                        .get(0))
                .isEqualTo(255);
    }

    @Test
    void convert_outsideTheTypeOrNotWhole_fails() {
        assertFails(256, DType.UINT8);
        assertFails(-1, DType.UINT8);
        assertFails(128, DType.INT8);
        assertFails(2, DType.BOOL);
        assertFails(0.5, DType.INT64);
        assertFails(Double.NaN, DType.INT32);
        assertFails(1e10, DType.INT32);
        assertFails(40_000, DType.INT16);
    }

    private static void assertFails(double value, DType type) {
        assertThatThrownBy(() -> WholeNumbers.convert(Array.of(new double[] {value}, 1), type))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining(type.toString());
    }
}
