package dev.qualm.array;

/** Widens the two 16-bit floating-point types of files to float; every value is exact. */
final class HalfFloat {
    private HalfFloat() {}

    /** IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
    static float fromFloat16(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = (bits >> 10) & 0x1f;
        int fraction = bits & 0x3ff;
        if (exponent == 0) {
            // Subnormal: fraction * 2^-24, which float holds as an ordinary number.
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        int wide = exponent == 0x1f ? 0xff : exponent - 15 + 127;
        return Float.intBitsToFloat(sign | (wide << 23) | (fraction << 13));
    }

    /** bfloat16: the upper half of a float. */
    static float fromBfloat16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }
}
