package dev.qualm.attack;

import java.util.Comparator;
import java.util.stream.IntStream;

/** Steps along a gradient. */
final class Steps {
    /** Share of the entries that a sparse step moves. */
    private static final double SPARSE = 0.01;

    private Steps() {}

    /**
     * Moves a row, without projecting it.
     *
     * @param g the gradient by the quantities that budgets speak of, of one row; not all zero
     */
    static void add(Trail trail, double[] x, int i, double[] g, Pgd.Direction direction, double step) {
        double[] by = direction(trail, x, i, g, direction);
        for (int j = 0; j < g.length; j++) {
            x[i * g.length + j] += step * by[j] * trail.bounds.unit()[j];
        }
    }

    /** A step of length 1. */
    static double[] direction(Trail trail, double[] x, int i, double[] g, Pgd.Direction direction) {
        return switch (direction) {
            case SIGN -> signs(g);
            case UNIT -> unit(g);
            case SPARSE -> sparse(trail, x, i, g);
        };
    }

    private static double[] signs(double[] g) {
        double[] out = new double[g.length];
        for (int j = 0; j < g.length; j++) {
            // Math.signum is several times slower, and this loop runs over every pixel at every step.
            out[j] = g[j] > 0 ? 1 : g[j] < 0 ? -1 : 0;
        }
        return out;
    }

    /** Scaled to length 1; squares of small gradients underflow, so the largest entry is scaled to 1 first. */
    static double[] unit(double[] g) {
        double largest = 0;
        for (double v : g) {
            largest = Math.max(largest, Math.abs(v));
        }
        double square = 0;
        for (double v : g) {
            square += v / largest * (v / largest);
        }
        double length = largest * Math.sqrt(square);
        double[] out = new double[g.length];
        for (int j = 0; j < g.length; j++) {
            out[j] = largest == 0 ? 0 : g[j] / length;
        }
        return out;
    }

    private static double[] sparse(Trail trail, double[] x, int i, double[] g) {
        int at = i * g.length;
        int[] free = IntStream.range(0, g.length)
                .filter(j -> g[j] > 0
                        ? x[at + j] < trail.bounds.high()[j]
                        : g[j] < 0 && x[at + j] > trail.bounds.low()[j])
                .boxed()
                .sorted(Comparator.comparingDouble(j -> -Math.abs(g[j])))
                .limit(Math.max(1, (long) Math.ceil(SPARSE * g.length)))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] out = new double[g.length];
        for (int j : free) {
            out[j] = Math.signum(g[j]) / free.length;
        }
        return out;
    }
}
