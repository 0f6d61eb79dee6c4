package dev.qualm.attack;

import dev.qualm.Status;
import java.util.Arrays;

/** Where the climbs of {@link Apgd} on one micro-batch are, and the highest point of each. */
final class ApgdPoints {
    final Apgd attack;
    final Trail trail;
    final int width;
    final double[] x;
    final double[] gradient;
    final double[] topLoss;
    private final Objective objective;
    private final double[] top;
    private final double[] topGradient;

    /** @param x where they start, of all rows */
    ApgdPoints(Apgd attack, Trail trail, Objective objective, double[] x) {
        this.attack = attack;
        this.trail = trail;
        this.objective = objective;
        this.x = x;
        width = trail.width;
        top = x.clone();
        gradient = new double[x.length];
        topGradient = new double[x.length];
        topLoss = new double[trail.rows];
        forget();
    }

    /** Lets the next points count as the highest. */
    void forget() {
        Arrays.fill(topLoss, Double.NEGATIVE_INFINITY);
    }

    /**
     * Losses and gradients at the points reached. Returns the rows that can go on.
     *
     * @param s the step that led there, -1 for the start
     * @param losses takes them by row and step
     * @param counts whether the points lie in the budget, so that they may be results
     */
    int[] look(int[] active, int s, double[][] losses, boolean counts) {
        try (LossSweep sweep = trail.sweep(x, active)) {
            double[] cotangent = sweep.cotangent();
            for (int r = 0; r < active.length; r++) {
                if (sweep.isFinite(r)) {
                    objective.add(sweep, cotangent, r, active[r]);
                }
            }
            double[] found = trail.gradient(sweep, cotangent, active);
            int[] left = new int[active.length];
            int count = 0;
            for (int r = 0; r < active.length; r++) {
                int i = active[r];
                if (!sweep.isFinite(r)) {
                    if (counts) {
                        lost(sweep, r, i);
                    }
                    continue;
                }
                double loss = objective.value(sweep, r, i);
                if (counts) {
                    trail.offer(i, x, sweep, r, loss);
                }
                double length = trail.toUnits(found, r);
                if (counts && (length == 0 || !Double.isFinite(length))) {
                    trail.status[i] = length == 0
                            ? Status.zeroGradient("after " + (s + 1) + " of " + attack.steps() + " steps")
                            : Status.nonFinite("a gradient is NaN or infinite");
                }
                if (!Double.isFinite(length) || (length == 0 && s < 0)) {
                    continue;
                }
                System.arraycopy(found, r * width, gradient, i * width, width);
                if (s >= 0) {
                    losses[i][s] = loss;
                }
                if (loss > topLoss[i]) {
                    topLoss[i] = loss;
                    System.arraycopy(x, i * width, top, i * width, width);
                    System.arraycopy(gradient, i * width, topGradient, i * width, width);
                }
                left[count++] = i;
            }
            return Arrays.copyOf(left, count);
        }
    }

    private void lost(LossSweep sweep, int r, int i) {
        trail.status[i] = Trail.nonFinite();
        if (trail.value[i] == Double.NEGATIVE_INFINITY) {
            trail.predicted[i] = sweep.predicted(r);
        }
    }

    /** Goes back to the highest point. */
    void backToTop(int i) {
        System.arraycopy(top, i * width, x, i * width, width);
        System.arraycopy(topGradient, i * width, gradient, i * width, width);
    }

    /** How many entries of the highest point differ from the input. */
    int changed(int i) {
        int count = 0;
        for (int j = i * width; j < (i + 1) * width; j++) {
            count += top[j] == trail.original[j] ? 0 : 1;
        }
        return count;
    }
}
