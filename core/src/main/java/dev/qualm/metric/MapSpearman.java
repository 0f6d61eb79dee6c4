package dev.qualm.metric;

/**
 * Spearman's rank correlation of two maps, in [-1, 1]: the Pearson correlation of the ranks, equal entries sharing the
 * mean of their ranks. Blind to every rising transformation of either map. NaN when a map is constant.
 */
public record MapSpearman() implements MapSimilarity {
    @Override
    public String name() {
        return "spearman";
    }

    @Override
    public boolean growsWithLikeness() {
        return true;
    }

    @Override
    public double compare(double[] a, double[] b, int height, int width) {
        return MapPearson.correlation(ranks(a), ranks(b));
    }

    /** Ranks from 1 on, smallest first; equal values (0.0 and -0.0 among them) share their mean rank. No NaN. */
    public static double[] ranks(double[] values) {
        double[] sorted = Ranking.sorted("ranked", values);
        double[] out = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            int below = Ranking.countBelow(sorted, values[i], false);
            int upTo = Ranking.countBelow(sorted, values[i], true);
            out[i] = (below + 1 + upTo) / 2.0;
        }
        return out;
    }
}
