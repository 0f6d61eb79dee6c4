package dev.qualm.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Two of several scores of the same cases compared by their AUROC, with {@link Holm}'s correction for all pairs
 * compared.
 *
 * @param first number of one score, from 0
 * @param second number of the other
 * @param difference the comparison of the two alone
 * @param adjusted its p-value, corrected; NaN if the p-value itself is undefined, and then not counted among the tests
 */
public record AurocPair(int first, int second, AurocDifference difference, double adjusted) {
    /**
     * Every pair of scores.
     *
     * @param scores {@code [detectors][cases]}, larger = less trustworthy
     * @param positive true where the case is to be caught
     * @throws MetricException if a class is empty or a score is NaN
     */
    public static List<AurocPair> all(double[][] scores, boolean[] positive) {
        List<AurocPair> pairs = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            for (int j = i + 1; j < scores.length; j++) {
                pairs.add(alone(scores, positive, i, j));
            }
        }
        return corrected(pairs);
    }

    /**
     * One score against each other: fewer tests, so more power, if it was named before looking.
     *
     * @param control number of the score, from 0; {@code first} of every pair
     */
    public static List<AurocPair> against(double[][] scores, boolean[] positive, int control) {
        if (control < 0 || control >= scores.length) {
            throw new MetricException("Expected a score from 0 to " + (scores.length - 1) + ", but found " + control);
        }
        List<AurocPair> pairs = new ArrayList<>();
        for (int j = 0; j < scores.length; j++) {
            if (j != control) {
                pairs.add(alone(scores, positive, control, j));
            }
        }
        return corrected(pairs);
    }

    private static AurocPair alone(double[][] scores, boolean[] positive, int i, int j) {
        return new AurocPair(i, j, AurocDifference.between(scores[i], scores[j], positive), Double.NaN);
    }

    private static List<AurocPair> corrected(List<AurocPair> pairs) {
        double[] defined = pairs.stream()
                .mapToDouble(p -> p.difference.pValue())
                .filter(p -> !Double.isNaN(p))
                .toArray();
        double[] adjusted = Holm.adjust(defined);
        List<AurocPair> out = new ArrayList<>();
        int next = 0;
        for (AurocPair pair : pairs) {
            double p = Double.isNaN(pair.difference.pValue()) ? Double.NaN : adjusted[next++];
            out.add(new AurocPair(pair.first, pair.second, pair.difference, p));
        }
        return List.copyOf(out);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d - %d: %s; corrected p = %.3g", first, second, difference, adjusted);
    }
}
