package dev.qualm.attack;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.Arrays;

/** What an attack knows of one micro-batch: the originals, and for each the best point so far, what it got and what it cost. */
final class Trail {
    final Network network;
    final Box bounds;
    final int rows;
    final int width;
    final Aim aim;
    final double[] original;
    final double[] best;
    final boolean[] success;
    final int[] predicted;
    final double[] value;
    final Status[] status;
    final int[] queries;
    final int[] gradients;
    private final int[] shape;

    Trail(Network network, Box bounds, Array part, Aim aim) {
        this.network = network;
        this.bounds = bounds;
        this.aim = aim;
        shape = part.shape();
        rows = shape[0];
        original = part.toDoubles().clone();
        width = original.length / rows;
        best = original.clone();
        success = new boolean[rows];
        predicted = new int[rows];
        value = new double[rows];
        Arrays.fill(value, Double.NEGATIVE_INFINITY);
        status = new Status[rows];
        Arrays.fill(status, Status.OK);
        queries = new int[rows];
        gradients = new int[rows];
    }

    /** Shape of one micro-batch. */
    int[] shape() {
        return shape.clone();
    }

    int[] all() {
        int[] out = new int[rows];
        Arrays.setAll(out, i -> i);
        return out;
    }

    /** Runs the network on some rows of {@code x}; row r of the sweep is row {@code active[r]}. */
    LossSweep sweep(double[] x, int[] active) {
        double[] values = new double[active.length * width];
        for (int r = 0; r < active.length; r++) {
            System.arraycopy(x, active[r] * width, values, r * width, width);
            queries[active[r]]++;
        }
        int[] part = shape.clone();
        part[0] = active.length;
        return LossSweep.of(network, values, part);
    }

    /** As {@link #sweep} without gradients, so faster. */
    Logits logits(double[] x, int[] active) {
        double[] values = new double[active.length * width];
        for (int r = 0; r < active.length; r++) {
            System.arraycopy(x, active[r] * width, values, r * width, width);
            queries[active[r]]++;
        }
        int[] part = shape.clone();
        part[0] = active.length;
        return Logits.of(network, LossSweep.array(network, values, part));
    }

    /** The gradient of what the cotangent weighs, counted for those rows. */
    double[] gradient(LossSweep sweep, double[] cotangent, int[] active) {
        for (int i : active) {
            gradients[i]++;
        }
        return sweep.gradient(cotangent);
    }

    /**
     * Takes a point over if it is better than the best: reaching the aim comes first, then the larger value.
     *
     * @param x the points, of all rows
     */
    void offer(int i, double[] x, Logits logits, int r, double worth) {
        boolean finite = logits.isFinite(r);
        int answer = logits.predicted(r);
        boolean reached = finite && aim.reached(i, answer);
        double counted = finite ? worth : Double.NEGATIVE_INFINITY;
        boolean first = value[i] == Double.NEGATIVE_INFINITY && !success[i];
        if (first || (reached != success[i] ? reached : counted > value[i])) {
            take(i, x, reached, answer, counted);
        }
    }

    /** Takes a point over, better or not. */
    void take(int i, double[] x, boolean reached, int answer, double worth) {
        System.arraycopy(x, i * width, best, i * width, width);
        success[i] = reached;
        predicted[i] = answer;
        value[i] = worth;
    }

    void round(double[] x, int i) {
        for (int j = i * width; j < (i + 1) * width; j++) {
            x[j] = LossSweep.rounded(network, x[j]);
        }
    }

    void toBox(double[] x, int i) {
        for (int j = 0; j < width; j++) {
            x[i * width + j] = bounds.clip(j, x[i * width + j]);
        }
    }

    /** Asks the network once more what it makes of the best points, and lets that count. */
    void verify() {
        Logits last = logits(best, all());
        for (int i = 0; i < rows; i++) {
            predicted[i] = last.predicted(i);
            success[i] = last.isFinite(i) && aim.reached(i, predicted[i]);
            if (!last.isFinite(i)) {
                status[i] = nonFinite();
            }
        }
    }

    static Status nonFinite() {
        return Status.nonFinite("the logits are NaN or infinite");
    }

    /**
     * Turns row r of a gradient into one by the unit of the box, and returns its Euclidean length, NaN or infinite if an entry
     * is.
     */
    double toUnits(double[] gradient, int r) {
        double largest = 0;
        for (int j = 0; j < width; j++) {
            gradient[r * width + j] *= bounds.unit()[j];
            // Math.max keeps NaN.
            largest = Math.max(largest, Math.abs(gradient[r * width + j]));
        }
        if (largest == 0 || !Double.isFinite(largest)) {
            return largest;
        }
        double square = 0;
        for (int j = 0; j < width; j++) {
            // Squares of small gradients underflow.
            double scaled = gradient[r * width + j] / largest;
            square += scaled * scaled;
        }
        return largest * Math.sqrt(square);
    }
}
