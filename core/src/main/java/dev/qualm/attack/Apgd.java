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
 * Auto-PGD (Croce, Hein, ICML 2020, algorithm 1): PGD with momentum whose step starts at twice the budget and is halved wherever the
 * loss no longer rises, going back to the best point. Nothing to tune but the number of steps. Costs {@code 2 steps + 2} passes for
 * each start; only inputs that resisted get a further one.
 *
 * @param loss what is raised
 * @param ball the norm of the budget; L1 has a climb of its own (Croce, Hein, ICML 2021): sparse steps, the exact projection onto ball and
 *     box, and a way through balls of 3 and 2 epsilon, for 4 passes more
 * @param epsilon radius of the ball in the unit of the box, positive
 * @param steps how many, at least 1; 100 in the paper
 * @param restarts how many random starts, or with TARGETED_DLR how many for each target, at least 1
 * @param targets how many classes TARGETED_DLR aims at, those with the largest logits at the input; 9 in the authors' code
 * @param box the valid inputs
 * @param seed of the random starts, which belong to the inputs; null starts at the input
 */
public record Apgd(
        Loss loss,
        Ball ball,
        double epsilon,
        int steps,
        int restarts,
        int targets,
        Box box,
        @Nullable Long seed) implements TargetedAttack {
    /** What is raised. */
    public enum Loss {
        /** Cross-entropy. Vanishes where the network is sure of itself. */
        CROSS_ENTROPY,
        /** Difference of logits ratio, which does not depend on their scale. At least 3 classes. */
        DLR,
        /** Its targeted form, toward one likely class after the other. The strongest, and the dearest. At least 4 classes. */
        TARGETED_DLR,
        /** Difference of the two logits. For networks of 2 classes, which have no ratio. */
        MARGIN
    }

    public Apgd {
        if (!(epsilon > 0) || steps < 1 || restarts < 1 || targets < 1 || (restarts > 1 && seed == null)) {
            throw new QualmException(
                    "Expected a positive epsilon, at least one step, start and target, and a seed for more than one start, but"
                            + " found " + epsilon + ", " + steps + ", " + restarts + ", " + targets + " and seed "
                            + seed);
        }
    }

    /** As in AutoAttack: 100 steps from a random start; 9 targets. */
    public static Apgd of(Loss loss, Ball ball, double epsilon, Box box, long seed) {
        return new Apgd(loss, ball, epsilon, 100, 1, 9, box, seed);
    }

    public Apgd withSteps(int newSteps) {
        return new Apgd(loss, ball, epsilon, newSteps, restarts, targets, box, seed);
    }

    /** Other random starts; itself where it starts at the input. */
    @Override
    public Apgd withSeed(long newSeed) {
        return seed == null ? this : new Apgd(loss, ball, epsilon, steps, restarts, targets, box, newSeed);
    }

    public Apgd withRestarts(int newRestarts) {
        return new Apgd(loss, ball, epsilon, steps, newRestarts, targets, box, seed);
    }

    @Override
    public String name() {
        return switch (loss) {
            case CROSS_ENTROPY -> "apgd-ce";
            case DLR -> "apgd-dlr";
            case TARGETED_DLR -> "apgd-t";
            case MARGIN -> "apgd-margin";
        };
    }

    @Override
    public Optional<Budget> budget() {
        return Optional.of(new Budget(ball, epsilon));
    }

    @Override
    public long cost(int classes, int width) {
        int rounds = loss == Loss.TARGETED_DLR ? Math.min(targets, classes - 1) : 1;
        long start = 2L * steps + (ball == Ball.L1 ? 6 : 2);
        return rounds * restarts * start + (loss == Loss.TARGETED_DLR ? 1 : 0);
    }

    @Override
    public Adversarial attack(Network network, Array batch, int[] labels) {
        return run(network, batch, null, Aim.away(labels));
    }

    /**
     * As {@link #attack} from given points, which are projected first.
     *
     * @param start of the shape of the batch
     */
    public Adversarial attackFrom(Network network, Array batch, Array start, int[] labels) {
        return run(network, batch, start, Aim.away(labels));
    }

    /** Both forms of DLR raise the wanted class over the largest other, in units of the first minus the third largest logit. */
    @Override
    public Adversarial attackToward(Network network, Array batch, int[] classes) {
        return run(network, batch, null, Aim.toward(classes));
    }

    private Adversarial run(Network network, Array batch, @Nullable Array start, Aim aim) {
        if (start != null && !Arrays.equals(start.shape(), batch.shape())) {
            throw new ShapeException("Expected starting points like " + batch + ", but found " + start);
        }
        Provenance made = start == null ? provenance() : provenance().with("start", "given");
        return AttackBatches.run(network, batch, aim, box, made, (trail, from) -> {
            double[] begin =
                    start == null ? null : start.slice(from, from + trail.rows).toDoubles();
            new ApgdRun(this, trail, begin).run();
        });
    }

    @Override
    public Provenance provenance() {
        return Provenance.of("APGD")
                .with("loss", loss)
                .with("ball", ball)
                .with("epsilon", epsilon)
                .with("steps", steps)
                .with("restarts", restarts)
                .with("targets", loss == Loss.TARGETED_DLR ? targets : "none")
                .with("start", seed == null ? "input" : "random")
                .with("seed", seed == null ? "none" : seed);
    }
}
