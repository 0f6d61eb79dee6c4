package dev.qualm.array;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HalfFloatTest {
    @Test
    void fromFloat16_everyBitPattern_equalsTheFormulaOfIeee754() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            int exponent = (bits >> 10) & 31;
            double fraction = (bits & 1023) / 1024.0;
            double magnitude = exponent == 0
                    ? fraction * Math.pow(2, -14)
                    : exponent < 31
                            ? (1 + fraction) * Math.pow(2, exponent - 15.0)
                            : fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
            double expected = bits < 1 << 15 ? magnitude : -magnitude;
            assertThat(HalfFloat.fromFloat16((short) bits)).as("bits %x", bits).isEqualTo(Float.valueOf((float)
                    expected));
        }
    }

    @Test
    void fromFloat16_negativeZero_keepsItsSign() {
        assertThat(Float.floatToRawIntBits(HalfFloat.fromFloat16((short) 0x8000)))
                .isEqualTo(0x8000_0000);
    }

    @Test
    void fromBfloat16_everyBitPattern_isTheUpperHalfOfAFloat() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            int exponent = (bits >> 7) & 255;
            double fraction = (bits & 127) / 128.0;
            double magnitude = exponent == 0
                    ? fraction * Math.pow(2, -126)
                    : exponent < 255
                            ? (1 + fraction) * Math.pow(2, exponent - 127.0)
                            : fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
            double expected = bits < 1 << 15 ? magnitude : -magnitude;
            assertThat(HalfFloat.fromBfloat16((short) bits)).as("bits %x", bits).isEqualTo(Float.valueOf((float)
                    expected));
        }
    }
}
