package dev.qualm.attack;

import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.Optional;

/**
 * Expectation over transformation (Athalye, Engstrom, Ilyas, Kwok, ICML 2018, section 2.1): {@link Pgd} on the mean loss over draws of
 * a randomised classifier, with new draws at each step. Without it, random defences look stronger than they are.
 *
 * <p>The classifier's answer is the class with the largest mean probability over {@code judges} draws, none of which a step has seen.
 * What the result says of predictions and success is said of that answer.
 *
 * @param randomness what is drawn
 * @param samples draws a step, at least 1
 * @param judges draws that judge the result, at least 1
 * @param steps budget, step, number of steps, direction, projection and box; its seed is that of the draws, restarts and what is kept
 *     are not used
 */
public record ExpectationOverTransformation(Randomness randomness, int samples, int judges, Pgd steps)
        implements TargetedAttack {
    public ExpectationOverTransformation {
        if (samples < 1 || judges < 1 || steps.seed() == null || steps.restarts() != 1) {
            throw new QualmException("Expected at least one sample and judge, a seed and one start, but found "
                    + samples + ", " + judges + ", " + steps.seed() + " and " + steps.restarts());
        }
    }

    /** 10 draws a step, 100 to judge. */
    public static ExpectationOverTransformation of(Randomness randomness, Pgd steps) {
        return new ExpectationOverTransformation(randomness, 10, 100, steps);
    }

    @Override
    public String name() {
        return "eot-pgd";
    }

    @Override
    public Optional<Budget> budget() {
        return steps.budget();
    }

    @Override
    public long cost(int classes, int width) {
        return 2L * samples * steps.steps() + judges;
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
        return AttackBatches.run(
                network, batch, aim, steps.box(), provenance(), (trail, from) -> new ExpectationRun(this, trail).run());
    }

    @Override
    public Provenance provenance() {
        return steps.provenance()
                .with("method", "EOT-PGD")
                .with("samples", samples)
                .with("judges", judges)
                .with("keep", "LAST");
    }
}
