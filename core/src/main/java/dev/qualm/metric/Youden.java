package dev.qualm.metric;

/**
 * Maximises the sum of the two recalls (Youden, Cancer 3, 1950). Of equally good thresholds the highest, which flags
 * fewest. Exact: no rounding decides.
 */
public record Youden() implements ThresholdRule {
    @Override
    public Threshold choose(Ranking ranking) {
        int best = ThresholdRule.best(ranking, (a, b) -> Long.compare(index(ranking, a), index(ranking, b)));
        return Threshold.at(ranking, best, "Youden");
    }

    /** True minus false positive rate, times both class sizes. */
    static long index(Ranking ranking, int block) {
        return (long) ranking.flaggedPositives(block) * ranking.negatives()
                - (long) ranking.flaggedNegatives(block) * ranking.positives();
    }
}
