package dev.qualm.attack;

import java.util.Arrays;
import java.util.stream.IntStream;

/** One start of {@link Apgd} in the L1 ball on one micro-batch (Croce, Hein, "Mind the box", ICML 2021, sections 3 and 4). */
/*
 * In the L1 ball inside a box the steepest step spreads over several entries, as the box stops each; how many is learned: every few steps
 * the number becomes two thirds of the entries that the best point changes. While that number falls, the step goes back to epsilon and the
 * climb to the best point; otherwise the step shrinks by a third, down to a tenth of epsilon. There is no momentum. Three phases in
 * balls of 3, 2 and 1 epsilon, each from the best point of the one before, brought back into its ball: the way through larger balls leads
 * past bad local maxima. Points outside the budget are no results.
 */
final class ApgdL1Climb {
    private static final double[] RADII = {3, 2, 1};
    private static final double[] SHARES = {0.3, 0.3};
    private static final double FIRST_ENTRIES = 0.2;
    private static final double FEWER = 0.95;
    private static final double SHRINK = 1.5;
    private static final double LEAST_STEP = 0.1;

    private final ApgdPoints points;
    private final Trail trail;
    private final int width;
    private final double[] step;
    private final double[] entries;
    private final double[] changed;

    ApgdL1Climb(ApgdPoints points) {
        this.points = points;
        trail = points.trail;
        width = points.width;
        step = new double[trail.rows];
        entries = new double[trail.rows];
        changed = new double[trail.rows];
    }

    void run(int[] rows) {
        int left = points.attack.steps();
        for (int phase = 0; phase < RADII.length; phase++) {
            boolean last = phase == RADII.length - 1;
            int steps = last ? left : (int) (SHARES[phase] * points.attack.steps());
            left -= steps;
            if (steps > 0) {
                phase(rows, RADII[phase] * points.attack.epsilon(), steps, last);
            }
        }
    }

    private void phase(int[] rows, double radius, int steps, boolean counts) {
        for (int i : rows) {
            boolean known = points.topLoss[i] > Double.NEGATIVE_INFINITY;
            if (known) {
                points.backToTop(i);
            }
            project(i, radius);
            int count = known ? points.changed(i) : width;
            changed[i] = count;
            entries[i] = known ? count / SHRINK : FIRST_ENTRIES * width;
            step[i] = radius;
        }
        points.forget();
        double[][] losses = new double[trail.rows][steps];
        int[] active = points.look(rows, -1, losses, counts);
        int every = Math.max(1, (int) (0.04 * steps));
        for (int s = 0; s < steps && active.length > 0; s++) {
            for (int i : active) {
                move(i);
                project(i, radius);
            }
            active = points.look(active, s, losses, counts);
            if ((s + 1) % every == 0) {
                for (int i : active) {
                    adapt(i, radius);
                }
            }
        }
    }

    /** Shares the step out over the entries with the steepest gradient. */
    private void move(int i) {
        int at = i * width;
        int count = (int) Math.max(1, Math.min(width, Math.rint(entries[i])));
        double[] sizes = new double[width];
        Arrays.setAll(sizes, j -> Math.abs(points.gradient[at + j]));
        Arrays.sort(sizes);
        // Entries as steep as the last are taken along.
        double least = Math.max(sizes[width - count], Double.MIN_VALUE);
        int[] steepest = IntStream.range(0, width)
                .filter(j -> Math.abs(points.gradient[at + j]) >= least)
                .toArray();
        for (int j : steepest) {
            points.x[at + j] += step[i]
                    / steepest.length
                    * Math.signum(points.gradient[at + j])
                    * trail.bounds.unit()[j];
        }
    }

    private void project(int i, double radius) {
        BoxedL1.project(trail.original, points.x, i * width, radius, trail.bounds);
        trail.toBox(points.x, i);
        trail.round(points.x, i);
    }

    private void adapt(int i, double radius) {
        int count = points.changed(i);
        boolean fewer = count < FEWER * changed[i];
        entries[i] = count / SHRINK;
        changed[i] = count;
        if (fewer) {
            step[i] = radius;
            points.backToTop(i);
        } else {
            step[i] = Math.max(step[i] / SHRINK, LEAST_STEP * radius);
        }
    }
}
