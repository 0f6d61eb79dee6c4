package dev.qualm.attack;

import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.Optional;

/**
 * Square attack (Andriushchenko, Croce, Flammarion, Hein, ECCV 2020): random search that changes one square of the image at a time and
 * keeps what lowers the margin. Sees logits only, no gradients: where it succeeds and gradients fail, the gradients are masked. Inputs
 * that are no images {@code [n, c, h, w]} count as images of one row. One query a pass.
 *
 * @param limit the ball, LINF or L2
 * @param queries how many squares are tried at most, at least 1; 5000 in AutoAttack
 * @param share of the pixels that the first squares cover, in (0, 1]; 0.8 in AutoAttack; halved as the queries are spent
 * @param box the valid inputs
 * @param seed of the random draws, which belong to the inputs
 */
public record Square(Budget limit, int queries, double share, Box box, long seed) implements TargetedAttack {
    public Square {
        if (queries < 1 || !(share > 0 && share <= 1)) {
            throw new QualmException(
                    "Expected at least one query and a share in (0, 1], but found " + queries + " and " + share);
        }
        if (limit.ball() == Ball.L1) {
            throw new QualmException("The square attack knows the norms linf and l2, but found l1");
        }
    }

    /** As in AutoAttack: 5000 queries, first squares of 80% of the pixels. */
    public static Square of(Ball ball, double epsilon, Box box, long seed) {
        return new Square(new Budget(ball, epsilon), 5000, 0.8, box, seed);
    }

    public Square withQueries(int newQueries) {
        return new Square(limit, newQueries, share, box, seed);
    }

    @Override
    public String name() {
        return "square";
    }

    @Override
    public Square withSeed(long newSeed) {
        return new Square(limit, queries, share, box, newSeed);
    }

    @Override
    public Optional<Budget> budget() {
        return Optional.of(limit);
    }

    @Override
    public long cost(int classes, int width) {
        return queries + 2L;
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
                network,
                batch,
                aim,
                box,
                provenance(),
                (trail, from) -> new SquareRun(this, trail, SquareDraws.random(this, trail)).run());
    }

    @Override
    public Provenance provenance() {
        return Provenance.of("Square")
                .with("ball", limit.ball())
                .with("epsilon", limit.epsilon())
                .with("queries", queries)
                .with("share", share)
                .with("seed", seed);
    }
}
