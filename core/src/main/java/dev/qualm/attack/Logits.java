package dev.qualm.attack;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;

/** Logits of a few inputs and what attacks make of them, in doubles. */
class Logits {
    private final double[] logits;
    private final int classes;

    Logits(Array logits) {
        this.logits = logits.toDoubles();
        classes = logits.dim(1);
    }

    /** Runs the network, without gradients. */
    static Logits of(Network network, Array batch) {
        return new Logits(network.logits(batch));
    }

    int classes() {
        return classes;
    }

    int size() {
        return logits.length;
    }

    double logit(int i, int k) {
        return logits[i * classes + k];
    }

    /** Refuses a class the network does not have. */
    int checked(int label) {
        if (label < 0 || label >= classes) {
            throw new ShapeException("Expected classes from 0 to " + (classes - 1) + ", but found " + label);
        }
        return label;
    }

    boolean isFinite(int i) {
        for (int k = 0; k < classes; k++) {
            if (!Double.isFinite(logit(i, k))) {
                return false;
            }
        }
        return true;
    }

    /** The class with the largest logit, the first of equal ones. */
    int predicted(int i) {
        int best = 0;
        for (int k = 1; k < classes; k++) {
            best = logit(i, k) > logit(i, best) ? k : best;
        }
        return best;
    }

    /** The class with the largest logit but for the given one. */
    int other(int i, int label) {
        int best = label == 0 ? 1 : 0;
        for (int k = 1; k < classes; k++) {
            best = k != label && logit(i, k) > logit(i, best) ? k : best;
        }
        return best;
    }

    /** Classes by descending logit, the first of equal ones first. */
    int[] ranked(int i) {
        return java.util.stream.IntStream.range(0, classes)
                .boxed()
                .sorted(java.util.Comparator.comparingDouble(k -> -logit(i, k)))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** Cross-entropy toward a class, in nats. */
    double loss(int i, int label) {
        double top = logit(i, predicted(i));
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            sum += Math.exp(logit(i, k) - top);
        }
        return Math.log(sum) + top - logit(i, checked(label));
    }

    /** Softmax of the logits of an input. */
    double[] probabilities(int i) {
        double top = logit(i, predicted(i));
        double[] p = new double[classes];
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            p[k] = Math.exp(logit(i, k) - top);
            sum += p[k];
        }
        for (int k = 0; k < classes; k++) {
            p[k] /= sum;
        }
        return p;
    }

    /** No derivative by any logit yet, {@code [n * classes]}. */
    double[] cotangent() {
        return new double[logits.length];
    }

    /**
     * Adds the derivative of the cross-entropy toward a class by the logits of an input: softmax minus one-hot.
     *
     * @param factor multiplies it; -1 to descend
     */
    /*
     * The entry of the class is minus the sum of the others: p - 1 would round to 0 where the network is sure, and with it
     * the whole gradient.
     */
    void addLoss(double[] cotangent, int i, int label, double factor) {
        double top = logit(i, predicted(i));
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            sum += Math.exp(logit(i, k) - top);
        }
        double others = 0;
        for (int k = 0; k < classes; k++) {
            if (k != label) {
                double p = Math.exp(logit(i, k) - top) / sum;
                cotangent[i * classes + k] += factor * p;
                others += p;
            }
        }
        cotangent[i * classes + checked(label)] -= factor * others;
    }
}
