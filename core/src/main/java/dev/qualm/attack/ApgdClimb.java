package dev.qualm.attack;

import dev.qualm.Status;
import java.util.Arrays;

/** One start of {@link Apgd} on one micro-batch. */
/*
 * Checkpoints after 22% of the steps, then at distances that shrink by 3% down to 6% (section 3.1). At a checkpoint the step is halved
 * if the loss rose in at most three quarters of the steps since the last one, or if the step was not halved there and the best loss has
 * not changed since; the climb then goes on from the best point. Kept from the authors' code, against the letter of the paper: the first
 * step counts as a rise if its loss is positive, and the halving test compares with the point after the last checkpoint. For a
 * cross-entropy that is nearly the paper's rule.
 */
final class ApgdClimb {
    private static final double MOMENTUM = 0.75;
    private static final double RISES = 0.75;

    private final Apgd attack;
    private final Trail trail;
    private final Objective objective;
    private final int width;
    private final double[] x;
    private final double[] before;
    private final double[] top;
    private final double[] gradient;
    private final double[] topGradient;
    private final double[] topLoss;
    private final double[] checkedLoss;
    private final boolean[] halved;
    private final double[] step;
    private final double[][] losses;

    ApgdClimb(Apgd attack, Trail trail, Objective objective, double[] x) {
        this.attack = attack;
        this.trail = trail;
        this.objective = objective;
        this.x = x;
        width = trail.width;
        before = x.clone();
        top = x.clone();
        gradient = new double[x.length];
        topGradient = new double[x.length];
        topLoss = new double[trail.rows];
        checkedLoss = new double[trail.rows];
        halved = new boolean[trail.rows];
        step = new double[trail.rows];
        losses = new double[trail.rows][attack.steps()];
    }

    void run(int[] rows) {
        Arrays.fill(topLoss, Double.NEGATIVE_INFINITY);
        Arrays.fill(halved, true);
        Arrays.fill(step, 2 * attack.epsilon());
        int[] active = look(rows, -1);
        System.arraycopy(topLoss, 0, checkedLoss, 0, topLoss.length);
        int steps = attack.steps();
        int distance = Math.max(1, (int) (0.22 * steps));
        int least = Math.max(1, (int) (0.06 * steps));
        int shrink = Math.max(1, (int) (0.03 * steps));
        int since = 0;
        for (int s = 0; s < steps && active.length > 0; s++) {
            for (int i : active) {
                move(i, s == 0 ? 1 : MOMENTUM);
            }
            active = look(active, s);
            since++;
            if (since == distance) {
                for (int i : active) {
                    check(i, s, distance);
                }
                distance = Math.max(distance - shrink, least);
                since = 0;
            }
        }
    }

    /** Losses and gradients at the points reached. Returns the rows that can go on. */
    private int[] look(int[] active, int s) {
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
                    trail.status[i] = Trail.nonFinite();
                    if (trail.value[i] == Double.NEGATIVE_INFINITY) {
                        trail.predicted[i] = sweep.predicted(r);
                    }
                    continue;
                }
                double loss = objective.value(sweep, r, i);
                trail.offer(i, x, sweep, r, loss);
                double length = trail.toUnits(found, r);
                if (length == 0 || !Double.isFinite(length)) {
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

    private void move(int i, double share) {
        int at = i * width;
        double[] here = Arrays.copyOfRange(x, at, at + width);
        double[] g = Arrays.copyOfRange(gradient, at, at + width);
        Pgd.Direction direction = attack.ball() == Ball.LINF ? Pgd.Direction.SIGN : Pgd.Direction.UNIT;
        Steps.add(trail, x, i, g, direction, step[i]);
        project(i);
        for (int j = 0; j < width; j++) {
            double inertia = here[j] - before[at + j];
            x[at + j] = here[j] + (x[at + j] - here[j]) * share + inertia * (1 - share);
        }
        project(i);
        System.arraycopy(here, 0, before, at, width);
    }

    private void project(int i) {
        attack.ball().project(trail.original, x, i * width, attack.epsilon(), trail.bounds);
        trail.toBox(x, i);
        trail.round(x, i);
    }

    private void check(int i, int s, int distance) {
        int rises = 0;
        for (int k = s - distance + 1; k <= s; k++) {
            double last = k > 0 ? losses[i][k - 1] : 0;
            rises += losses[i][k] > last ? 1 : 0;
        }
        boolean stuck = !halved[i] && checkedLoss[i] >= topLoss[i];
        halved[i] = rises <= RISES * distance || stuck;
        checkedLoss[i] = topLoss[i];
        if (halved[i]) {
            step[i] /= 2;
            System.arraycopy(top, i * width, x, i * width, width);
            System.arraycopy(topGradient, i * width, gradient, i * width, width);
        }
    }
}
