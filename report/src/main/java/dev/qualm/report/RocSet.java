package dev.qualm.report;

import java.util.List;

/**
 * ROC curves of all scores on one out-distribution set, which is the positive class.
 *
 * @param dataset name of the set
 * @param curves one per score
 */
public record RocSet(String dataset, List<Curve> curves) {
    /**
     * One score's curve.
     *
     * @param score name of the score
     * @param falsePositive share of the in-distribution set flagged, ascending from 0 to 1
     * @param truePositive share of the out-distribution set flagged, at the same thresholds
     */
    public record Curve(String score, double[] falsePositive, double[] truePositive) {
        public Curve {
            if (falsePositive.length != truePositive.length) {
                throw new IllegalArgumentException("ROC curve of " + score + " has " + falsePositive.length
                        + " false-positive rates, but " + truePositive.length + " true-positive rates");
            }
            falsePositive = falsePositive.clone();
            truePositive = truePositive.clone();
        }
    }

    public RocSet {
        curves = List.copyOf(curves);
    }
}
