package dev.qualm.manipulation;

import dev.qualm.array.Array;
import java.util.SplittableRandom;

/**
 * Further attempts from random places. The best attempt counts: one that keeps the class before one that does not, then the
 * smaller total loss at the network that the attack is aimed at.
 *
 * @param restarts attempts besides the first, at least 0
 * @param seed of all random choices; an image's also depend on its row
 */
public record RandomStarts(int restarts, long seed) {
    /** Reach of a random start where nothing bounds the attack, as a share of the range of pixels. */
    private static final double REACH = 0.1;

    /** Reach of the step aside that losses need which are stationary at the original, as a share of a random start's. */
    private static final double ASIDE = 0.01;

    public RandomStarts {
        ManipulationException.require(restarts >= 0, "restarts", "of at least 0", restarts);
    }

    /** One attempt, from the original image. */
    public static RandomStarts none() {
        return new RandomStarts(0, 0);
    }

    /**
     * Where an attempt begins.
     *
     * @param attempt 0 for the first
     * @param aside whether the first may not begin at the original itself
     */
    double[] at(int attempt, boolean aside, int row, double[] original, Constraint constraint, int... shape) {
        if (attempt == 0 && !aside) {
            return constraint.project(original, original, shape);
        }
        SplittableRandom random = Seeds.of(seed, row, attempt);
        double scale = attempt == 0 ? ASIDE : 1;
        double[] start = Double.isInfinite(constraint.linf()) && !Double.isInfinite(constraint.l2())
                ? inBall(random, original, constraint, scale, shape)
                : inCube(random, original, constraint, scale, shape);
        return constraint.project(start, original, shape);
    }

    /** Uniform in a Euclidean ball: a normal direction, and a radius whose power of the dimension is uniform. */
    private static double[] inBall(
            SplittableRandom random, double[] original, Constraint constraint, double scale, int... shape) {
        double[] direction = Seeds.gaussian(random, original.length);
        double length = constraint.l2()
                * scale
                * Math.pow(random.nextDouble(), 1.0 / original.length)
                / Vectors.norm(direction);
        double[] out = original.clone();
        for (int i = 0; i < out.length; i++) {
            out[i] += length * direction[i] * constraint.unit(i, out.length, shape);
        }
        return out;
    }

    private static double[] inCube(
            SplittableRandom random, double[] original, Constraint constraint, double scale, int... shape) {
        double range = range(original);
        double[] out = original.clone();
        for (int i = 0; i < out.length; i++) {
            double width = constraint.width(i, Array.size(shape), shape);
            double free = REACH * (Double.isInfinite(width) ? range : width);
            double bounded = constraint.linf() * constraint.unit(i, out.length, shape);
            double reach = Double.isInfinite(bounded) ? free : bounded;
            out[i] += scale * reach * (2 * random.nextDouble() - 1);
        }
        return out;
    }

    private static double range(double[] image) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (double v : image) {
            low = Math.min(low, v);
            high = Math.max(high, v);
        }
        return high > low ? high - low : 1;
    }
}
