package dev.qualm.metric;

import java.util.Arrays;

/** Ranks with ties shared, doubled so that they are whole numbers. */
final class MidRanks {
    private MidRanks() {}

    /** Twice the rank of each value among all, from 2 for the smallest; a run of equals gets the mean of its places. */
    static int[] doubled(double[] values) {
        double[] sorted = new double[values.length];
        Arrays.setAll(sorted, i -> values[i] + 0.0);
        Arrays.sort(sorted);
        int[] out = new int[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = Ranking.countBelow(sorted, values[i], false) + Ranking.countBelow(sorted, values[i], true) + 1;
        }
        return out;
    }
}
