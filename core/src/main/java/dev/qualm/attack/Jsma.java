package dev.qualm.attack;

import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Jacobian-based saliency map attack (Papernot, McDaniel, Jha, Fredrikson, Celik, Swami, EuroS&P 2016, algorithms 2 and 3): changes
 * two entries at a time by a large step until the wanted class is answered or too many are changed. The saliency map is that of the
 * probabilities. Without a wanted class, the one with the second largest logit is wanted, and any other answer will do.
 *
 * @param theta step in the unit of the box, not 0; entries at the edge of the box are left alone
 * @param share of the entries that may be changed (gamma in the paper), in (0, 1]
 * @param box the valid inputs
 */
/*
 * The map of a pair is -alpha * beta where alpha is the sum of their derivatives of the wanted probability, positive, and beta that of
 * all others. Probabilities add up to one, so beta = -alpha, and the best pair are the two entries with the largest derivatives. Those
 * of the logarithm order them alike and do not underflow.
 */
public record Jsma(double theta, double share, Box box) implements TargetedAttack {
    public Jsma {
        if (!(Math.abs(theta) > 0) || Double.isInfinite(theta) || !(share > 0 && share <= 1)) {
            throw new QualmException(
                    "Expected a step that is not 0 and a share in (0, 1], but found " + theta + " and " + share);
        }
    }

    /** Steps of 1 in at most a tenth of the entries. */
    public static Jsma of(Box box) {
        return new Jsma(1, 0.1, box);
    }

    @Override
    public String name() {
        return "jsma";
    }

    @Override
    public Optional<Budget> budget() {
        return Optional.empty();
    }

    @Override
    public long cost(int classes, int width) {
        return 2L * pairs(width) + 1;
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
        return AttackBatches.run(network, batch, aim, box, provenance(), (trail, from) -> search(trail));
    }

    private int pairs(int width) {
        return Math.max(1, (int) (share * width / 2));
    }

    private void search(Trail trail) {
        int pairs = pairs(trail.width);
        double[] x = trail.original.clone();
        int[] wanted = new int[trail.rows];

        int[] active = trail.all();
        for (int s = 0; s <= pairs && active.length > 0; s++) {
            boolean first = s == 0;
            boolean last = s == pairs;
            try (LossSweep sweep = trail.sweep(x, active)) {
                int[] now = active;
                double[] cotangent = sweep.cotangent();
                for (int r = 0; r < now.length; r++) {
                    int i = now[r];
                    if (first) {
                        int given = sweep.checked(trail.aim.classes()[i]);
                        wanted[i] = trail.aim.targeted() ? given : sweep.other(r, given);
                    }
                    if (sweep.isFinite(r)) {
                        sweep.addLoss(cotangent, r, wanted[i], -1);
                    }
                }
                double[] gradient = last ? cotangent : trail.gradient(sweep, cotangent, now);
                active = IntStream.range(0, now.length)
                        .filter(r -> look(trail, sweep, x, now[r], r) && !last)
                        .filter(r -> change(trail, x, now[r], r, gradient))
                        .map(r -> now[r])
                        .toArray();
            }
        }
    }

    /** Returns whether the search goes on. */
    private static boolean look(Trail trail, LossSweep sweep, double[] x, int i, int r) {
        trail.predicted[i] = sweep.predicted(r);
        if (!sweep.isFinite(r)) {
            trail.status[i] = Trail.nonFinite();
            return false;
        }
        trail.take(i, x, trail.aim.reached(i, sweep.predicted(r)), sweep.predicted(r), 0);
        return !trail.success[i];
    }

    private boolean change(Trail trail, double[] x, int i, int r, double[] gradient) {
        int width = trail.width;
        int at = i * width;
        double[] g = Arrays.copyOfRange(gradient, r * width, (r + 1) * width);
        double largest = Arrays.stream(g).map(Math::abs).max().orElse(0);
        if (!(largest > 0) || Double.isInfinite(largest)) {
            trail.status[i] = largest == 0
                    ? Status.zeroGradient("no entry has a saliency")
                    : Status.nonFinite("a gradient is NaN or infinite");
            return false;
        }
        int best = -1;
        int second = -1;
        for (int j = 0; j < width; j++) {
            double room = theta > 0
                    ? trail.bounds.high()[j] - x[at + j]
                    : x[at + j] - trail.bounds.low()[j];
            if (room <= 0) {
                continue;
            }
            double value = Math.signum(theta) * g[j] * trail.bounds.unit()[j];
            if (best < 0 || value > Math.signum(theta) * g[best] * trail.bounds.unit()[best]) {
                second = best;
                best = j;
            } else if (second < 0
                    || value > Math.signum(theta) * g[second] * trail.bounds.unit()[second]) {
                second = j;
            }
        }
        if (second < 0 || Math.signum(theta) * (g[best] + g[second]) <= 0) {
            return false;
        }
        for (int j : new int[] {best, second}) {
            double moved = trail.bounds.clip(j, x[at + j] + theta * trail.bounds.unit()[j]);
            x[at + j] = LossSweep.rounded(trail.network, moved);
        }
        return true;
    }

    @Override
    public Provenance provenance() {
        return Provenance.of("JSMA").with("theta", theta).with("share", share);
    }
}
