package dev.qualm.evaluate;

import java.util.Locale;

/**
 * A detector of a table and what it cost.
 *
 * @param name as in the table
 * @param question what it asks, in one line
 * @param passes forward passes of an item, by count, the shared forward included
 * @param ratio time of an item alone, forward included, over the time of the forward of the same run; NaN where not measured
 * @param floor whether it is one of the scores that cost nothing and that others have to beat
 */
public record DetectorCost(String name, String question, double passes, double ratio, boolean floor) {
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s: %.3g passes, %.2f x forward", name, passes, ratio);
    }
}
