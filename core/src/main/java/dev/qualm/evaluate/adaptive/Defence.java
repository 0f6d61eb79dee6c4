package dev.qualm.evaluate.adaptive;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.detect.Demand;
import dev.qualm.detect.Evidence;
import dev.qualm.detect.Score;
import dev.qualm.detect.verdict.ConformalCalibration;
import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.network.Network;
import java.util.List;
import java.util.Map;

/**
 * What is attacked: a classifier and a detector that raises an alarm where its score exceeds a threshold.
 *
 * @param network the classifier, of one input of floating numbers
 * @param score the detector, larger = less trustworthy
 * @param threshold the largest score that raises no alarm; infinite if none ever does
 */
public record Defence(Network network, Score score, double threshold) {
    public Defence {
        if (Double.isNaN(threshold)) {
            throw new QualmException("Expected a threshold, but found NaN; take one of calibration scores");
        }
        if (!network.structure().differentiable().equals(network.input().name())) {
            throw new QualmException(
                    "The ladder attacks classifiers with one input of floating numbers, but found inputs "
                            + network.inputs());
        }
    }

    /** With the conformal threshold: an exchangeable trusted item raises an alarm with probability at most alpha. */
    public static Defence of(Network network, Score score, ConformalCalibration calibration, double alpha) {
        return new Defence(network, score, calibration.threshold(alpha));
    }

    /**
     * What classifier and detector say of a batch.
     *
     * @param logits {@code [n][classes]}
     * @param scores {@code [n]}; NaN where there is none, which never counts as passed
     * @param threshold of the defence
     */
    record Answers(double[][] logits, double[] scores, double threshold) {
        /** Whether an item gets another class than this one; logits that are not finite are no answer. */
        boolean wrong(int i, int label) {
            for (double z : logits[i]) {
                if (!Double.isFinite(z)) {
                    return false;
                }
            }
            return predicted(i) != label;
        }

        /** Class with the largest logit, the first of equal ones. */
        int predicted(int i) {
            return Pass.largest(logits[i], -1);
        }

        boolean passed(int i) {
            return scores[i] <= threshold;
        }

        /** The lead of the best other class over this one. */
        double margin(int i, int label) {
            return logits[i][Pass.largest(logits[i], label)] - logits[i][label];
        }
    }

    /** Asks both, in micro-batches. */
    Answers ask(Array batch) {
        int n = batch.dim(0);
        double[][] logits = new double[n][];
        double[] scores = new double[n];
        int rows = n == 0 ? 1 : network.microBatch(Map.of(network.input().name(), batch));
        for (int from = 0; from < n; from += rows) {
            int to = Math.min(n, from + rows);
            try (Evidence evidence = evidence(batch.slice(from, to))) {
                System.arraycopy(evidence.logits(), 0, logits, from, to - from);
                System.arraycopy(score.score(evidence), 0, scores, from, to - from);
            }
        }
        return new Answers(logits, scores, threshold);
    }

    /** What the score is read from. Close it. */
    Evidence evidence(Array batch) {
        Demand demand = Demand.of(network, List.of(score), CosineSimilarityMaps.defaults());
        return Evidence.of(network, Map.of(network.input().name(), batch), demand, null);
    }

    /** The same with another threshold. */
    Defence at(double other) {
        return new Defence(network, score, other);
    }

    @Override
    public String toString() {
        return score.name() + " with alarms above " + threshold;
    }
}
