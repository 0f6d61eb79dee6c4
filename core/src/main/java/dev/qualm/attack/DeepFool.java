package dev.qualm.attack;

import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.Optional;

/**
 * DeepFool for the L2 norm (Moosavi-Dezfooli, Fawzi, Frossard, CVPR 2016, algorithm 2): the network is taken as linear around the
 * point reached, and the point moved onto the nearest of the decision boundaries; all moves together, a little lengthened, are
 * added to the original input until the answer changes. The length is an estimate of the distance to the decision boundary.
 *
 * <p>Costs {@code candidates} passes an iteration (one forward, and one gradient for each candidate but the first), for
 * the inputs that still give their old answer; the others leave the batch.
 *
 * @param overshoot all moves together are lengthened by this share, at least 0; 0.02 in the paper
 * @param nudge every move goes this much beyond the boundary, at least 0; 1e-4 in the authors' code
 * @param maxIterations at least 1; 50 in the authors' code
 * @param candidates how many classes, the most probable at the original input, are looked at; at least 2
 * @param box the valid inputs; moves are measured in its unit
 */
public record DeepFool(double overshoot, double nudge, int maxIterations, int candidates, Box box) implements Attack {
    public DeepFool {
        if (!(overshoot >= 0 && nudge >= 0) || maxIterations < 1 || candidates < 2) {
            throw new QualmException(
                    "Expected overshoot and nudge of at least 0, at least 1 iteration and 2 candidates, but" + " found "
                            + overshoot + ", " + nudge + ", " + maxIterations + " and " + candidates);
        }
    }

    /** As in the authors' code: overshoot 0.02, nudge 1e-4, 50 iterations, 10 candidates. */
    public static DeepFool of(Box box) {
        return new DeepFool(0.02, 1e-4, 50, 10, box);
    }

    @Override
    public String name() {
        return "deepfool";
    }

    @Override
    public Optional<Budget> budget() {
        return Optional.empty();
    }

    @Override
    public long cost(int classes, int width) {
        return (long) maxIterations * Math.min(candidates, classes) + 1;
    }

    /** Inputs that have another answer from the start stay as they are. */
    @Override
    public Adversarial attack(Network network, Array batch, int[] labels) {
        LossSweep.requireLabels(batch, labels);
        return new DeepFoolRun(this, network, batch, labels).run();
    }

    @Override
    public Provenance provenance() {
        return Provenance.of("DeepFool")
                .with("overshoot", overshoot)
                .with("nudge", nudge)
                .with("maxIterations", maxIterations)
                .with("candidates", candidates);
    }
}
