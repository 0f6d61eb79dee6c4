package dev.qualm.metric;

import java.util.ArrayList;
import java.util.List;

/**
 * All pairs of treatments after {@link Friedman} by the studentized range of their average ranks (Nemenyi,
 * Distribution-free Multiple Comparisons, thesis, Princeton, 1963; Demsar, JMLR 7, 2006, §3.2). The correction for
 * the number of pairs is built in. Whether a pair differs depends on the other treatments in the table; where that
 * matters, see {@link WilcoxonPair}.
 */
public final class Nemenyi {
    private Nemenyi() {}

    /**
     * Average ranks that differ by at least this differ at level {@code alpha}.
     *
     * @param alpha in (0, 1), for example 0.05
     */
    public static double criticalDifference(Friedman friedman, double alpha) {
        MetricException.requireLevel("significance level", alpha);
        return StudentizedRange.quantile(1 - alpha, friedman.treatments()) / Math.sqrt(2) * friedman.rankError();
    }

    /** Every pair, with the p-value of its normal test and the one corrected for all pairs. */
    public static List<RankPair> pairs(Friedman friedman) {
        List<RankPair> out = new ArrayList<>();
        for (int i = 0; i < friedman.treatments(); i++) {
            for (int j = i + 1; j < friedman.treatments(); j++) {
                double z = Math.abs(friedman.averageRank(i) - friedman.averageRank(j)) / friedman.rankError();
                double alone = Math.min(1, 2 * Normal.upperTail(z));
                double adjusted = StudentizedRange.upperTail(z * Math.sqrt(2), friedman.treatments());
                out.add(RankPair.of(friedman, i, j, alone, Math.max(alone, adjusted)));
            }
        }
        return List.copyOf(out);
    }
}
