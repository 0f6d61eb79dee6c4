package dev.qualm.attack;

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

    private final ApgdPoints points;
    private final Apgd attack;
    private final Trail trail;
    private final int width;
    private final double[] x;
    private final double[] before;
    private final double[] checkedLoss;
    private final boolean[] halved;
    private final double[] step;
    private final double[][] losses;

    ApgdClimb(ApgdPoints points) {
        this.points = points;
        attack = points.attack;
        trail = points.trail;
        width = points.width;
        x = points.x;
        before = x.clone();
        checkedLoss = new double[trail.rows];
        halved = new boolean[trail.rows];
        step = new double[trail.rows];
        losses = new double[trail.rows][attack.steps()];
    }

    void run(int[] rows) {
        Arrays.fill(halved, true);
        Arrays.fill(step, 2 * attack.epsilon());
        int[] active = points.look(rows, -1, losses, true);
        System.arraycopy(points.topLoss, 0, checkedLoss, 0, checkedLoss.length);
        int steps = attack.steps();
        int distance = Math.max(1, (int) (0.22 * steps));
        int least = Math.max(1, (int) (0.06 * steps));
        int shrink = Math.max(1, (int) (0.03 * steps));
        int since = 0;
        for (int s = 0; s < steps && active.length > 0; s++) {
            for (int i : active) {
                move(i, s == 0 ? 1 : MOMENTUM);
            }
            active = points.look(active, s, losses, true);
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

    private void move(int i, double share) {
        int at = i * width;
        double[] here = Arrays.copyOfRange(x, at, at + width);
        double[] g = Arrays.copyOfRange(points.gradient, at, at + width);
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
        boolean stuck = !halved[i] && checkedLoss[i] >= points.topLoss[i];
        halved[i] = rises <= RISES * distance || stuck;
        checkedLoss[i] = points.topLoss[i];
        if (halved[i]) {
            step[i] /= 2;
            points.backToTop(i);
        }
    }
}
