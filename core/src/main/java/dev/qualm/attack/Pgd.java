package dev.qualm.attack;

import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Projected gradient descent (Madry, Makelov, Schmidt, Tsipras, Vladu, ICLR 2018, section 2.1): steps along the gradient of the
 * cross-entropy, each followed by a projection into the ball of radius epsilon around the input and into the box of valid
 * inputs. Costs {@code 2 steps + 1} passes for each start; only inputs that resisted get a further one.
 *
 * @param ball the norm of the budget
 * @param epsilon radius of the ball in the unit of the box, positive
 * @param step length of a step in that unit, positive
 * @param steps how many, at least 1
 * @param box the valid inputs
 * @param direction how a gradient becomes a step
 * @param projection what comes first, ball or box
 * @param keep which of the points visited is returned
 * @param seed of the random starting points, which belong to the inputs; null starts at the input
 * @param zeroBelow gradient entries of at most this size count as zero
 * @param restarts how many starts, at least 1; all but a first from the input or a given point are random and need a seed
 */
public record Pgd(
        Ball ball,
        double epsilon,
        double step,
        int steps,
        Box box,
        Direction direction,
        Projection projection,
        Keep keep,
        @Nullable Long seed,
        double zeroBelow,
        int restarts)
        implements TargetedAttack {
    /** How a gradient becomes a step. */
    public enum Direction {
        /** Its sign times the step, in every entry. */
        SIGN,
        /** The gradient scaled to the length of the step. */
        UNIT,
        /**
         * The step shared out over the largest hundredth of the entries that the box lets move (Tramer, Boneh, NeurIPS 2019,
         * section 3.3).
         */
        SPARSE
    }

    /** Both orders end in the ball and in the box, at different points for L2. */
    public enum Projection {
        /** As Foolbox and Captum. */
        BALL_THEN_BOX,
        /** As ART. */
        BOX_THEN_BALL
    }

    /** Which of the points visited is returned. */
    public enum Keep {
        /** The last, as published implementations do. */
        LAST,
        /** One that reaches the aim before one that does not; of those the one with the best loss. Costs nothing more. */
        BEST
    }

    public Pgd {
        if (!(epsilon > 0 && step > 0 && steps >= 1 && zeroBelow >= 0)) {
            throw new QualmException(
                    "Expected a positive epsilon and step, at least one step and zeroBelow of at least 0, but"
                            + " found " + epsilon + ", " + step + ", " + steps + " and " + zeroBelow);
        }
        if (restarts < 1 || (restarts > 1 && seed == null)) {
            throw new QualmException("Expected at least one start, and a seed for more than one, but found " + restarts
                    + " starts and " + (seed == null ? "no seed" : "seed " + seed));
        }
    }

    /** Sign steps in the Linf ball from the input itself; the best point is kept. */
    public static Pgd linf(double epsilon, double step, int steps, Box box) {
        return of(Ball.LINF, epsilon, step, steps, box);
    }

    /** Steps along the gradient in the L2 ball from the input itself; the best point is kept. */
    public static Pgd l2(double epsilon, double step, int steps, Box box) {
        return of(Ball.L2, epsilon, step, steps, box);
    }

    /** Sparse steps in the L1 ball from the input itself; the best point is kept. */
    public static Pgd l1(double epsilon, double step, int steps, Box box) {
        return of(Ball.L1, epsilon, step, steps, box);
    }

    /** With the direction that is steepest in the norm, from the input itself; the best point is kept. */
    public static Pgd of(Ball ball, double epsilon, double step, int steps, Box box) {
        Direction direction = switch (ball) {
            case LINF -> Direction.SIGN;
            case L2 -> Direction.UNIT;
            case L1 -> Direction.SPARSE;
        };
        return new Pgd(ball, epsilon, step, steps, box, direction, Projection.BALL_THEN_BOX, Keep.BEST, null, 0, 1);
    }

    /** Other random starts; itself where it starts at the input. */
    @Override
    public Pgd withSeed(long newSeed) {
        return seed == null ? this : withRestarts(restarts, newSeed);
    }

    /** Starts at a random point, uniform in the ball. */
    public Pgd withRandomStart(long newSeed) {
        return withRestarts(restarts, newSeed);
    }

    /** Starts at several random points, the later ones for the inputs that resisted only. */
    public Pgd withRestarts(int newRestarts, long newSeed) {
        return new Pgd(ball, epsilon, step, steps, box, direction, projection, keep, newSeed, zeroBelow, newRestarts);
    }

    public Pgd withKeep(Keep newKeep) {
        return new Pgd(ball, epsilon, step, steps, box, direction, projection, newKeep, seed, zeroBelow, restarts);
    }

    public Pgd withDirection(Direction newDirection) {
        return new Pgd(ball, epsilon, step, steps, box, newDirection, projection, keep, seed, zeroBelow, restarts);
    }

    public Pgd withProjection(Projection newProjection) {
        return new Pgd(ball, epsilon, step, steps, box, direction, newProjection, keep, seed, zeroBelow, restarts);
    }

    public Pgd withZeroBelow(double newZeroBelow) {
        return new Pgd(ball, epsilon, step, steps, box, direction, projection, keep, seed, newZeroBelow, restarts);
    }

    @Override
    public String name() {
        return "pgd";
    }

    @Override
    public Optional<Budget> budget() {
        return Optional.of(new Budget(ball, epsilon));
    }

    @Override
    public long cost(int classes, int width) {
        return restarts * (2L * steps + 1);
    }

    /** Raises the cross-entropy toward the given classes: the aim is any other answer. */
    @Override
    public Adversarial attack(Network network, Array batch, int[] labels) {
        return run(network, batch, null, Aim.away(labels));
    }

    /**
     * As {@link #attack(Network, Array, int[])} from given points, which are projected first.
     *
     * @param start of the shape of the batch
     */
    public Adversarial attackFrom(Network network, Array batch, Array start, int[] labels) {
        return run(network, batch, start, Aim.away(labels));
    }

    /** Costs {@code 2 steps} passes where the last point of one start is what is kept. */
    @Override
    public Array perturb(Network network, Array batch, int[] labels) {
        if (keep != Keep.LAST || restarts > 1) {
            return attack(network, batch, labels).inputs();
        }
        return AttackBatches.run(
                        network,
                        batch,
                        Aim.away(labels),
                        box,
                        provenance(),
                        (trail, from) ->
                                new PgdRun(this, trail, null, new Objectives.CrossEntropy(trail.aim)).reach(null))
                .inputs();
    }

    /** Lowers the cross-entropy toward the given classes: the aim is that answer. */
    @Override
    public Adversarial attackToward(Network network, Array batch, int[] targets) {
        return run(network, batch, null, Aim.toward(targets));
    }

    private Adversarial run(Network network, Array batch, @Nullable Array start, Aim aim) {
        if (start != null && !Arrays.equals(start.shape(), batch.shape())) {
            throw new ShapeException("Expected starting points like " + batch + ", but found " + start);
        }
        Provenance made = start == null ? provenance() : provenance().with("start", "given");
        return AttackBatches.run(network, batch, aim, box, made, (trail, from) -> {
            double[] begin =
                    start == null ? null : start.slice(from, from + trail.rows).toDoubles();
            new PgdRun(this, trail, null, new Objectives.CrossEntropy(trail.aim)).run(begin);
        });
    }

    @Override
    public Provenance provenance() {
        return Provenance.of("PGD")
                .with("ball", ball)
                .with("epsilon", epsilon)
                .with("step", step)
                .with("steps", steps)
                .with("restarts", restarts)
                .with("direction", direction)
                .with("projection", projection)
                .with("keep", keep)
                .with("start", seed == null ? "input" : "random")
                .with("seed", seed == null ? "none" : seed)
                .with("zeroBelow", zeroBelow);
    }
}
