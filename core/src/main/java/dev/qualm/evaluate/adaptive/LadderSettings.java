package dev.qualm.evaluate.adaptive;

import dev.qualm.Provenance;
import dev.qualm.QualmException;
import java.util.List;

/**
 * How hard the ladder tries. The defaults are small; a claim deserves more.
 *
 * @param search what descents try
 * @param queries what verdicts alone are asked for
 * @param estimates of gradients
 * @param knowledge that the attacker brings along
 * @param threads Java threads over micro-batches; results do not depend on it
 * @param seed of all draws
 */
public record LadderSettings(
        Search search, Queries queries, Estimates estimates, Knowledge knowledge, int threads, long seed) {
    /**
     * Of descents and of noise.
     *
     * @param steps of every attack with gradients
     * @param stride all steps together, in radii of the ball
     * @param restarts starts of selective and orthogonal descent: the item, the end of an attack on the classifier
     *     alone, then random points
     * @param lambdas weights that the joint loss tries per item
     * @param noise random points of the ball that are tried
     */
    public record Search(int steps, double stride, int restarts, int lambdas, int noise) {
        public Search {
            if (steps < 1 || restarts < 1 || lambdas < 1 || noise < 1 || !(stride > 0)) {
                throw new QualmException("Expected at least one step, start, lambda and noise point and a positive"
                        + " stride, but found " + List.of(steps, restarts, lambdas, noise) + " and " + stride);
            }
        }
    }

    /**
     * Of the attack without gradients.
     *
     * @param most verdicts per item, at least 10
     * @param samples verdicts for its first direction
     */
    public record Queries(int most, int samples) {
        public Queries {
            if (most < 10 || samples < 1) {
                throw new QualmException(
                        "Expected at least 10 queries and 1 sample, but found " + most + " and " + samples);
            }
        }
    }

    /**
     * Of gradients that are not known.
     *
     * @param pairs pairs of points per estimate
     * @param sigma their distance per entry, as a share of the radius per entry
     * @param draws that an expectation over draws takes the mean of
     */
    public record Estimates(int pairs, double sigma, int draws) {
        public Estimates {
            if (pairs < 1 || draws < 1 || !(sigma > 0)) {
                throw new QualmException("Expected at least one pair and draw and a positive sigma, but found " + pairs
                        + ", " + draws + " and " + sigma);
            }
        }
    }

    /**
     * What the attacker has of his own.
     *
     * @param surrogates of the transfer rung; none for cheap scores of the attacked network
     * @param providers asked for a score's gradients before Qualm's own
     */
    public record Knowledge(List<Surrogate> surrogates, List<ScoreGradients.Provider> providers) {
        public Knowledge {
            surrogates = List.copyOf(surrogates);
            providers = List.copyOf(providers);
        }
    }

    public LadderSettings {
        if (threads < 1) {
            throw new QualmException("Expected at least one thread, but found " + threads);
        }
    }

    /** 40 steps of 1/16 radius, 2 starts, 5 lambdas, 500 queries, 8 pairs, 10 draws, 10 noise points, one thread. */
    public static LadderSettings of(long seed) {
        return new LadderSettings(
                new Search(40, 2.5, 2, 5, 10),
                new Queries(500, 30),
                new Estimates(8, 0.25, 10),
                new Knowledge(List.of(), List.of()),
                1,
                seed);
    }

    public LadderSettings with(Search other) {
        return new LadderSettings(other, queries, estimates, knowledge, threads, seed);
    }

    public LadderSettings with(Queries other) {
        return new LadderSettings(search, other, estimates, knowledge, threads, seed);
    }

    public LadderSettings with(Estimates other) {
        return new LadderSettings(search, queries, other, knowledge, threads, seed);
    }

    public LadderSettings with(Knowledge other) {
        return new LadderSettings(search, queries, estimates, other, threads, seed);
    }

    /** With another number of steps. */
    public LadderSettings withSteps(int steps) {
        return with(new Search(steps, search.stride, search.restarts, search.lambdas, search.noise));
    }

    /** With other starts and lambdas. */
    public LadderSettings withSearch(int restarts, int lambdas) {
        return with(new Search(search.steps, search.stride, restarts, lambdas, search.noise));
    }

    /** With another number of verdicts to ask for. */
    public LadderSettings withQueries(int most, int samples) {
        return with(new Queries(most, samples));
    }

    /** With other numbers of pairs and draws. */
    public LadderSettings withDraws(int pairs, int draws) {
        return with(new Estimates(pairs, estimates.sigma, draws));
    }

    /** On more threads. */
    public LadderSettings withThreads(int other) {
        return new LadderSettings(search, queries, estimates, knowledge, other, seed);
    }

    /** With surrogates of the attacker's own. */
    public LadderSettings withSurrogates(List<Surrogate> others) {
        return with(new Knowledge(others, knowledge.providers));
    }

    /** With gradients of further kinds of scores. */
    public LadderSettings withProviders(List<ScoreGradients.Provider> others) {
        return with(new Knowledge(knowledge.surrogates, others));
    }

    Provenance noted(Provenance p) {
        return p.with("steps", search.steps)
                .with("stride", search.stride)
                .with("restarts", search.restarts)
                .with("lambdas", search.lambdas)
                .with("noise", search.noise)
                .with("queries", queries.most)
                .with("samples", queries.samples)
                .with("pairs", estimates.pairs)
                .with("sigma", estimates.sigma)
                .with("draws", estimates.draws)
                .with("seed", seed);
    }
}
