package dev.qualm.evaluate;

import dev.qualm.metric.Friedman;
import dev.qualm.metric.Holm;
import dev.qualm.metric.Nemenyi;
import dev.qualm.metric.RankPair;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Ranks of the detectors by AUROC over all sets of one role and all models. Sets of one model and models of one data set are not independent,
 * so that tests are too sure of themselves where there are many of one kind.
 *
 * @param role which sets
 * @param view which items are positive
 * @param blocks models with their sets, each a row of ranks
 * @param detectors that are ranked
 * @param friedman the test over all of them, with the mean ranks in the order of the detectors; 1 is best
 * @param criticalDifference mean ranks that differ by less do not differ at the level of the tests, after Nemenyi
 * @param pairs each against the baseline, with Holm's correction; empty where the baseline is not ranked
 * @param leftOut detectors without a number in every block
 */
public record RoleRanks(
        Role role,
        View view,
        List<String> blocks,
        List<String> detectors,
        Friedman friedman,
        double criticalDifference,
        List<RankPair> pairs,
        List<String> leftOut) {
    public RoleRanks {
        blocks = List.copyOf(blocks);
        detectors = List.copyOf(detectors);
        pairs = List.copyOf(pairs);
        leftOut = List.copyOf(leftOut);
    }

    /** Ranks by role and view, wherever two detectors have numbers. */
    static List<RoleRanks> of(List<Cell> cells, EvaluationSettings settings) {
        Map<Role, Map<View, List<Cell>>> groups = new TreeMap<>();
        for (Cell c : cells) {
            groups.computeIfAbsent(c.role(), r -> new TreeMap<>())
                    .computeIfAbsent(c.view(), v -> new ArrayList<>())
                    .add(c);
        }
        List<RoleRanks> out = new ArrayList<>();
        groups.forEach((role, views) -> views.forEach((view, group) -> {
            RoleRanks ranks = of(role, view, group, settings);
            if (ranks != null) {
                out.add(ranks);
            }
        }));
        return out;
    }

    private static @Nullable RoleRanks of(Role role, View view, List<Cell> cells, EvaluationSettings settings) {
        Map<String, Map<String, Double>> blocks = new LinkedHashMap<>();
        List<String> all = cells.stream().map(Cell::detector).distinct().toList();
        for (Cell c : cells) {
            Map<String, Double> block = blocks.computeIfAbsent(c.model() + ": " + c.set(), k -> new LinkedHashMap<>());
            if (c.numbers() != null) {
                block.put(c.detector(), c.auroc());
            }
        }
        blocks.values().removeIf(Map::isEmpty);
        List<String> ranked = all.stream()
                .filter(d -> blocks.values().stream().allMatch(b -> b.containsKey(d)))
                .toList();
        if (blocks.isEmpty() || ranked.size() < 2) {
            return null;
        }
        double[][] values = blocks.values().stream()
                .map(b -> ranked.stream()
                        .mapToDouble(d -> b.getOrDefault(d, Double.NaN))
                        .toArray())
                .toArray(double[][]::new);
        Friedman friedman = Friedman.of(values, true);
        int control = ranked.indexOf(settings.baseline());
        return new RoleRanks(
                role,
                view,
                List.copyOf(blocks.keySet()),
                ranked,
                friedman,
                Nemenyi.criticalDifference(friedman, settings.alpha()),
                control < 0 ? List.of() : Holm.against(friedman, control),
                all.stream().filter(d -> !ranked.contains(d)).toList());
    }

    /** Mean rank of a detector. */
    public double rank(String detector) {
        return friedman.averageRank(detectors.indexOf(detector));
    }
}
