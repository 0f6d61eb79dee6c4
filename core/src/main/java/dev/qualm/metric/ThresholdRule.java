package dev.qualm.metric;

/**
 * Turns scores of cases whose class is known into a threshold: scores at or above it are flagged. Candidates are the scores
 * that occur, and one above all of them. Choose it on other cases than those it is reported on.
 */
public sealed interface ThresholdRule permits Youden, EqualRecall, TargetFalseAlarm {
    /** The threshold this rule chooses. */
    Threshold choose(Ranking ranking);

    /** The first candidate, from the fewest flagged to all, that no other beats; -1 flags nothing. */
    static int best(Ranking ranking, Candidates candidates) {
        int best = -1;
        for (int b = 0; b < ranking.blocks(); b++) {
            if (candidates.compare(b, best) > 0) {
                best = b;
            }
        }
        return best;
    }

    /** Orders candidates, each a block of the ranking that is flagged with all before it, or -1. */
    @FunctionalInterface
    interface Candidates {
        /** Positive if {@code a} is better than {@code b}. */
        int compare(int a, int b);
    }
}
