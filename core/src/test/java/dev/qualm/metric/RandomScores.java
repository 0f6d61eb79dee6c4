package dev.qualm.metric;

import java.util.Random;

/** Seeded score lists that tie heavily and reach to infinity, and smooth ones. */
final class RandomScores {
    private RandomScores() {}

    /** {@code n} scores from about {@code levels} values, some of them infinite, zeros of both signs. */
    static double[] tied(Random random, int n, int levels, double shift) {
        double[] out = new double[n];
        for (int i = 0; i < n; i++) {
            double v = Math.floor((random.nextGaussian() + shift) * levels / 4) / levels;
            out[i] = switch (random.nextInt(20)) {
                case 0 -> Double.POSITIVE_INFINITY;
                case 1 -> Double.NEGATIVE_INFINITY;
                case 2 -> -0.0;
                case 3 -> 0.0;
                default -> v;
            };
        }
        return out;
    }

    /** {@code n} normal scores. */
    static double[] normal(Random random, int n, double shift) {
        return random.doubles(n).map(u -> random.nextGaussian() + shift).toArray();
    }
}
