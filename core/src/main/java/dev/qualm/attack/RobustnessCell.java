package dev.qualm.attack;

import dev.qualm.metric.Interval;
import dev.qualm.metric.Proportion;
import java.util.Locale;

/**
 * Accuracy under one attack in one budget.
 *
 * @param attack its name, or {@link RobustnessResult#ALL} for the worst case over all attacks, item by item
 * @param budget how far inputs may be moved
 * @param accuracy share of all items still answered right; items wrong from the start count as wrong
 * @param level of the interval
 * @param attacked items that were attacked: those answered right, less those broken in a smaller budget where that counts
 * @param broken how many of these got another answer
 * @param doubtful how many of these met a zero gradient, or NaN or infinity
 * @param meanNorm mean size of the changes that broke an item, in the budget's norm and unit; NaN for none
 * @param maxNorm largest of them; NaN for none
 * @param passes forward passes of one input spent on it, a gradient counted as one more; 0 for the worst case, which needs none
 */
public record RobustnessCell(
        String attack,
        Budget budget,
        Proportion accuracy,
        double level,
        long attacked,
        long broken,
        long doubtful,
        double meanNorm,
        double maxNorm,
        long passes) {
    /** The Wilson interval of the accuracy. */
    public Interval interval() {
        return accuracy.wilson(level);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s within %s: %s", attack, budget, accuracy);
    }
}
