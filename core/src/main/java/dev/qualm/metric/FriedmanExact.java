package dev.qualm.metric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The permutation distribution behind {@link Friedman}, where it is small enough to be had. */
final class FriedmanExact {
    private FriedmanExact() {}

    /*
     * Rank sums block by block: each permutation of the next block's ranks is equally likely. The statistic does not
     * care which treatment has which sum, and neither do the blocks to come, so that states are sorted and there are
     * about k! times fewer. Four treatments over 14 blocks need some 10^5 steps.
     */
    private static final int MOST_TREATMENTS = 7;

    private static final long MOST_STEPS = 2_000_000;

    /** P(S >= spread); NaN if that would take too long. Ranks are doubled, {@code [blocks][treatments]}. */
    static double pValue(int[][] ranks, long spread) {
        int n = ranks.length;
        int k = ranks[0].length;
        if (spread == 0) {
            return 1;
        }
        if (k > MOST_TREATMENTS) {
            return Double.NaN;
        }
        Map<State, Double> states = Map.of(State.of(ranks[0]), 1.0);
        long steps = 0;
        for (int i = 1; i < n; i++) {
            List<int[]> orders = new ArrayList<>();
            permute(ranks[i].clone(), 0, orders);
            steps += (long) states.size() * orders.size();
            if (steps > MOST_STEPS) {
                return Double.NaN;
            }
            Map<State, Double> next = new HashMap<>();
            for (Map.Entry<State, Double> state : states.entrySet()) {
                double share = state.getValue() / orders.size();
                for (int[] order : orders) {
                    next.merge(state.getKey().plus(order), share, Double::sum);
                }
            }
            states = next;
        }
        double p = 0;
        for (Map.Entry<State, Double> state : states.entrySet()) {
            p += state.getKey().spread((long) n * (k + 1)) >= spread ? state.getValue() : 0;
        }
        return Math.min(1, p);
    }

    /** All orders of the ranks from {@code from} on, equal ranks told apart. */
    private static void permute(int[] ranks, int from, List<int[]> out) {
        if (from == ranks.length) {
            out.add(ranks.clone());
            return;
        }
        for (int i = from; i < ranks.length; i++) {
            swap(ranks, from, i);
            permute(ranks, from + 1, out);
            swap(ranks, from, i);
        }
    }

    private static void swap(int[] a, int i, int j) {
        int kept = a[i];
        a[i] = a[j];
        a[j] = kept;
    }

    /** Rank sums in ascending order. */
    private static final class State {
        private final int[] sums;

        private State(int[] sorted) {
            sums = sorted;
        }

        static State of(int[] sums) {
            int[] sorted = sums.clone();
            Arrays.sort(sorted);
            return new State(sorted);
        }

        State plus(int[] ranks) {
            int[] sum = new int[sums.length];
            Arrays.setAll(sum, j -> sums[j] + ranks[j]);
            Arrays.sort(sum);
            return new State(sum);
        }

        long spread(long mean) {
            return Arrays.stream(sums).mapToLong(s -> (s - mean) * (s - mean)).sum();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof State state && Arrays.equals(sums, state.sums);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(sums);
        }
    }
}
