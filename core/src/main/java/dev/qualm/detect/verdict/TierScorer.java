package dev.qualm.detect.verdict;

/** Computes the scores of one tier for the items of a batch that are still undecided. */
@FunctionalInterface
public interface TierScorer {
    /**
     * Scores in the order of the items, NaN where there is none.
     *
     * @param tier index in the cascade
     * @param items positions in the batch, increasing, never empty
     */
    double[] score(int tier, int[] items);
}
