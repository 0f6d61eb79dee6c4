package dev.qualm.attack;

import java.util.Random;

/** Random draws that belong to an input, whatever its place in a batch (SplitMix64 over its entries). */
final class Seeds {
    private Seeds() {}

    static Random of(long seed, double[] values, int at, int width) {
        long z = mixed(seed + 0x9e3779b97f4a7c15L);
        for (int j = at; j < at + width; j++) {
            z = mixed(z + 0x9e3779b97f4a7c15L + Double.doubleToLongBits(values[j]));
        }
        return new Random(z);
    }

    static long mixed(long seed) {
        long z = seed;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
