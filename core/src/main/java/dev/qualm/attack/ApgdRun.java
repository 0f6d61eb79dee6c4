package dev.qualm.attack;

import dev.qualm.Status;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** {@link Apgd} on one micro-batch: the starts and targets, each a {@link ApgdClimb}. */
final class ApgdRun {
    private final Apgd attack;
    private final Trail trail;
    private final double @Nullable [] begin;
    private final Random[] draws;

    ApgdRun(Apgd attack, Trail trail, double @Nullable [] begin) {
        this.attack = attack;
        this.trail = trail;
        this.begin = begin;
        draws = new Random[trail.rows];
        Long seed = attack.seed();
        for (int i = 0; i < trail.rows; i++) {
            draws[i] = Seeds.of(seed == null ? 0 : seed, trail.original, i * trail.width, trail.width);
        }
    }

    void run() {
        Aim aim = trail.aim;
        if (attack.loss() == Apgd.Loss.TARGETED_DLR && !aim.targeted()) {
            targets();
            return;
        }
        Objective objective = switch (attack.loss()) {
            case CROSS_ENTROPY -> new Objectives.CrossEntropy(aim);
            case DLR, TARGETED_DLR -> new Objectives.Dlr(aim);
            case MARGIN -> new Objectives.Margin(aim);
        };
        starts(objective, trail.all());
    }

    /** One target after the other, by the logits at the input. */
    private void targets() {
        int[] active = trail.all();
        Logits clean = trail.logits(trail.original, active);
        int[][] ranked = new int[trail.rows][];
        for (int i : active) {
            int label = clean.checked(trail.aim.classes()[i]);
            ranked[i] = IntStream.of(clean.ranked(i)).filter(k -> k != label).toArray();
        }
        int rounds = Math.min(attack.targets(), clean.classes() - 1);
        for (int t = 0; t < rounds && active.length > 0; t++) {
            int[] wanted = new int[trail.rows];
            for (int i = 0; i < trail.rows; i++) {
                wanted[i] = ranked[i][t];
            }
            // Values for different targets do not compare: the first that reaches the aim stays.
            active = starts(new Objectives.DlrToward(trail.aim, wanted), active);
        }
    }

    /** Returns the rows that resisted. */
    private int[] starts(Objective objective, int[] rows) {
        int[] active = rows;
        for (int s = 0; s < attack.restarts() && active.length > 0; s++) {
            double[] x = trail.original.clone();
            for (int i : active) {
                start(x, i, s == 0);
            }
            ApgdPoints points = new ApgdPoints(attack, trail, objective, x);
            if (attack.ball() == Ball.L1) {
                new ApgdL1Climb(points).run(active);
            } else {
                new ApgdClimb(points).run(active);
            }
            active = IntStream.of(active)
                    .filter(i -> !trail.success[i])
                    .filter(i -> trail.status[i].kind() != Status.Kind.NON_FINITE)
                    .toArray();
        }
        return active;
    }

    /* As the authors' code: a random direction scaled to the surface of the ball, not a point inside; in L1 normal draws, projected. */
    private void start(double[] x, int i, boolean first) {
        int width = trail.width;
        if (first && begin != null) {
            System.arraycopy(begin, i * width, x, i * width, width);
        } else if (attack.seed() != null) {
            double[] d = new double[width];
            double largest = 0;
            for (int j = 0; j < width; j++) {
                d[j] = attack.ball() == Ball.LINF ? 2 * draws[i].nextDouble() - 1 : draws[i].nextGaussian();
                largest = Math.max(largest, Math.abs(d[j]));
            }
            double[] by = switch (attack.ball()) {
                case LINF -> Arrays.stream(d).map(shareOf(largest)).toArray();
                case L2 -> Steps.unit(d);
                case L1 -> d;
            };
            double length = attack.ball() == Ball.L1 ? 1 : attack.epsilon();
            for (int j = 0; j < width; j++) {
                x[i * width + j] += length * by[j] * trail.bounds.unit()[j];
            }
        } else {
            return;
        }
        if (attack.ball() == Ball.L1) {
            BoxedL1.project(trail.original, x, i * width, attack.epsilon(), trail.bounds);
        } else {
            attack.ball().project(trail.original, x, i * width, attack.epsilon(), trail.bounds);
        }
        trail.toBox(x, i);
        trail.round(x, i);
    }

    private static java.util.function.DoubleUnaryOperator shareOf(double largest) {
        return v -> v / largest;
    }
}
