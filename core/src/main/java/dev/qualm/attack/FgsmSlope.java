package dev.qualm.attack;

import dev.qualm.Status;

/** Which way is up at every input of a batch, and what the network answers there: what steps of any length share. */
final class FgsmSlope {
    private final double[] gradient;
    private final boolean[] success;
    private final int[] predicted;
    private final Status[] status;

    FgsmSlope(int n, int size) {
        gradient = new double[size];
        success = new boolean[n];
        predicted = new int[n];
        status = new Status[n];
    }

    /** Measures a micro-batch, for a pass and a gradient. */
    void measure(Trail trail, int from) {
        int[] all = trail.all();
        Objective objective = new Objectives.CrossEntropy(trail.aim);
        try (LossSweep sweep = trail.sweep(trail.original, all)) {
            double[] cotangent = sweep.cotangent();
            for (int i : all) {
                status[from + i] = Status.OK;
                if (sweep.isFinite(i)) {
                    objective.add(sweep, cotangent, i, i);
                    predicted[from + i] = sweep.predicted(i);
                    success[from + i] = trail.aim.reached(i, sweep.predicted(i));
                } else {
                    status[from + i] = Trail.nonFinite();
                }
            }
            double[] g = trail.gradient(sweep, cotangent, all);
            for (int i : all) {
                double length = trail.toUnits(g, i);
                if (status[from + i].isOk() && (length == 0 || !Double.isFinite(length))) {
                    status[from + i] = length == 0
                            ? Status.zeroGradient("the input is not moved")
                            : Status.nonFinite("the gradient is NaN or infinite");
                }
            }
            System.arraycopy(g, 0, gradient, from * trail.width, g.length);
        }
    }

    /** Begins an attack on the micro-batch as it was measured. */
    void begin(Trail trail, int from) {
        System.arraycopy(success, from, trail.success, 0, trail.rows);
        System.arraycopy(predicted, from, trail.predicted, 0, trail.rows);
        System.arraycopy(status, from, trail.status, 0, trail.rows);
    }

    /** The gradient of an input of the micro-batch, by what budgets speak of. */
    double[] of(Trail trail, int from, int i) {
        int at = (from + i) * trail.width;
        return java.util.Arrays.copyOfRange(gradient, at, at + trail.width);
    }
}
