package dev.qualm.evaluate;

import dev.qualm.mutation.ItemSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Refuses sets that share items with what was fitted, or with each other, by content. */
final class Leakage {
    private Leakage() {}

    /**
     * Checks.
     *
     * @param fitted contents of what something was fitted on, by the name of what was fitted
     * @param id ordinary items
     * @param sets contents of the sets that have data of their own
     * @return warnings
     * @throws EvaluationException if numbers would be wrong
     */
    static List<String> check(Map<String, ItemSet> fitted, Contents id, Map<EvaluationSet, Contents> sets) {
        fitted.forEach((what, items) -> requireUnseen(what, items, "ordinary items", id));
        sets.forEach((set, contents) ->
                fitted.forEach((what, items) -> requireUnseen(what, items, "set '" + set.name() + "'", contents)));
        List<String> warnings = new ArrayList<>();
        if (id.copies() > 0) {
            warnings.add(id.copies() + " of " + id.readable().length
                    + " ordinary items are copies of others; intervals take items for independent and are too narrow");
        }
        long[] ordinary = id.sorted();
        Map<EvaluationSet, long[]> seen = new LinkedHashMap<>();
        sets.forEach((set, contents) -> {
            int shared = contents.sharedWith(ordinary);
            int n = contents.readable().length;
            // A rotated blank image is the same image; a set of the same images is a mistake.
            if (shared > 0 && (set.role() != Role.COVARIATE_SHIFTED || 2 * shared >= n)) {
                throw new EvaluationException(
                        "Expected items in set '" + set.name() + "' that are not among the ordinary"
                                + " ones, but found " + shared + " of " + n
                                + " there; an item cannot be ordinary and to be caught at once: take them out of one of the two");
            }
            if (shared > 0) {
                warnings.add(shared + " of " + n + " items of '" + set.name() + "' are equal to ordinary ones");
            }
            seen.forEach((other, theirs) -> {
                int both = contents.sharedWith(theirs);
                if (both > 0) {
                    warnings.add(both + " of " + n + " items of '" + set.name() + "' ("
                            + set.role().text()
                            + ") are also in '" + other.name() + "' ("
                            + other.role().text()
                            + "); the two rows are not independent"
                            + (set.role() == other.role() ? "" : ", and one of the roles is wrong for them"));
                }
            });
            seen.put(set, contents.sorted());
        });
        return warnings;
    }

    private static void requireUnseen(String what, ItemSet items, String name, Contents contents) {
        int seen = contents.sharedWith(items.items());
        if (seen > 0) {
            throw new EvaluationException("Expected " + name + " unseen by " + what + ", but found " + seen
                    + " of " + contents.readable().length
                    + " among the items of the fit; evaluate on other items, or fit without these");
        }
    }
}
