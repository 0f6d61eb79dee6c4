package dev.qualm.attack;

import dev.qualm.Provenance;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.Arrays;
import java.util.Optional;

/**
 * A search for the nearest point, held to a budget: what lies beyond it is brought back to the edge of the ball, on the straight way to
 * the original, and judged anew. Costs one more pass.
 *
 * @param attack a search without a budget
 * @param limit the ball
 * @param box the valid inputs, as those of the attack
 */
public record Within(Attack attack, Budget limit, Box box) implements Attack {
    @Override
    public String name() {
        return attack.name();
    }

    @Override
    public Within withSeed(long newSeed) {
        return new Within(attack.withSeed(newSeed), limit, box);
    }

    @Override
    public Optional<Budget> budget() {
        return Optional.of(limit);
    }

    @Override
    public long cost(int classes, int width) {
        return attack.cost(classes, width) + 1;
    }

    @Override
    public Adversarial attack(Network network, Array batch, int[] labels) {
        Adversarial found = attack.attack(network, batch, labels);
        double[] to = found.inputs().toDoubles();
        int n = found.n();
        int[] far = java.util.stream.IntStream.range(0, n)
                .filter(i -> limit.ball().of(found.norms().get(i)) > limit.epsilon())
                .toArray();
        if (far.length == 0) {
            return found.with(provenance().with("targeted", false));
        }
        double[] from = batch.toDoubles();
        Box bounds = box.spread(batch);
        int width = bounds.unit().length;
        double[] x = to.clone();
        Norms[] norms = found.norms().toArray(new Norms[0]);
        int[] queries = found.queries().clone();
        for (int i : far) {
            double share = limit.epsilon() / limit.ball().of(norms[i]);
            for (int j = i * width; j < (i + 1) * width; j++) {
                x[j] = LossSweep.rounded(network, from[j] + (x[j] - from[j]) * share);
            }
            norms[i] = Norms.of(from, x, i, bounds);
            queries[i]++;
        }
        Array moved = LossSweep.array(network, x, batch.shape());
        Logits after = Logits.of(network, moved.select(far));
        boolean[] success = found.success().clone();
        int[] predicted = found.predicted().clone();
        Status[] status = found.status().toArray(new Status[0]);
        for (int r = 0; r < far.length; r++) {
            predicted[far[r]] = after.predicted(r);
            success[far[r]] = after.isFinite(r) && after.predicted(r) != labels[far[r]];
            if (!after.isFinite(r)) {
                status[far[r]] = Trail.nonFinite();
            }
        }
        return new Adversarial(
                moved,
                success,
                predicted,
                Arrays.asList(norms),
                queries,
                found.gradients(),
                Arrays.asList(status),
                provenance().with("targeted", false));
    }

    @Override
    public Provenance provenance() {
        return attack.provenance().with("within", limit);
    }
}
