package dev.qualm.metric;

import java.util.Locale;

/**
 * Two treatments compared by their average ranks after {@link Friedman}.
 *
 * @param first number of one treatment, from 0
 * @param second number of the other
 * @param difference average rank of the first minus that of the second; below 0, the first is better
 * @param pValue two-sided p-value of this pair alone
 * @param adjusted the same, corrected for all pairs compared with it
 */
public record RankPair(int first, int second, double difference, double pValue, double adjusted) {
    static RankPair of(Friedman friedman, int first, int second, double pValue, double adjusted) {
        double difference = friedman.averageRank(first) - friedman.averageRank(second);
        return new RankPair(first, second, difference, pValue, adjusted);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d - %d: %+.3f ranks, p = %.3g, adjusted %.3g",
                first,
                second,
                difference,
                pValue,
                adjusted);
    }
}
