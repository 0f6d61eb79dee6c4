package dev.qualm.attack;

import dev.qualm.Provenance;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.Optional;

/**
 * Basic iterative method (Kurakin, Goodfellow, Bengio 2017, section 2.2): {@link Fgsm} in small steps, each followed by a
 * projection. {@link Pgd} from the input itself, under the name it had before.
 *
 * @param ball the norm of the budget; sign steps for LINF, as in the paper, else the steepest ones
 * @param epsilon radius of the ball in the unit of the box, positive
 * @param step length of a step in that unit, positive
 * @param steps how many, at least 1
 * @param box the valid inputs
 */
public record Bim(Ball ball, double epsilon, double step, int steps, Box box) implements TargetedAttack {
    public Bim {
        Pgd.of(ball, epsilon, step, steps, box);
    }

    /** Ten steps of a fifth of the budget. */
    public static Bim of(Ball ball, double epsilon, Box box) {
        return new Bim(ball, epsilon, epsilon / 5, 10, box);
    }

    private Pgd pgd() {
        return Pgd.of(ball, epsilon, step, steps, box);
    }

    @Override
    public String name() {
        return "bim";
    }

    @Override
    public Optional<Budget> budget() {
        return pgd().budget();
    }

    @Override
    public long cost(int classes, int width) {
        return pgd().cost(classes, width);
    }

    @Override
    public Adversarial attack(Network network, Array batch, int[] labels) {
        return pgd().attack(network, batch, labels);
    }

    @Override
    public Adversarial attackToward(Network network, Array batch, int[] targets) {
        return pgd().attackToward(network, batch, targets);
    }

    @Override
    public Provenance provenance() {
        return pgd().provenance().with("method", "BIM");
    }
}
