package dev.qualm.attack;

import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.Optional;

/**
 * The L2 attack of Carlini and Wagner (S&P 2017, section VI.A): Adam on squared distance plus c times the margin that is missing, with
 * inputs written as tanh of free variables so that the box holds by itself; c is searched for each input. Finds nearer points than most
 * others, for {@code searches * 2 steps + 2} passes.
 *
 * @param confidence by how much the wanted logit must lead before the margin counts as reached, at least 0; points that do not lead
 *     by it are not taken
 * @param searches how many values of c are tried, at least 1; 9 in the authors' code
 * @param steps of Adam for each, at least 1; 10,000 in the authors' code
 * @param rate of Adam, positive; 0.01 in the authors' code
 * @param constant the first c, positive; 0.001 in the authors' code
 * @param box the valid inputs, bounded; distances are in its unit
 */
public record CarliniWagner(double confidence, int searches, int steps, double rate, double constant, Box box)
        implements TargetedAttack {
    public CarliniWagner {
        if (!(confidence >= 0 && rate > 0 && constant > 0) || searches < 1 || steps < 1) {
            throw new QualmException(
                    "Expected a confidence of at least 0, a positive rate and constant, at least one search"
                            + " and step, but found " + confidence + ", " + rate + ", " + constant + ", " + searches
                            + " and "
                            + steps);
        }
        for (int c = 0; c < box.low().length; c++) {
            if (!(box.high()[c] > box.low()[c]) || Double.isInfinite(box.high()[c] - box.low()[c])) {
                throw new QualmException("Expected a bounded box that is not empty for tanh, but found " + box.low()[c]
                        + " to " + box.high()[c] + " in channel " + c);
            }
        }
    }

    /** 9 searches of 200 steps from c = 0.01 at rate 0.01; published are up to 10,000 steps each. */
    public static CarliniWagner of(Box box) {
        return new CarliniWagner(0, 9, 200, 0.01, 0.01, box);
    }

    @Override
    public String name() {
        return "carlini-wagner";
    }

    @Override
    public Optional<Budget> budget() {
        return Optional.empty();
    }

    @Override
    public long cost(int classes, int width) {
        return 2L * searches * steps + 2;
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
                network, batch, aim, box, provenance(), (trail, from) -> new CarliniWagnerRun(this, trail).run());
    }

    @Override
    public Provenance provenance() {
        return Provenance.of("Carlini-Wagner")
                .with("confidence", confidence)
                .with("searches", searches)
                .with("steps", steps)
                .with("rate", rate)
                .with("constant", constant);
    }
}
