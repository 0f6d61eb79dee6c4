package dev.qualm.attribution.evaluation;

import org.jspecify.annotations.Nullable;

/**
 * Removal in several orders of the same pieces. The score of each curve is its AOPC, the area over the curve:
 * {@code 1 / (L + 1) * sum_k (f(x_0) - f(x_k))} with k from 0 to L steps.
 *
 * @param mostFirst most relevant first (MoRF): a faithful map has a high AOPC
 * @param leastFirst least relevant first (LeRF), the reverse order: a faithful map has a low AOPC
 * @param random mean of random orders: what a map without knowledge has; null when none were asked for
 * @param gain AOPC of the first minus AOPC of the second, the symmetric relevance gain: 0 for no knowledge, higher is
 *     better. Unlike one AOPC alone it does not grow with how easily the network is disturbed by removal as such
 */
public record RemovalCurves(
        RemovalCurve mostFirst,
        RemovalCurve leastFirst,
        @Nullable RemovalCurve random,
        Evaluation gain) {}
