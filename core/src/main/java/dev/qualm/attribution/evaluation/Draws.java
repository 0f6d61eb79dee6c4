package dev.qualm.attribution.evaluation;

import java.util.SplittableRandom;

/** Random numbers that depend on a seed, what is drawn for, and nothing else. */
/*
 * Each image has its own stream, seeded by its content, so that batch mates and their order do not matter; each
 * perturbation has its own too, so that they can be made in any order, more than once, in chunks. Only nextLong is
 * used, whose sequence is fixed (SplitMix64); other methods of the JDK have changed between releases.
 */
final class Draws {
    private final SplittableRandom random;

    Draws(long seed, long... path) {
        long s = seed;
        for (long p : path) {
            s = mix(s * 31 + mix(p + 0x9e3779b97f4a7c15L));
        }
        random = new SplittableRandom(s);
    }

    /** A number made from an input's values: equal for equal values, also across float32 and float64. */
    static long content(double[] row) {
        long h = row.length;
        for (double v : row) {
            h = mix(h + Double.doubleToLongBits(v + 0.0));
        }
        return h;
    }

    /** Finaliser of SplitMix64 (Steele, Lea, Flood 2014). */
    private static long mix(long z) {
        long y = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        y = (y ^ (y >>> 27)) * 0x94d049bb133111ebL;
        return y ^ (y >>> 31);
    }

    /** Uniform in [0, 1). */
    double uniform() {
        return (random.nextLong() >>> 11) * 0x1.0p-53;
    }

    /** Standard normal, by the polar method without its second value. */
    double gaussian() {
        double u;
        double s;
        do {
            u = 2 * uniform() - 1;
            double v = 2 * uniform() - 1;
            s = u * u + v * v;
        } while (s >= 1 || s == 0);
        return u * StrictMath.sqrt(-2 * StrictMath.log(s) / s);
    }

    int below(int bound) {
        return (int) Math.multiplyHigh(random.nextLong() >>> 1, 2L * bound);
    }

    /** {@code k} different numbers below {@code n}, in random order. */
    int[] subset(int k, int n) {
        int[] all = new int[n];
        for (int i = 0; i < n; i++) {
            all[i] = i;
        }
        for (int i = 0; i < k; i++) {
            int j = i + below(n - i);
            int swap = all[i];
            all[i] = all[j];
            all[j] = swap;
        }
        return java.util.Arrays.copyOf(all, k);
    }
}
