package dev.qualm.metric;

import java.util.Comparator;

/**
 * Makes the share of positives caught and the share of negatives kept as equal as the scores allow; Wu, Michel and Briot
 * (2019) moved their threshold there by hand. Of equally unequal thresholds the one with the larger sum of recalls, then the
 * highest. Exact: no rounding decides.
 */
public record EqualRecall() implements ThresholdRule {
    @Override
    public Threshold choose(Ranking ranking) {
        Comparator<Integer> better = Comparator.<Integer>comparingLong(b -> -gap(ranking, b))
                .thenComparingLong(b -> Youden.index(ranking, b));
        return Threshold.at(ranking, ThresholdRule.best(ranking, better::compare), "equal recall");
    }

    /** Difference of the recalls, times both class sizes. */
    private static long gap(Ranking ranking, int block) {
        long caught = (long) ranking.flaggedPositives(block) * ranking.negatives();
        long kept = (long) (ranking.negatives() - ranking.flaggedNegatives(block)) * ranking.positives();
        return Math.abs(caught - kept);
    }
}
