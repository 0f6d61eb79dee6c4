package dev.qualm.attack;

import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.Optional;

/**
 * Momentum iterative fast gradient sign method (Dong, Liao, Pang, Su, Zhu, Hu, Li, CVPR 2018, algorithm 1): as {@link Bim}, but the
 * steps go along a sum of all gradients so far, each scaled to L1 norm 1. Made to fool other networks as well.
 *
 * @param steps budget, step, number of steps, box and what is kept
 * @param decay share of the sum that remains at each step, at least 0; 1 in the paper
 * @param ofSteps whether the steps of {@link Bim} are added up instead of the scaled gradients, as Foolbox does
 */
public record MiFgsm(Pgd steps, double decay, boolean ofSteps) implements TargetedAttack {
    public MiFgsm {
        if (!(decay >= 0) || Double.isInfinite(decay)) {
            throw new QualmException("Expected a decay of at least 0, but found " + decay);
        }
    }

    /** As in the paper: 10 steps of a tenth of the budget, decay 1; the best point is kept. */
    public static MiFgsm of(Ball ball, double epsilon, Box box) {
        return new MiFgsm(Pgd.of(ball, epsilon, epsilon / 10, 10, box), 1, false);
    }

    @Override
    public String name() {
        return "mi-fgsm";
    }

    @Override
    public Optional<Budget> budget() {
        return steps.budget();
    }

    @Override
    public long cost(int classes, int width) {
        return steps.cost(classes, width);
    }

    @Override
    public Adversarial attack(Network network, Array batch, int[] labels) {
        return run(network, batch, Aim.away(labels));
    }

    @Override
    public Adversarial attackToward(Network network, Array batch, int[] targets) {
        return run(network, batch, Aim.toward(targets));
    }

    private Adversarial run(Network network, Array batch, Aim aim) {
        PgdRun.Momentum momentum = new PgdRun.Momentum(decay, ofSteps);
        return AttackBatches.run(
                network,
                batch,
                aim,
                steps.box(),
                provenance(),
                (trail, from) -> new PgdRun(steps, trail, momentum, new Objectives.CrossEntropy(trail.aim)).run(null));
    }

    @Override
    public Provenance provenance() {
        return steps.provenance().with("method", "MI-FGSM").with("decay", decay).with("ofSteps", ofSteps);
    }
}
