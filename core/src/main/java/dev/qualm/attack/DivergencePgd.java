package dev.qualm.attack;

import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.Random;

/**
 * The inner maximisation of TRADES (Zhang, Yu, Jiao, Xing, El Ghaoui, Jordan, ICML 2019, algorithm 1): {@link Pgd} on the
 * Kullback-Leibler divergence of the probabilities from those of the input itself, for which no label is needed. It starts beside the
 * input, where the divergence has no gradient.
 *
 * @param steps budget, step, number of steps, direction, projection and box; seed, restarts and what is kept are not used
 * @param sigma standard deviation of the Gaussian start, in the unit of the box, positive; 0.001 in the paper
 * @param seed of the start, which belongs to the inputs
 */
public record DivergencePgd(Pgd steps, double sigma, long seed) {
    public DivergencePgd {
        if (!(sigma > 0) || Double.isInfinite(sigma)) {
            throw new QualmException("Expected a start of positive standard deviation, but found " + sigma);
        }
    }

    /** Starts at a standard deviation of 0.001. */
    public static DivergencePgd of(Ball ball, double epsilon, double step, int steps, Box box, long seed) {
        return new DivergencePgd(Pgd.of(ball, epsilon, step, steps, box), 1e-3, seed);
    }

    public DivergencePgd withSeed(long newSeed) {
        return new DivergencePgd(steps, sigma, newSeed);
    }

    /**
     * The last points. Costs {@code 2 steps + 1} passes.
     *
     * @param batch valid inputs, {@code [n, ...]}
     * @return of the batch's shape, in the network's precision
     */
    public Array perturb(Network network, Array batch) {
        Aim nobody = Aim.away(new int[batch.dim(0)]);
        return AttackBatches.run(network, batch, nobody, steps.box(), provenance(), (trail, from) -> {
                    Logits clean = trail.logits(trail.original, trail.all());
                    double[][] given = new double[trail.rows][];
                    double[] begin = trail.original.clone();
                    for (int i = 0; i < trail.rows; i++) {
                        given[i] = clean.probabilities(i);
                        Random random = Seeds.of(seed, trail.original, i * trail.width, trail.width);
                        for (int j = 0; j < trail.width; j++) {
                            begin[i * trail.width + j] +=
                                    sigma * random.nextGaussian() * trail.bounds.unit()[j];
                        }
                    }
                    new PgdRun(steps, trail, null, new Objectives.Divergence(given)).reach(begin);
                })
                .inputs();
    }

    /** The method with all its settings. */
    public Provenance provenance() {
        return steps.provenance()
                .with("method", "PGD on the divergence")
                .with("start", "Gaussian " + sigma)
                .with("seed", seed);
    }
}
