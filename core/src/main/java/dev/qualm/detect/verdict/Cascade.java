package dev.qualm.detect.verdict;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Scores from cheap to costly. An item pays for a costly one only if the cheaper ones leave it undecided.
 *
 * @param tiers at least 1, at most {@value #MAX_TIERS}, of different names, in the order they are asked; the last one that is
 *     available decides whatever its thresholds
 */
public record Cascade(List<Tier> tiers) {
    static final int MAX_TIERS = 16;

    public Cascade {
        tiers = List.copyOf(tiers);
        CalibrationException.require(
                !tiers.isEmpty() && tiers.size() <= MAX_TIERS, "from 1 to " + MAX_TIERS + " tiers", tiers.size());
        CalibrationException.require(
                new HashSet<>(tiers.stream().map(Tier::name).toList()).size() == tiers.size(),
                "tiers of different names",
                tiers.stream().map(Tier::name).toList());
    }

    /** A cascade of these tiers. */
    public static Cascade of(Tier... tiers) {
        return new Cascade(List.of(tiers));
    }

    /**
     * This cascade with thresholds at quantiles of trustworthy items' scores. Those of a tier are taken over the items that reach
     * it. The last tier keeps its own.
     *
     * @param scores {@code [tier][item]} of items that the cascade is not calibrated on: thresholds chosen on the same items
     *     would break its promise
     * @param below share of the items reaching a tier that may leave as clearly ordinary, from 0 to below 1
     * @param above share that may leave as clearly doubtful, from 0; both together at most 1. Choose it well below the
     *     false-alarm rate, since these items end as alarms only as far as the rate allows
     */
    public Cascade tuned(double[][] scores, double below, double above) {
        requireScores(scores);
        CalibrationException.require(
                below >= 0 && above >= 0 && below + above <= 1,
                "shares of at least 0, together at most 1",
                below + " and " + above);
        List<Tier> out = new ArrayList<>();
        int[] left = java.util.stream.IntStream.range(0, scores[0].length).toArray();
        for (int t = 0; t < tiers.size() - 1; t++) {
            double[] of = scores[t];
            double[] sorted = Arrays.stream(left)
                    .mapToDouble(i -> of[i])
                    .filter(s -> !Double.isNaN(s))
                    .sorted()
                    .toArray();
            int n = sorted.length;
            double low = below == 0 || n == 0 ? Double.NEGATIVE_INFINITY : sorted[(int) Math.min(n - 1, below * n)];
            double high =
                    above == 0 || n == 0 ? Double.POSITIVE_INFINITY : sorted[n - 1 - (int) Math.min(n - 1, above * n)];
            Tier tier = tiers.get(t).between(low, Math.max(low, high));
            out.add(tier);
            left = Arrays.stream(left).filter(i -> side(tier, of[i]) == null).toArray();
        }
        out.add(tiers.get(tiers.size() - 1));
        return new Cascade(out);
    }

    void requireScores(double[][] scores) {
        CalibrationException.require(
                scores.length == tiers.size(), "scores of " + tiers.size() + " tiers", scores.length);
        for (double[] of : scores) {
            CalibrationException.require(
                    of.length > 0 && of.length == scores[0].length,
                    "scores of the same items, at least one, in every tier",
                    Arrays.stream(scores).map(s -> s.length).toList());
        }
    }

    /** How a tier that is not the last one decides about a score, or null if it does not. */
    static Route.@Nullable Side side(Tier tier, double score) {
        return score < tier.low() ? Route.Side.BELOW : score > tier.high() ? Route.Side.ABOVE : null;
    }

    /**
     * Takes an item through the tiers.
     *
     * @param available indices of tiers, increasing
     * @param score of a tier by its index, asked only where it is needed
     */
    Route route(int[] available, IntToDoubleFunction score) {
        for (int i = 0; i < available.length - 1; i++) {
            double s = score.applyAsDouble(available[i]);
            Route.Side side = side(tiers.get(available[i]), s);
            if (side != null) {
                return new Route(available[i], side, s);
            }
        }
        int last = available[available.length - 1];
        return new Route(last, Route.Side.LAST, score.applyAsDouble(last));
    }

    /** Indices of tiers by name, in the order they are asked. */
    int[] indices(List<String> names) {
        List<String> all = tiers.stream().map(Tier::name).toList();
        CalibrationException.require(
                !names.isEmpty() && all.containsAll(names),
                "at least one of the tiers " + all + " to be available",
                names);
        return names.stream().mapToInt(all::indexOf).distinct().sorted().toArray();
    }
}
