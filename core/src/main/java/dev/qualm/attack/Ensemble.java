package dev.qualm.attack;

import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Several attacks in one budget, each on the inputs that resisted those before it, in the manner of AutoAttack (Croce, Hein, ICML 2020).
 * At least as strong as each member by itself would be on the same inputs.
 *
 * <p>The standard members are APGD on the cross-entropy, APGD on the targeted difference of logits ratio, DeepFool held to the budget
 * (in the place of FAB, for the L2 ball only) and the square attack, which needs no gradients. Networks of 3 classes get the
 * untargeted ratio, networks of 2 the plain margin, as their ratio does not exist.
 *
 * @param limit the budget of all members, LINF or L2
 * @param steps of APGD; 100 in the paper
 * @param queries of the square attack; 5000 in the paper
 * @param box the valid inputs
 * @param seed of random draws
 */
public record Ensemble(Budget limit, int steps, int queries, Box box, long seed) implements Attack {
    public Ensemble {
        if (limit.ball() == Ball.L1 || steps < 1 || queries < 1) {
            throw new QualmException("Expected a budget in linf or l2, at least one step and query, but found " + limit
                    + ", " + steps + " and " + queries);
        }
    }

    /** 100 steps and 5000 queries. */
    public static Ensemble of(Ball ball, double epsilon, Box box, long seed) {
        return new Ensemble(new Budget(ball, epsilon), 100, 5000, box, seed);
    }

    /**
     * The members in their order.
     *
     * @param classes how many the network has, at least 2
     */
    public List<Attack> members(int classes) {
        Apgd.Loss ratio = classes > 3 ? Apgd.Loss.TARGETED_DLR : classes == 3 ? Apgd.Loss.DLR : Apgd.Loss.MARGIN;
        List<Attack> members = new ArrayList<>();
        members.add(apgd(Apgd.Loss.CROSS_ENTROPY));
        members.add(apgd(ratio));
        if (limit.ball() == Ball.L2) {
            members.add(new Within(DeepFool.of(box), limit, box));
        }
        members.add(Square.of(limit.ball(), limit.epsilon(), box, seed).withQueries(queries));
        return List.copyOf(members);
    }

    private Attack apgd(Apgd.Loss loss) {
        return Apgd.of(loss, limit.ball(), limit.epsilon(), box, seed).withSteps(steps);
    }

    @Override
    public String name() {
        return "autoattack";
    }

    @Override
    public Ensemble withSeed(long newSeed) {
        return new Ensemble(limit, steps, queries, box, newSeed);
    }

    @Override
    public Optional<Budget> budget() {
        return Optional.of(limit);
    }

    @Override
    public long cost(int classes, int width) {
        return 1
                + members(classes).stream()
                        .mapToLong(m -> m.cost(classes, width))
                        .sum();
    }

    @Override
    public Adversarial attack(Network network, Array batch, int[] labels) {
        return run(network, batch, labels).adversarial();
    }

    /** As {@link #attack}, with an account of which member broke what. */
    public EnsembleResult run(Network network, Array batch, int[] labels) {
        LossSweep.requireLabels(batch, labels);
        return new EnsembleRun(this, network, batch, labels).run();
    }

    @Override
    public Provenance provenance() {
        return Provenance.of("Ensemble")
                .with("ball", limit.ball())
                .with("epsilon", limit.epsilon())
                .with("steps", steps)
                .with("queries", queries)
                .with("seed", seed);
    }
}
