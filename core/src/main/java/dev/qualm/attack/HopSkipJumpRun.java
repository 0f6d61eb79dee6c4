package dev.qualm.attack;

import dev.qualm.Status;
import dev.qualm.array.Array;
import java.util.Arrays;

/** {@link HopSkipJump} on one input: any other answer is what it walks around. */
final class HopSkipJumpRun {
    private final HopSkipJump attack;
    private final Trail trail;
    private final int row;
    private final int width;

    HopSkipJumpRun(HopSkipJump attack, Trail trail, int row) {
        this.attack = attack;
        this.trail = trail;
        this.row = row;
        width = trail.width;
    }

    void run() {
        double[] original = Arrays.copyOfRange(trail.original, row * width, (row + 1) * width);
        double[] x = new BoundaryWalk(attack, trail.bounds, original, 0, this::reached).run();
        if (x == null) {
            trail.status[row] = Status.undefined("no random input has another answer to start from");
            return;
        }
        for (int j = 0; j < width; j++) {
            trail.best[row * width + j] = LossSweep.rounded(trail.network, x[j]);
        }
    }

    /** Whether each point has another answer. */
    private boolean[] reached(double[][] points) {
        double[] values = new double[points.length * width];
        for (int k = 0; k < points.length; k++) {
            for (int j = 0; j < width; j++) {
                values[k * width + j] = LossSweep.rounded(trail.network, points[k][j]);
            }
        }
        int[] shape = trail.shape();
        shape[0] = points.length;
        Array batch = LossSweep.array(trail.network, values, shape);
        Logits z = Logits.of(trail.network, batch);
        boolean[] out = new boolean[points.length];
        for (int k = 0; k < points.length; k++) {
            out[k] = z.isFinite(k) && trail.aim.reached(row, z.predicted(k));
        }
        trail.queries[row] += points.length;
        return out;
    }
}
