package dev.qualm.detect.wrong;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Item numbers of three splits: to fit on, to set the threshold on, to evaluate on.
 *
 * <p>Items of equal content go to one split, so that none is judged by what was learnt from its copy.
 */
public record Splits(int[] fit, int[] threshold, int[] evaluation) {
    /**
     * Draws splits.
     *
     * @param hashes content of each item
     * @param fit share of the items for fitting, positive
     * @param threshold share for the threshold, positive; the rest, which may be none, is for evaluation
     */
    public static Splits of(List<String> hashes, double fit, double threshold, long seed) {
        FitException.require(
                fit > 0 && threshold > 0 && fit + threshold <= 1 + 1e-12,
                "shares of the splits",
                "above 0 and together at most 1",
                fit + " and " + threshold);
        List<List<Integer>> groups = groups(hashes);
        Collections.shuffle(groups, new Random(seed));
        long first = Math.round(fit * hashes.size());
        long second = Math.round((fit + threshold) * hashes.size());
        List<List<Integer>> out = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        int placed = 0;
        for (List<Integer> group : groups) {
            out.get(placed < first ? 0 : placed < second ? 1 : 2).addAll(group);
            placed += group.size();
        }
        return new Splits(sorted(out.get(0)), sorted(out.get(1)), sorted(out.get(2)));
    }

    /** Items of equal content together, in order of their first occurrence. */
    static List<List<Integer>> groups(List<String> hashes) {
        Map<String, List<Integer>> groups = new LinkedHashMap<>();
        for (int i = 0; i < hashes.size(); i++) {
            groups.computeIfAbsent(hashes.get(i), h -> new ArrayList<>()).add(i);
        }
        return new ArrayList<>(groups.values());
    }

    private static int[] sorted(List<Integer> items) {
        return items.stream().mapToInt(Integer::intValue).sorted().toArray();
    }

    /**
     * Refuses a split that shares items with what it must not share them with.
     *
     * @param what the split is called
     * @param others what the other items are called
     */
    static void requireDisjoint(String what, List<String> items, String others, Set<String> taken) {
        Set<String> shared = new HashSet<>(items);
        shared.retainAll(taken);
        if (!shared.isEmpty()) {
            int first = 0;
            while (!shared.contains(items.get(first))) {
                first++;
            }
            throw new FitException("Expected items for " + what + " that are not among " + others + ", but "
                    + shared.size()
                    + " are, the first at " + first + " (content "
                    + items.get(first)
                            .substring(0, Math.min(12, items.get(first).length()))
                    + "...). Numbers from shared items are too good: give others");
        }
    }
}
