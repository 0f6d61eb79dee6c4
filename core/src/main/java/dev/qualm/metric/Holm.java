package dev.qualm.metric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The step-down correction of Holm (Scandinavian Journal of Statistics 6, 1979): with the adjusted p-values held
 * against alpha, the chance of one or more false rejections among all tests is at most alpha, however they depend on
 * each other. Never worse than Bonferroni's.
 */
public final class Holm {
    private Holm() {}

    /**
     * Adjusted p-values in the order given: the i-th smallest of m times m - i + 1, made monotone, at most 1.
     *
     * @param pValues one a test, in [0, 1]; not changed
     * @throws MetricException if one is NaN or outside [0, 1]: a test without a p-value has to be left out and named
     */
    public static double[] adjust(double[] pValues) {
        for (int i = 0; i < pValues.length; i++) {
            if (!(pValues[i] >= 0 && pValues[i] <= 1)) {
                throw new MetricException("Expected p-values in [0, 1], but found " + pValues[i] + " at index " + i);
            }
        }
        int m = pValues.length;
        int[] order = IntStream.range(0, m)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> pValues[i]))
                .mapToInt(i -> i)
                .toArray();
        double[] adjusted = new double[m];
        double largest = 0;
        for (int i = 0; i < m; i++) {
            largest = Math.max(largest, Math.min(1, (m - i) * pValues[order[i]]));
            adjusted[order[i]] = largest;
        }
        return adjusted;
    }

    /** All pairs of treatments after {@link Friedman}, by normal tests of their average ranks. */
    public static List<RankPair> pairs(Friedman friedman) {
        List<int[]> pairs = new ArrayList<>();
        for (int i = 0; i < friedman.treatments(); i++) {
            for (int j = i + 1; j < friedman.treatments(); j++) {
                pairs.add(new int[] {i, j});
            }
        }
        return compared(friedman, pairs);
    }

    /**
     * One treatment against each other (Demsar, JMLR 7, 2006, §3.2): fewer tests than {@link #pairs}, so more power,
     * if the control was named before looking at the results.
     *
     * @param control number of the treatment, from 0
     */
    public static List<RankPair> against(Friedman friedman, int control) {
        friedman.averageRank(control);
        return compared(
                friedman,
                IntStream.range(0, friedman.treatments())
                        .filter(j -> j != control)
                        .mapToObj(j -> new int[] {control, j})
                        .toList());
    }

    private static List<RankPair> compared(Friedman friedman, List<int[]> pairs) {
        double[] p = pairs.stream()
                .mapToDouble(pair -> {
                    double difference = friedman.averageRank(pair[0]) - friedman.averageRank(pair[1]);
                    return Math.min(1, 2 * Normal.upperTail(Math.abs(difference) / friedman.rankError()));
                })
                .toArray();
        double[] adjusted = adjust(p);
        RankPair[] out = new RankPair[p.length];
        Arrays.setAll(out, i -> RankPair.of(friedman, pairs.get(i)[0], pairs.get(i)[1], p[i], adjusted[i]));
        return List.of(out);
    }
}
