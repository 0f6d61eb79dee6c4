package dev.qualm.detect.verdict;

import java.util.stream.IntStream;

/** The step-up procedure: flags the k smallest of m for the largest k with factor * p_(k) * m / k at most the level. */
final class StepUp {
    /** Levels and p-values are quotients: where they are equal as such, rounding must not tell them apart. */
    private static final double ROUNDING = 1 + 1e-12;

    private StepUp() {}

    static double[] requirePValues(double[] p) {
        for (int i = 0; i < p.length; i++) {
            CalibrationException.require(
                    Double.isNaN(p[i]) || (p[i] >= 0 && p[i] <= 1),
                    "p-values from 0 to 1, or NaN if undefined",
                    p[i] + " at " + i);
        }
        return p;
    }

    /** Number of p-values that are numbers. */
    static int defined(double[] p) {
        return (int)
                IntStream.range(0, p.length).filter(i -> !Double.isNaN(p[i])).count();
    }

    static Discoveries of(double[] p, double level, double factor, String procedure) {
        CalibrationException.requireShare("a false discovery rate", level);
        int[] order = IntStream.range(0, p.length)
                .filter(i -> !Double.isNaN(p[i]))
                .boxed()
                .sorted((a, b) -> Double.compare(p[a], p[b]))
                .mapToInt(i -> i)
                .toArray();
        boolean[] rejected = new boolean[p.length];
        double[] adjusted = new double[p.length];
        java.util.Arrays.fill(adjusted, Double.NaN);
        int count = 0;
        double least = 1;
        for (int k = order.length; k > 0; k--) {
            int item = order[k - 1];
            least = Math.min(least, factor * p[item] * order.length / k);
            adjusted[item] = least;
            rejected[item] = least <= level * ROUNDING;
            count += rejected[item] ? 1 : 0;
        }
        return new Discoveries(rejected, adjusted, count, p.length - order.length, level, procedure);
    }
}
