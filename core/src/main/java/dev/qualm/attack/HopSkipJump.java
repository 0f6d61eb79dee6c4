package dev.qualm.attack;

import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.Optional;

/**
 * HopSkipJump (Chen, Jordan, Wainwright, S&P 2020, algorithm 2): sees answers only, no logits. From any input with another answer it
 * walks along the decision boundary towards the original; the direction is estimated from answers around the boundary. What succeeds
 * here is an error whatever the gradients say. Starts at uniform noise.
 *
 * @param ball the distance that is made small, LINF or L2
 * @param queries how many answers may be asked for, at least 10
 * @param samples answers for the first estimate of a direction, at least 1; later ones take as many times the root of their number; 100
 *     in the paper
 * @param box the valid inputs, bounded
 * @param seed of the random draws, which belong to the inputs
 */
public record HopSkipJump(Ball ball, int queries, int samples, Box box, long seed) implements Attack {
    public HopSkipJump {
        if (queries < 10 || samples < 1) {
            throw new QualmException(
                    "Expected at least 10 queries and 1 sample, but found " + queries + " and " + samples);
        }
        if (ball == Ball.L1) {
            throw new QualmException("HopSkipJump knows the norms linf and l2, but found l1");
        }
        for (int c = 0; c < box.low().length; c++) {
            if (Double.isInfinite(box.high()[c] - box.low()[c])) {
                throw new QualmException("Expected a bounded box to draw starting points from, but found "
                        + box.low()[c] + " to " + box.high()[c] + " in channel " + c);
            }
        }
    }

    /** 5000 answers, 100 for the first direction. */
    public static HopSkipJump of(Ball ball, Box box, long seed) {
        return new HopSkipJump(ball, 5000, 100, box, seed);
    }

    @Override
    public String name() {
        return "hopskipjump";
    }

    @Override
    public HopSkipJump withSeed(long newSeed) {
        return new HopSkipJump(ball, queries, samples, box, newSeed);
    }

    @Override
    public Optional<Budget> budget() {
        return Optional.empty();
    }

    @Override
    public long cost(int classes, int width) {
        return queries + 1L;
    }

    /** Inputs for which no noise has another answer come back as they are, with a status. */
    @Override
    public Adversarial attack(Network network, Array batch, int[] labels) {
        return AttackBatches.run(network, batch, Aim.away(labels), box, provenance(), (trail, from) -> {
            Logits clean = trail.logits(trail.original, trail.all());
            for (int i : trail.all()) {
                clean.checked(trail.aim.classes()[i]);
                trail.predicted[i] = clean.predicted(i);
                if (!clean.isFinite(i)) {
                    trail.status[i] = Trail.nonFinite();
                } else if (!trail.aim.reached(i, clean.predicted(i))) {
                    new HopSkipJumpRun(this, trail, i).run();
                }
            }
            trail.verify();
        });
    }

    @Override
    public Provenance provenance() {
        return Provenance.of("HopSkipJump")
                .with("ball", ball)
                .with("queries", queries)
                .with("samples", samples)
                .with("seed", seed);
    }
}
