package dev.qualm.attack;

import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.ShapeException;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Projected gradient descent (Madry, Makelov, Schmidt, Tsipras, Vladu, ICLR 2018, section 2.1): steps along the gradient of the
 * cross-entropy, each followed by a projection into the ball of radius epsilon around the input and into the box of valid
 * inputs. Costs {@code 2 steps + 1} passes.
 *
 * @param ball the norm of the budget
 * @param epsilon radius of the ball in the unit of the box, positive
 * @param step length of a step in that unit, positive
 * @param steps how many, at least 1
 * @param box the valid inputs
 * @param direction how a gradient becomes a step
 * @param projection what comes first, ball or box
 * @param keep which of the points visited is returned
 * @param seed start of the random starting points, one for each place in the batch; null starts at the input
 * @param zeroBelow gradient entries of at most this size count as zero
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
        double zeroBelow) {
    /** The norm of the budget. */
    public enum Ball {
        /** No entry moves by more than epsilon. */
        LINF,
        /** The whole input moves by at most epsilon, in Euclidean length. */
        L2
    }

    /** How a gradient becomes a step. */
    public enum Direction {
        /** Its sign times the step, in every entry. */
        SIGN,
        /** The gradient scaled to the length of the step. */
        UNIT
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
    }

    /** Sign steps in the Linf ball from the input itself; the best point is kept. */
    public static Pgd linf(double epsilon, double step, int steps, Box box) {
        return new Pgd(
                Ball.LINF, epsilon, step, steps, box, Direction.SIGN, Projection.BALL_THEN_BOX, Keep.BEST, null, 0);
    }

    /** Steps along the gradient in the L2 ball from the input itself; the best point is kept. */
    public static Pgd l2(double epsilon, double step, int steps, Box box) {
        return new Pgd(
                Ball.L2, epsilon, step, steps, box, Direction.UNIT, Projection.BALL_THEN_BOX, Keep.BEST, null, 0);
    }

    /** Starts at a random point of the ball: uniform in the cube for LINF, in the ball for L2. */
    public Pgd withRandomStart(long newSeed) {
        return new Pgd(ball, epsilon, step, steps, box, direction, projection, keep, newSeed, zeroBelow);
    }

    public Pgd withKeep(Keep newKeep) {
        return new Pgd(ball, epsilon, step, steps, box, direction, projection, newKeep, seed, zeroBelow);
    }

    public Pgd withDirection(Direction newDirection) {
        return new Pgd(ball, epsilon, step, steps, box, newDirection, projection, keep, seed, zeroBelow);
    }

    public Pgd withProjection(Projection newProjection) {
        return new Pgd(ball, epsilon, step, steps, box, direction, newProjection, keep, seed, zeroBelow);
    }

    public Pgd withZeroBelow(double newZeroBelow) {
        return new Pgd(ball, epsilon, step, steps, box, direction, projection, keep, seed, newZeroBelow);
    }

    /**
     * Raises the cross-entropy toward the given classes: the aim is any other answer.
     *
     * @param batch valid inputs, {@code [n, ...]}
     * @param labels usually the true classes, {@code [n]}
     */
    public Adversarial attack(Network network, Array batch, int[] labels) {
        return run(network, batch, null, labels, false);
    }

    /** As {@link #attack(Network, Array, int[])} from given points, which are projected first. */
    public Adversarial attackFrom(Network network, Array batch, Array start, int[] labels) {
        return run(network, batch, start, labels, false);
    }

    /**
     * Lowers the cross-entropy toward the given classes: the aim is that answer.
     *
     * @param targets the wanted classes, {@code [n]}
     */
    public Adversarial attackToward(Network network, Array batch, int[] targets) {
        return run(network, batch, null, targets, true);
    }

    private Adversarial run(Network network, Array batch, @Nullable Array start, int[] classes, boolean targeted) {
        LossSweep.requireLabels(batch, classes);
        if (start != null && !Arrays.equals(start.shape(), batch.shape())) {
            throw new ShapeException("Expected starting points like " + batch + ", but found " + start);
        }
        int n = classes.length;
        double[] out = new double[batch.size()];
        boolean[] success = new boolean[n];
        int[] predicted = new int[n];
        Norms[] norms = new Norms[n];
        Status[] status = new Status[n];
        Box bounds = box.spread(batch);
        AttackBatches.each(network, batch, (part, from) -> {
            int rows = part.dim(0);
            double[] begin =
                    start == null ? null : start.slice(from, from + rows).toDoubles();
            int[] own = Arrays.copyOfRange(classes, from, from + rows);
            PgdRun run = new PgdRun(this, network, bounds, part, begin, own, targeted, from);
            run.run();
            for (int i = 0; i < rows; i++) {
                success[from + i] = run.success(i);
                predicted[from + i] = run.predicted(i);
                status[from + i] = run.status(i);
                norms[from + i] = Norms.of(part.toDoubles(), run.best(), i, bounds);
            }
            System.arraycopy(run.best(), 0, out, from * (run.best().length / rows), run.best().length);
        });
        int[] passes = new int[n];
        Arrays.fill(passes, 2 * steps + 1);
        Array moved = LossSweep.array(network, out, batch.shape());
        return new Adversarial(
                moved,
                success,
                predicted,
                List.of(norms),
                passes,
                List.of(status),
                provenance(targeted, start != null));
    }

    private Provenance provenance(boolean targeted, boolean started) {
        return Provenance.of("PGD")
                .with("ball", ball)
                .with("epsilon", epsilon)
                .with("step", step)
                .with("steps", steps)
                .with("direction", direction)
                .with("projection", projection)
                .with("keep", keep)
                .with("start", started ? "given" : seed == null ? "input" : "random")
                .with("seed", seed == null ? "none" : seed)
                .with("zeroBelow", zeroBelow)
                .with("targeted", targeted);
    }
}
