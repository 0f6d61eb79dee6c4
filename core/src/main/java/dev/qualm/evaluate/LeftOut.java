package dev.qualm.evaluate;

import dev.qualm.metric.Interval;
import java.util.List;
import java.util.Locale;

/**
 * What a learnt combination of detectors reaches on a set that it learnt nothing from, beside what it would reach had it known the set.
 *
 * @param set the set
 * @param role what its items are
 * @param view which of them are positive
 * @param excluded all sets that the combination learnt nothing from
 * @param honest AUROC without these
 * @param interval of the former
 * @param optimistic AUROC of a combination that also learnt from other items of the set, on the same items: what a detector tuned to one
 *     outlier set or attack reports. Not what to expect of others
 * @param baseline AUROC of the baseline on the same items
 * @param negatives items judged that are to be trusted
 * @param positives items judged that are to be caught
 */
public record LeftOut(
        String set,
        Role role,
        View view,
        List<String> excluded,
        double honest,
        Interval interval,
        double optimistic,
        double baseline,
        int negatives,
        int positives) {
    public LeftOut {
        excluded = List.copyOf(excluded);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: %.3f left out (%s), %.3f knowing it (optimistic), %.3f baseline",
                set,
                honest,
                interval,
                optimistic,
                baseline);
    }
}
