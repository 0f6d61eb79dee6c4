package dev.qualm.mutation;

import java.util.BitSet;
import java.util.Random;
import java.util.stream.IntStream;

/** The random choices that mutations share. */
/*
 * java.util.Random, because its algorithms, nextGaussian included, are part of its specification: a pool drawn today can be drawn
 * again with any later Java.
 */
final class Draws {
    private Draws() {}

    /**
     * The source of one candidate's draws. It depends on nothing but the two numbers, so any candidate of a pool can be made without
     * those before it.
     */
    static Random random(long poolSeed, long index) {
        // The finaliser of SplitMix64 (Steele, Lea, Flood 2014), so that neighbours have unrelated seeds.
        long z = poolSeed + 0x9E3779B97F4A7C15L * (index + 1);
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return new PlainRandom(z ^ (z >>> 31));
    }

    /** {@code k} of {@code 0, ..., n - 1} without replacement, all subsets equally likely, ascending (Floyd's algorithm). */
    static int[] subset(Random random, int n, int k) {
        BitSet chosen = new BitSet(n);
        for (int j = n - k; j < n; j++) {
            int t = random.nextInt(j + 1);
            chosen.set(chosen.get(t) ? j : t);
        }
        return chosen.stream().toArray();
    }

    /** A uniformly drawn order of {@code 0, ..., n - 1}. */
    static int[] permutation(Random random, int n) {
        int[] order = IntStream.range(0, n).toArray();
        for (int i = n - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int moved = order[i];
            order[i] = order[j];
            order[j] = moved;
        }
        return order;
    }

    /** A uniformly drawn order that moves something; {@code n} is at least 2. */
    static int[] shuffle(Random random, int n) {
        while (true) {
            int[] order = permutation(random, n);
            if (IntStream.range(0, n).anyMatch(i -> order[i] != i)) {
                return order;
            }
        }
    }

    /** A uniformly drawn order that leaves nothing in its place; {@code n} is at least 2. Takes about e tries. */
    static int[] derangement(Random random, int n) {
        while (true) {
            int[] order = permutation(random, n);
            if (IntStream.range(0, n).noneMatch(i -> order[i] == i)) {
                return order;
            }
        }
    }
}
