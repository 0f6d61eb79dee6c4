package dev.qualm.attribution.evaluation;

import dev.qualm.Provenance;
import dev.qualm.array.Array;

/**
 * Pointing game (Zhang et al. 2018, section 4.1): 1 if the largest relevance of the map lies inside the object's mask,
 * or no further than a tolerance from it, else 0. Of several largest pixels the share that hits. Higher is better.
 * Images only, no network. Says nothing about the rest of the map; an object in the centre is hit by any map that
 * prefers the centre. No value for constant maps and empty masks.
 *
 * @param tolerance in pixels, Euclidean, from 0; the paper takes 15
 * @param reading what makes a pixel relevant
 * @param seed start of the interval's bootstrap
 */
public record PointingGame(double tolerance, Reading reading, long seed) {
    public PointingGame {
        if (!(tolerance >= 0) || Double.isInfinite(tolerance)) {
            throw new EvaluationException("Expected a tolerance from 0 pixels on, but found " + tolerance);
        }
    }

    /** No tolerance, signed. */
    public static PointingGame defaults(long seed) {
        return new PointingGame(0, Reading.SIGNED, seed);
    }

    /**
     * Judges maps.
     *
     * @param maps {@code [n, c, h, w]}, summed over channels, or {@code [n, h, w]}
     * @param masks of the objects, {@code [n, h, w]} or {@code [n, 1, h, w]}, anything but 0 is inside
     */
    public Evaluation evaluate(Array maps, Array masks) {
        GivenMaps given = GivenMaps.of(maps, reading);
        boolean[][] inside = given.masks(masks, "PointingGame");
        double[] values = new double[given.n()];
        for (int i = 0; i < values.length; i++) {
            double[] map = given.relevance()[i];
            double top = Double.NEGATIVE_INFINITY;
            double least = Double.POSITIVE_INFINITY;
            for (double r : map) {
                top = Math.max(top, r);
                least = Math.min(least, r);
            }
            if (top == least) {
                given.fail(i, "the map is constant, so it points nowhere");
            }
            int peaks = 0;
            int hits = 0;
            for (int p = 0; p < map.length; p++) {
                if (map[p] == top) {
                    peaks++;
                    hits += near(inside[i], p, given.units().width()) ? 1 : 0;
                }
            }
            values[i] = hits / (double) peaks;
        }
        return Evaluation.of(
                "pointing game",
                Better.HIGHER,
                values,
                given.statuses(),
                new Cost(0, 0),
                seed,
                Provenance.of("pointing-game").with("tolerance", tolerance).with("reading", reading));
    }

    private boolean near(boolean[] mask, int pixel, int width) {
        int reach = (int) Math.min(tolerance, mask.length);
        int row = pixel / width;
        int column = pixel % width;
        for (int r = Math.max(0, row - reach); r <= Math.min(mask.length / width - 1, row + reach); r++) {
            for (int c = Math.max(0, column - reach); c <= Math.min(width - 1, column + reach); c++) {
                if (mask[r * width + c] && Math.hypot(r - row, c - column) <= tolerance) {
                    return true;
                }
            }
        }
        return false;
    }
}
