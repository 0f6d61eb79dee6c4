package dev.qualm.testkit;

import dev.qualm.array.Array;
import java.util.Arrays;
import java.util.Random;

/** Differences of arrays, and arrays to compare on. */
public final class Close {
    private Close() {}

    /**
     * Largest absolute difference, relative to the largest absolute value expected; infinite if the shapes differ or one side
     * has a number where the other has none.
     */
    public static double relative(Array expected, Array found) {
        if (!Arrays.equals(expected.shape(), found.shape())) {
            return Double.POSITIVE_INFINITY;
        }
        double scale = 1e-300;
        double gap = 0;
        for (int i = 0; i < expected.size(); i++) {
            double e = expected.get(i);
            double f = found.get(i);
            if (Double.compare(e, f) != 0) {
                double d = Math.abs(e - f);
                gap = Math.max(gap, Double.isNaN(d) ? Double.POSITIVE_INFINITY : d);
            }
            scale = Math.max(scale, Double.isNaN(e) ? 0 : Math.abs(e));
        }
        return gap / scale;
    }

    /** Standard normal floats. */
    public static Array gaussian(long seed, int... shape) {
        Random random = new Random(seed);
        float[] out = new float[Array.size(shape)];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) random.nextGaussian();
        }
        return Array.of(out, shape);
    }

    /** Integers from zero to below {@code bound}. */
    public static Array integers(long seed, int bound, int... shape) {
        Random random = new Random(seed);
        long[] out = new long[Array.size(shape)];
        for (int i = 0; i < out.length; i++) {
            out[i] = random.nextInt(bound);
        }
        return Array.of(out, shape);
    }
}
