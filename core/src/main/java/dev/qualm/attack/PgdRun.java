package dev.qualm.attack;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** {@link Pgd} on one micro-batch. */
final class PgdRun {
    private final Pgd attack;
    private final Network network;
    private final Box bounds;
    private final int[] shape;
    private final int rows;
    private final int width;
    private final int[] classes;
    private final boolean targeted;
    private final double[] original;
    private final double[] x;
    private final double[] best;
    private final boolean[] success;
    private final int[] predicted;
    private final double[] objective;
    private final Status[] status;

    PgdRun(
            Pgd attack,
            Network network,
            Box bounds,
            Array batch,
            double @Nullable [] start,
            int[] classes,
            boolean targeted,
            int place) {
        this.attack = attack;
        this.network = network;
        this.bounds = bounds;
        this.classes = classes;
        this.targeted = targeted;
        shape = batch.shape();
        rows = shape[0];
        original = batch.toDoubles().clone();
        width = original.length / rows;
        x = start == null ? original.clone() : start.clone();
        best = x.clone();
        success = new boolean[rows];
        predicted = new int[rows];
        objective = new double[rows];
        Arrays.fill(objective, Double.NEGATIVE_INFINITY);
        status = new Status[rows];
        Arrays.fill(status, Status.OK);
        Long seed = attack.seed();
        for (int i = 0; i < rows; i++) {
            if (start == null && seed != null) {
                scatter(i, new Random(mixed(seed, place + i)));
            }
            if (start != null || seed != null) {
                project(i);
            }
        }
    }

    /** A seed for each place in the batch, so that micro-batches do not change the draws (SplitMix64). */
    private static long mixed(long seed, int place) {
        long z = seed + 0x9e3779b97f4a7c15L * (place + 1L);
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    private void scatter(int i, Random random) {
        double[] d = new double[width];
        double square = 0;
        for (int j = 0; j < width; j++) {
            d[j] = attack.ball() == Pgd.Ball.LINF ? 2 * random.nextDouble() - 1 : random.nextGaussian();
            square += d[j] * d[j];
        }
        double length = attack.ball() == Pgd.Ball.LINF
                ? attack.epsilon()
                : attack.epsilon() * Math.pow(random.nextDouble(), 1.0 / width) / Math.sqrt(square);
        for (int j = 0; j < width; j++) {
            x[i * width + j] += length * d[j] * bounds.unit()[j];
        }
    }

    void run() {
        for (int s = 1; s <= attack.steps(); s++) {
            try (LossSweep sweep = LossSweep.of(network, x, shape)) {
                judge(sweep, attack.keep() == Pgd.Keep.BEST);
                double[] cotangent = sweep.cotangent();
                for (int i = 0; i < rows; i++) {
                    if (sweep.isFinite(i)) {
                        sweep.addLoss(cotangent, i, classes[i], targeted ? -1 : 1);
                    }
                }
                double[] gradient = sweep.gradient(cotangent);
                for (int i = 0; i < rows; i++) {
                    move(i, gradient, sweep.isFinite(i), s);
                }
            }
        }
        try (LossSweep sweep = LossSweep.of(network, x, shape)) {
            judge(sweep, true);
        }
    }

    /** Takes over the points at hand where they are better than what is kept, or always if only the last one counts. */
    private void judge(LossSweep sweep, boolean keeps) {
        for (int i = 0; keeps && i < rows; i++) {
            int answer = sweep.predicted(i);
            boolean reached = sweep.isFinite(i) && (answer == classes[i]) == targeted;
            double value =
                    sweep.isFinite(i) ? (targeted ? -1 : 1) * sweep.loss(i, classes[i]) : Double.NEGATIVE_INFINITY;
            boolean first = objective[i] == Double.NEGATIVE_INFINITY && !success[i];
            boolean better = reached != success[i] ? reached : value > objective[i];
            if (attack.keep() == Pgd.Keep.LAST || first || better) {
                System.arraycopy(x, i * width, best, i * width, width);
                success[i] = reached;
                predicted[i] = answer;
                objective[i] = value;
            }
        }
    }

    private void move(int i, double[] gradient, boolean finite, int s) {
        double[] g = new double[width];
        double square = 0;
        double largest = 0;
        for (int j = 0; j < width; j++) {
            double raw = gradient[i * width + j];
            // By what budgets speak of, not by the network's input.
            g[j] = Math.abs(raw) <= attack.zeroBelow() ? 0 : raw * bounds.unit()[j];
            largest = Math.max(largest, Math.abs(g[j]));
        }
        if (!finite || !Double.isFinite(largest)) {
            status[i] = Status.nonFinite("the logits or the gradient at step " + s + " are NaN or infinite");
            return;
        }
        if (largest == 0) {
            status[i] =
                    Status.zeroGradient("at step " + s + " of " + attack.steps() + ": the input is not moved by it");
            return;
        }
        for (int j = 0; j < width; j++) {
            // Squares of small gradients underflow.
            square += g[j] / largest * (g[j] / largest);
        }
        double length = largest * Math.sqrt(square);
        boolean sign = attack.direction() == Pgd.Direction.SIGN;
        for (int j = 0; j < width; j++) {
            double by = sign ? Math.signum(g[j]) : g[j] / length;
            x[i * width + j] += attack.step() * by * bounds.unit()[j];
        }
        project(i);
    }

    private void project(int i) {
        boolean boxFirst = attack.projection() == Pgd.Projection.BOX_THEN_BALL;
        if (boxFirst) {
            toBox(i);
        }
        toBall(i);
        if (!boxFirst) {
            toBox(i);
        }
        for (int j = i * width; j < (i + 1) * width; j++) {
            x[j] = LossSweep.rounded(network, x[j]);
        }
    }

    private void toBox(int i) {
        for (int j = 0; j < width; j++) {
            x[i * width + j] = bounds.clip(j, x[i * width + j]);
        }
    }

    private void toBall(int i) {
        double epsilon = attack.epsilon();
        double square = 0;
        for (int j = 0; j < width; j++) {
            int at = i * width + j;
            double unit = bounds.unit()[j];
            double d = (x[at] - original[at]) / unit;
            square += d * d;
            if (attack.ball() == Pgd.Ball.LINF && Math.abs(d) > epsilon) {
                x[at] = original[at] + Math.copySign(epsilon, d) * unit;
            }
        }
        double length = Math.sqrt(square);
        if (attack.ball() == Pgd.Ball.L2 && length > epsilon) {
            for (int j = i * width; j < (i + 1) * width; j++) {
                x[j] = original[j] + (x[j] - original[j]) * (epsilon / length);
            }
        }
    }

    double[] best() {
        return best;
    }

    boolean success(int i) {
        return success[i];
    }

    int predicted(int i) {
        return predicted[i];
    }

    Status status(int i) {
        return status[i];
    }
}
