package dev.qualm.metric;

import dev.qualm.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Two of several treatments, say detectors, compared over the same blocks, say data sets, by {@link WilcoxonSignedRank}
 * with {@link Holm}'s correction for all pairs. Unlike {@link Nemenyi} a pair's test does not depend on the other
 * treatments (Benavoli, Corani and Mangili, JMLR 17, 2016).
 *
 * @param first number of one treatment, from 0
 * @param second number of the other
 * @param test the comparison of the two alone; positive ranks are blocks where the first has the larger value
 * @param adjusted its p-value, corrected
 */
public record WilcoxonPair(int first, int second, WilcoxonSignedRank test, double adjusted) {
    /**
     * Every pair of treatments.
     *
     * @param values {@code [blocks][treatments]}, as {@link Friedman} reads them
     * @throws ShapeException if rows differ in length or there is none
     * @throws MetricException if a value is NaN
     */
    public static List<WilcoxonPair> all(double[][] values) {
        if (values.length == 0) {
            throw new ShapeException("Expected at least 1 block of treatments, but found none");
        }
        List<WilcoxonPair> pairs = new ArrayList<>();
        for (int i = 0; i < values[0].length; i++) {
            for (int j = i + 1; j < values[0].length; j++) {
                WilcoxonSignedRank test = WilcoxonSignedRank.of(column(values, i), column(values, j));
                pairs.add(new WilcoxonPair(i, j, test, Double.NaN));
            }
        }
        double[] adjusted =
                Holm.adjust(pairs.stream().mapToDouble(p -> p.test.pValue()).toArray());
        WilcoxonPair[] out = new WilcoxonPair[adjusted.length];
        Arrays.setAll(out, k -> {
            WilcoxonPair pair = pairs.get(k);
            return new WilcoxonPair(pair.first, pair.second, pair.test, adjusted[k]);
        });
        return List.of(out);
    }

    private static double[] column(double[][] values, int treatment) {
        double[] out = new double[values.length];
        for (int i = 0; i < out.length; i++) {
            if (values[i].length != values[0].length) {
                throw new ShapeException("Expected " + values[0].length + " treatments in every block, but found "
                        + values[i].length + " in block " + i);
            }
            out[i] = values[i][treatment];
        }
        return out;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d - %d: %s; corrected p = %.3g", first, second, test, adjusted);
    }
}
