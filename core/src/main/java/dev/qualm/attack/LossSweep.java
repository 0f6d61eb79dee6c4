package dev.qualm.attack;

import dev.qualm.ShapeException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.data.OutputKind;
import dev.qualm.network.Network;
import dev.qualm.network.Structure;
import dev.qualm.network.Sweep;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;

/** Logits of a few inputs, their cross-entropy, and gradients of anything made of the logits by the inputs; in doubles. */
final class LossSweep implements AutoCloseable {
    private final Network network;
    private final Sweep sweep;
    private final Array raw;
    private final double[] logits;
    private final int classes;

    private LossSweep(Network network, Sweep sweep) {
        this.network = network;
        this.sweep = sweep;
        try (NativeScope scope = NativeScope.values()) {
            raw = Tensors.toArray(sweep.logits());
        }
        logits = network.asLogits(raw).toDoubles();
        classes = raw.dim(1);
    }

    /**
     * Runs the network.
     *
     * @param values row-major entries of the inputs
     * @param shape {@code [n, ...]}
     */
    static LossSweep of(Network network, double[] values, int[] shape) {
        Structure structure = network.structure();
        if (structure.kind() == OutputKind.OTHER
                || !structure.differentiable().equals(network.input().name())) {
            throw new UnsupportedModelException(
                    "An attack needs a classifier with one input of floating numbers, but found" + " inputs "
                            + network.inputs() + " and an output of kind " + structure.kind());
        }
        Sweep sweep = Sweep.of(network, array(network, values, shape));
        try {
            LossSweep made = new LossSweep(network, sweep);
            if (made.classes < 2 || !sweep.connected()) {
                throw new UnsupportedModelException(
                        "An attack needs at least 2 classes and logits that can be differentiated"
                                + " by the input, but found " + made.classes + " classes and "
                                + (sweep.connected() ? "" : "no ") + "path to the input");
            }
            return made;
        } catch (RuntimeException e) {
            sweep.close();
            throw e;
        }
    }

    /** The entries as the network's precision holds them. */
    static Array array(Network network, double[] values, int[] shape) {
        Array exact = Array.of(values, shape);
        return network.precision() == Precision.FLOAT64 ? exact : exact.asFloat32();
    }

    /** The value the network sees in place of {@code x}. */
    static double rounded(Network network, double x) {
        return network.precision() == Precision.FLOAT64 ? x : (float) x;
    }

    static void requireLabels(Array batch, int[] labels) {
        if (batch.rank() == 0 || labels.length != batch.dim(0)) {
            throw new ShapeException(
                    "Expected one label per input, but found " + labels.length + " labels for " + batch);
        }
    }

    /** Refuses a class the network does not have. */
    int checked(int label) {
        if (label < 0 || label >= classes) {
            throw new ShapeException("Expected classes from 0 to " + (classes - 1) + ", but found " + label);
        }
        return label;
    }

    int classes() {
        return classes;
    }

    double logit(int i, int k) {
        return logits[i * classes + k];
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

    /** Cross-entropy toward a class, in nats. */
    double loss(int i, int label) {
        double top = logit(i, predicted(i));
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            sum += Math.exp(logit(i, k) - top);
        }
        return Math.log(sum) + top - logit(i, checked(label));
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

    /** Gradient of {@code sum(cotangent * logits)} by the inputs, row-major. Costs a pass. */
    double[] gradient(double[] cotangent) {
        double[] byRaw = cotangent;
        Structure structure = network.structure();
        if (!structure.trueLogits() && structure.kind() == OutputKind.PROBABILITIES) {
            // The logits are logarithms of what the graph holds.
            byRaw = cotangent.clone();
            for (int j = 0; j < byRaw.length; j++) {
                byRaw[j] = byRaw[j] == 0 ? 0 : byRaw[j] / raw.get(j);
            }
        }
        return sweep.gradient(Array.of(byRaw, raw.shape())).toDoubles();
    }

    @Override
    public void close() {
        sweep.close();
    }
}
