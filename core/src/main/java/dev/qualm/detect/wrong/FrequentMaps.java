package dev.qualm.detect.wrong;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The frequency variant of {@link ClassProfiles}: the maps that are most often among an input's strongest ones when a class is predicted
 * rightly (Wu, Michel, Briot 2019).
 *
 * @param byClass {@code [class]}, each most frequent first; empty for a class without correct predictions
 */
public record FrequentMaps(List<List<Frequent>> byClass) {
    /** Strongest maps the authors took of each input, and maps they kept per class. */
    public static final int STRONGEST = 2;

    public FrequentMaps {
        byClass = byClass.stream().map(List::copyOf).toList();
    }

    /**
     * A map that is often among the strongest.
     *
     * @param share of the class's correct predictions in which it is
     * @param mean of its conductance there
     * @param std of its conductance there, divided by n
     */
    public record Frequent(int map, double share, double mean, double std) {}

    /** As published: the 2 strongest of each input, 4 kept per class. */
    public static FrequentMaps of(Labelled items, int classes) {
        return of(items, classes, STRONGEST, ClassProfiles.TOP);
    }

    /**
     * Counts over the correct predictions among labelled samples.
     *
     * @param strongest maps of each input that count, at least 1
     * @param kept maps per class at most, at least 1; of equally frequent ones the first
     */
    public static FrequentMaps of(Labelled items, int classes, int strongest, int kept) {
        double[][] rows = items.samples().rows();
        boolean[] wrong = items.wrong();
        int maps = rows.length == 0 ? 0 : rows[0].length;
        FitException.require(
                strongest >= 1 && strongest <= maps && kept >= 1,
                "numbers of maps",
                "from 1 to " + maps,
                strongest + " and " + kept);
        int[] counts = new int[classes];
        int[][] times = new int[classes][maps];
        double[][] sums = new double[classes][maps];
        double[][] squares = new double[classes][maps];
        for (int i = 0; i < rows.length; i++) {
            int c = items.labels()[i];
            FitException.require(c < classes, "labels below " + classes, "for each item", c);
            if (wrong[i] || !Rows.finite(rows[i])) {
                continue;
            }
            counts[c]++;
            for (int k : largest(rows[i], strongest)) {
                times[c][k]++;
                sums[c][k] += rows[i][k];
                squares[c][k] += rows[i][k] * rows[i][k];
            }
        }
        return new FrequentMaps(IntStream.range(0, classes)
                .mapToObj(c -> IntStream.range(0, maps)
                        .filter(k -> times[c][k] > 0)
                        .boxed()
                        .sorted(Comparator.comparingInt((Integer k) -> -times[c][k]))
                        .limit(kept)
                        .map(k -> {
                            double n = times[c][k];
                            double mean = sums[c][k] / n;
                            double variance = Math.max(0, squares[c][k] / n - mean * mean);
                            return new Frequent(k, n / counts[c], mean, Math.sqrt(variance));
                        })
                        .toList())
                .toList());
    }

    private static int[] largest(double[] row, int n) {
        return IntStream.range(0, row.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer k) -> -row[k]))
                .limit(n)
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
