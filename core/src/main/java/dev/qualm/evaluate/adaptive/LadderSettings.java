package dev.qualm.evaluate.adaptive;

import dev.qualm.Provenance;
import dev.qualm.QualmException;
import java.util.List;

/**
 * How hard the ladder tries. The defaults are small; a claim deserves more.
 *
 * @param steps of every attack with gradients
 * @param stride all steps together, in radii of the ball
 * @param restarts starts of selective and orthogonal descent: the item, the end of an attack on the classifier alone, then random points
 * @param lambdas weights that the joint loss tries per item
 * @param queries verdicts that the attack without gradients may ask for per item, at least 10
 * @param samples verdicts for its first direction
 * @param pairs pairs of points per estimate of a gradient that is not known
 * @param sigma their distance per entry, as a share of the radius per entry
 * @param draws that an expectation over draws takes the mean of
 * @param noise random points of the ball that are tried
 * @param threads Java threads over micro-batches; results do not depend on it
 * @param seed of all draws
 * @param surrogates of the transfer rung; none for cheap scores of the attacked network
 * @param providers asked for a score's gradients before Qualm's own
 */
public record LadderSettings(
        int steps,
        double stride,
        int restarts,
        int lambdas,
        int queries,
        int samples,
        int pairs,
        double sigma,
        int draws,
        int noise,
        int threads,
        long seed,
        List<Surrogate> surrogates,
        List<ScoreGradients.Provider> providers) {
    public LadderSettings {
        if (steps < 1 || restarts < 1 || lambdas < 1 || pairs < 1 || draws < 1 || noise < 1 || threads < 1) {
            throw new QualmException(
                    "Expected at least one step, start, lambda, pair, draw, noise point and thread, but found "
                            + List.of(steps, restarts, lambdas, pairs, draws, noise, threads));
        }
        if (queries < 10 || samples < 1 || !(stride > 0) || !(sigma > 0)) {
            throw new QualmException(
                    "Expected at least 10 queries and 1 sample, a positive stride and sigma, but found " + queries
                            + ", " + samples + ", " + stride + " and " + sigma);
        }
        surrogates = List.copyOf(surrogates);
        providers = List.copyOf(providers);
    }

    /** 40 steps of 1/16 radius, 2 starts, 5 lambdas, 500 queries, 8 pairs, 10 draws, 10 noise points, one thread. */
    public static LadderSettings of(long seed) {
        return new LadderSettings(40, 2.5, 2, 5, 500, 30, 8, 0.25, 10, 10, 1, seed, List.of(), List.of());
    }

    /** With another number of steps. */
    public LadderSettings withSteps(int other) {
        return new LadderSettings(
                other,
                stride,
                restarts,
                lambdas,
                queries,
                samples,
                pairs,
                sigma,
                draws,
                noise,
                threads,
                seed,
                surrogates,
                providers);
    }

    /** With other starts and lambdas. */
    public LadderSettings withSearch(int newRestarts, int newLambdas) {
        return new LadderSettings(
                steps,
                stride,
                newRestarts,
                newLambdas,
                queries,
                samples,
                pairs,
                sigma,
                draws,
                noise,
                threads,
                seed,
                surrogates,
                providers);
    }

    /** With another number of verdicts to ask for. */
    public LadderSettings withQueries(int newQueries, int newSamples) {
        return new LadderSettings(
                steps,
                stride,
                restarts,
                lambdas,
                newQueries,
                newSamples,
                pairs,
                sigma,
                draws,
                noise,
                threads,
                seed,
                surrogates,
                providers);
    }

    /** With other numbers of pairs and draws. */
    public LadderSettings withDraws(int newPairs, int newDraws) {
        return new LadderSettings(
                steps,
                stride,
                restarts,
                lambdas,
                queries,
                samples,
                newPairs,
                sigma,
                newDraws,
                noise,
                threads,
                seed,
                surrogates,
                providers);
    }

    /** On more threads. */
    public LadderSettings withThreads(int other) {
        return new LadderSettings(
                steps,
                stride,
                restarts,
                lambdas,
                queries,
                samples,
                pairs,
                sigma,
                draws,
                noise,
                other,
                seed,
                surrogates,
                providers);
    }

    /** With surrogates of the attacker's own. */
    public LadderSettings withSurrogates(List<Surrogate> others) {
        return new LadderSettings(
                steps, stride, restarts, lambdas, queries, samples, pairs, sigma, draws, noise, threads, seed, others,
                providers);
    }

    /** With gradients of further kinds of scores. */
    public LadderSettings withProviders(List<ScoreGradients.Provider> others) {
        return new LadderSettings(
                steps,
                stride,
                restarts,
                lambdas,
                queries,
                samples,
                pairs,
                sigma,
                draws,
                noise,
                threads,
                seed,
                surrogates,
                others);
    }

    Provenance noted(Provenance p) {
        return p.with("steps", steps)
                .with("stride", stride)
                .with("restarts", restarts)
                .with("lambdas", lambdas)
                .with("queries", queries)
                .with("samples", samples)
                .with("pairs", pairs)
                .with("sigma", sigma)
                .with("draws", draws)
                .with("noise", noise)
                .with("seed", seed);
    }
}
