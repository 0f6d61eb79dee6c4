package dev.qualm.detect.wrong;

import dev.qualm.array.Array;
import java.util.Map;

/**
 * Fitted decision trees; the probability is the mean of their leaves' shares of wrong predictions.
 *
 * @param features number of features in a row
 * @param roots node number of each tree's root
 * @param feature that a node looks at, -1 for a leaf, {@code [nodes]}
 * @param threshold a row goes left if its feature is at most this, {@code [nodes]}
 * @param left node number, larger than the node's own, so that every path ends
 * @param right as left
 * @param share of wrong predictions among a leaf's, in [0, 1]
 */
public record Forest(
        int features, int[] roots, int[] feature, double[] threshold, int[] left, int[] right, double[] share)
        implements FittedModel {
    static final String KIND = "forest";

    public Forest {
        int n = feature.length;
        FitException.require(features >= 1 && roots.length >= 1, "trees", "over at least one feature", roots.length);
        FitException.require(
                threshold.length == n && left.length == n && right.length == n && share.length == n,
                "all lists of nodes",
                "to be of length " + n,
                threshold.length + ", " + left.length + ", " + right.length + " and " + share.length);
        for (int root : roots) {
            FitException.require(root >= 0 && root < n, "a root", "from 0 to " + (n - 1), root);
        }
        for (int i = 0; i < n; i++) {
            boolean leaf = feature[i] == -1 && share[i] >= 0 && share[i] <= 1;
            boolean split = feature[i] >= 0
                    && feature[i] < features
                    && !Double.isNaN(threshold[i])
                    && left[i] > i
                    && left[i] < n
                    && right[i] > i
                    && right[i] < n;
            FitException.require(leaf || split, "node " + i, "to be a leaf or to lead to later nodes", feature[i]);
        }
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public double probability(double[] row) {
        if (!Rows.finite(row)) {
            return Double.NaN;
        }
        double sum = 0;
        for (int root : roots) {
            int node = root;
            while (feature[node] >= 0) {
                node = row[feature[node]] > threshold[node] ? right[node] : left[node];
            }
            sum += share[node];
        }
        return sum / roots.length;
    }

    @Override
    public Map<String, Array> arrays() {
        return Map.of(
                "features", Array.of(new int[] {features}, 1),
                "roots", Array.of(roots.clone(), roots.length),
                "feature", Array.of(feature.clone(), feature.length),
                "threshold", Array.of(threshold.clone(), threshold.length),
                "left", Array.of(left.clone(), left.length),
                "right", Array.of(right.clone(), right.length),
                "share", Array.of(share.clone(), share.length));
    }

    static Forest of(SavedArrays saved) {
        return new Forest(
                ints(saved, "features")[0],
                ints(saved, "roots"),
                ints(saved, "feature"),
                saved.doubles("threshold", 1),
                ints(saved, "left"),
                ints(saved, "right"),
                saved.doubles("share", 1));
    }

    private static int[] ints(SavedArrays saved, String name) {
        Array a = saved.array(name, 1);
        int[] out = new int[a.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, a.get(i)));
        }
        return out;
    }
}
