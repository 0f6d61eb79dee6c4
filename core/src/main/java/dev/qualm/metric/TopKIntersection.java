package dev.qualm.metric;

import java.util.Arrays;

/**
 * Share of the k largest entries of one map that are among the k largest of the other (Ghorbani, Abid, Zou 2019,
 * section 2), in [0, 1]. Entries count with their sign; take absolute values first if magnitude is meant. Entries equal
 * to the k-th largest share the places that are left, so that the value does not depend on their order. NaN when a map
 * is constant, or k is not smaller than the number of entries: nothing is chosen then.
 *
 * @param amount from 1 on, k itself; below 1, the share of the entries that k is, rounded, at least 1
 */
/*
 * Each entry gets a weight: 1 above the k-th largest value, (places left) / (entries equal to it) at it, 0 below. The
 * weights of a map sum to k; the intersection is the sum of the smaller weight of each entry, which is the plain count
 * without ties.
 */
public record TopKIntersection(double amount) implements MapSimilarity {
    public TopKIntersection {
        if (!(amount > 0) || (amount >= 1 && amount != Math.rint(amount)) || amount > Integer.MAX_VALUE) {
            throw new MetricException(
                    "Expected a whole number of entries, or a share of them between 0 and 1, but found " + amount);
        }
    }

    /** The largest tenth of the entries. */
    public static TopKIntersection tenth() {
        return new TopKIntersection(0.1);
    }

    /** k for maps of that many entries. */
    public int k(int entries) {
        return amount >= 1 ? (int) amount : (int) Math.max(1, Math.round(amount * entries));
    }

    @Override
    public String name() {
        return "top-k";
    }

    @Override
    public boolean growsWithLikeness() {
        return true;
    }

    @Override
    public double compare(double[] a, double[] b, int height, int width) {
        int k = k(a.length);
        double[] left = k < a.length ? weights(a, k) : new double[0];
        double[] right = k < a.length ? weights(b, k) : new double[0];
        if (left.length == 0 || right.length == 0) {
            return Double.NaN;
        }
        double sum = 0;
        for (int i = 0; i < left.length; i++) {
            sum += Math.min(left[i], right[i]);
        }
        return sum / k;
    }

    /** Empty for a constant map. */
    private static double[] weights(double[] map, int k) {
        double[] sorted = map.clone();
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] += 0.0; // -0.0 sorts before 0.0, but is no smaller
        }
        Arrays.sort(sorted);
        if (sorted[0] == sorted[sorted.length - 1]) {
            return new double[0];
        }
        double last = sorted[sorted.length - k];
        int below = Ranking.countBelow(sorted, last, false);
        int upTo = Ranking.countBelow(sorted, last, true);
        int above = sorted.length - upTo;
        double shared = (k - above) / (double) (upTo - below);
        return Arrays.stream(map)
                .map(v -> v > last ? 1 : v == last ? shared : 0)
                .toArray();
    }
}
