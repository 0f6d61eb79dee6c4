package dev.qualm.attack;

import dev.qualm.Status;
import dev.qualm.network.engine.Precision;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** {@link Pgd} on one micro-batch, and {@link MiFgsm}, which gives its steps a memory. */
final class PgdRun {
    /**
     * What remains of past gradients.
     *
     * @param decay share of the sum so far that remains
     * @param ofSteps whether steps are added up, else gradients scaled to L1 norm 1
     */
    record Momentum(double decay, boolean ofSteps) {}

    private final Pgd attack;
    private final Trail trail;
    private final @Nullable Momentum momentum;
    private final Objective objective;
    private final double[] x;
    private final double[] velocity;
    private final boolean plain;
    private final boolean single;

    PgdRun(Pgd attack, Trail trail, @Nullable Momentum momentum, Objective objective) {
        this.attack = attack;
        this.trail = trail;
        this.momentum = momentum;
        this.objective = objective;
        x = trail.original.clone();
        plain = momentum == null
                && attack.ball() == Ball.LINF
                && attack.direction() == Pgd.Direction.SIGN
                && attack.projection() == Pgd.Projection.BALL_THEN_BOX;
        single = trail.network.precision() == Precision.FLOAT32;
        velocity = momentum == null ? new double[0] : new double[x.length];
    }

    /** From the given points first, else from where the settings say. */
    void run(double @Nullable [] begin) {
        Random[] draws = draws();
        int[] open = trail.all();
        for (int start = 0; start < attack.restarts() && open.length > 0; start++) {
            place(open, start == 0 ? begin : null, draws);
            int[] active = climb(open);
            if (active.length > 0) {
                Logits last = trail.logits(x, active);
                for (int r = 0; r < active.length; r++) {
                    offer(last, r, active[r]);
                }
            }
            open = IntStream.of(open)
                    .filter(i -> !trail.success[i])
                    .filter(i -> trail.status[i].kind() != Status.Kind.NON_FINITE)
                    .toArray();
        }
    }

    /** The last points of one start, unjudged. */
    void reach(double @Nullable [] begin) {
        place(trail.all(), begin, draws());
        for (int i : climb(trail.all())) {
            System.arraycopy(x, i * trail.width, trail.best, i * trail.width, trail.width);
        }
    }

    private Random[] draws() {
        Random[] draws = new Random[trail.rows];
        Long seed = attack.seed();
        for (int i = 0; seed != null && i < trail.rows; i++) {
            draws[i] = Seeds.of(seed, trail.original, i * trail.width, trail.width);
        }
        return draws;
    }

    private void place(int[] rows, double @Nullable [] begin, Random[] draws) {
        System.arraycopy(trail.original, 0, x, 0, x.length);
        Arrays.fill(velocity, 0);
        for (int i : rows) {
            if (begin != null) {
                System.arraycopy(begin, i * trail.width, x, i * trail.width, trail.width);
                project(i);
            } else if (attack.seed() != null) {
                scatter(i, draws[i]);
                project(i);
            }
        }
    }

    private void scatter(int i, Random random) {
        double[] d = attack.ball().draw(random, trail.width);
        for (int j = 0; j < trail.width; j++) {
            x[i * trail.width + j] += attack.epsilon() * d[j] * trail.bounds.unit()[j];
        }
    }

    /** Returns the rows that moved to the end. */
    private int[] climb(int[] from) {
        int[] active = from;
        for (int s = 1; s <= attack.steps() && active.length > 0; s++) {
            active = step(active, s);
        }
        return active;
    }

    /** Takes a step with some rows. Returns those that moved; the others would stay where they are for ever. */
    private int[] step(int[] active, int s) {
        try (LossSweep sweep = trail.sweep(x, active)) {
            double[] cotangent = sweep.cotangent();
            for (int r = 0; r < active.length; r++) {
                if (attack.keep() == Pgd.Keep.BEST) {
                    offer(sweep, r, active[r]);
                }
                if (sweep.isFinite(r)) {
                    objective.add(sweep, cotangent, r, active[r]);
                }
            }
            double[] gradient = trail.gradient(sweep, cotangent, active);
            int[] left = new int[active.length];
            int count = 0;
            for (int r = 0; r < active.length; r++) {
                if (sweep.isFinite(r) && moved(active[r], r, gradient, s)) {
                    left[count++] = active[r];
                } else {
                    offer(sweep, r, active[r]);
                }
            }
            return Arrays.copyOf(left, count);
        }
    }

    private void offer(Logits z, int r, int i) {
        if (z.isFinite(r)) {
            trail.offer(i, x, z, r, objective.value(z, r, i));
            return;
        }
        trail.status[i] = Trail.nonFinite();
        if (trail.value[i] == Double.NEGATIVE_INFINITY) {
            trail.predicted[i] = z.predicted(r);
        }
    }

    private boolean moved(int i, int r, double[] gradient, int s) {
        int width = trail.width;
        double largest = 0;
        for (int j = 0; j < width; j++) {
            double size = Math.abs(gradient[r * width + j]);
            // By what budgets speak of, not by the network's input. Math.max keeps NaN.
            largest = Math.max(
                    largest,
                    size <= attack.zeroBelow() ? 0 : size * trail.bounds.unit()[j]);
        }
        if (!Double.isFinite(largest)) {
            trail.status[i] = Status.nonFinite("the gradient at step " + s + " is NaN or infinite");
            return false;
        }
        if (largest == 0) {
            trail.status[i] =
                    Status.zeroGradient("at step " + s + " of " + attack.steps() + ": the input is not moved by it");
            return false;
        }
        if (plain) {
            signStep(i, r, gradient);
            return true;
        }
        double[] g = new double[width];
        double sum = 0;
        for (int j = 0; j < width; j++) {
            double raw = gradient[r * width + j];
            g[j] = Math.abs(raw) <= attack.zeroBelow() ? 0 : raw * trail.bounds.unit()[j];
            sum += Math.abs(g[j]);
        }
        if (momentum != null) {
            double[] unit = momentum.ofSteps() ? Steps.direction(trail, x, i, g, attack.direction()) : g;
            for (int j = 0; j < width; j++) {
                int at = i * width + j;
                velocity[at] = momentum.decay() * velocity[at] + unit[j] / (momentum.ofSteps() ? 1 : sum);
                g[j] = velocity[at];
            }
        }
        Steps.add(trail, x, i, g, attack.direction(), attack.step());
        project(i);
        return true;
    }

    /** A step along the sign and both projections in one go: what training on attacks spends its time on, besides the network. */
    private void signStep(int i, int r, double[] gradient) {
        int width = trail.width;
        double[] unit = trail.bounds.unit();
        double[] low = trail.bounds.low();
        double[] high = trail.bounds.high();
        double epsilon = attack.epsilon();
        for (int j = 0; j < width; j++) {
            double raw = gradient[r * width + j];
            if (raw == 0 || Math.abs(raw) <= attack.zeroBelow()) {
                continue;
            }
            int at = i * width + j;
            double origin = trail.original[at];
            double to = x[at] + attack.step() * (raw > 0 ? 1 : -1) * unit[j];
            double by = (to - origin) / unit[j];
            if (Math.abs(by) > epsilon) {
                to = origin + Math.copySign(epsilon, by) * unit[j];
            }
            to = Math.min(high[j], Math.max(low[j], to));
            x[at] = single ? (float) to : to;
        }
    }

    private void project(int i) {
        boolean boxFirst = attack.projection() == Pgd.Projection.BOX_THEN_BALL;
        if (boxFirst) {
            trail.toBox(x, i);
        }
        attack.ball().project(trail.original, x, i * trail.width, attack.epsilon(), trail.bounds);
        if (!boxFirst) {
            trail.toBox(x, i);
        }
        trail.round(x, i);
    }
}
