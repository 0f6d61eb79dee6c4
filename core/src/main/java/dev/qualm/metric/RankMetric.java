package dev.qualm.metric;

/**
 * A number that depends only on how the scores of two classes are ordered (and, for {@link Autc}, spaced; for
 * {@link CcrAtFpr}, on which predictions are right). It carries what a reader needs to compare it with another: which
 * class counts as positive, the class sizes and what was done with ties.
 */
public sealed interface RankMetric permits Auroc, Aupr, Autc, CcrAtFpr, FprAtTpr {
    /** The metric, in [0, 1]; NaN where the class says that it can be undefined. */
    double value();

    /** Number of cases to be trusted. */
    int negatives();

    /** Number of cases to be caught. */
    int positives();

    /** The class the word "positive" in the metric's name means, in words. */
    default String positiveClass() {
        return "the cases to be caught";
    }

    /** What was done with equal scores, in words. */
    String tieRule();

    /** Number of cases of both classes. */
    default long n() {
        return (long) negatives() + positives();
    }

    /** Share of positives among all cases. */
    default double prevalence() {
        return positives() / (double) n();
    }
}
