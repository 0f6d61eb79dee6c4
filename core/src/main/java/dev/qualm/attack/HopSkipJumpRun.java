package dev.qualm.attack;

import dev.qualm.Status;
import dev.qualm.array.Array;
import java.util.Arrays;
import java.util.Random;

/** {@link HopSkipJump} on one input. Points are kept in the unit of the box. */
final class HopSkipJumpRun {
    private static final int STARTS = 100;
    /** Answers asked for in one pass of the network. */
    private static final int AT_ONCE = 128;

    private final HopSkipJump attack;
    private final Trail trail;
    private final int row;
    private final int width;
    private final Random random;
    private final double[] home;
    private int left;

    HopSkipJumpRun(HopSkipJump attack, Trail trail, int row) {
        this.attack = attack;
        this.trail = trail;
        this.row = row;
        width = trail.width;
        random = Seeds.of(attack.seed(), trail.original, row * width, width);
        home = new double[width];
        for (int j = 0; j < width; j++) {
            home[j] = trail.original[row * width + j] / trail.bounds.unit()[j];
        }
        // One went into the answer to the input itself, one checks the result.
        left = attack.queries() - 1;
    }

    void run() {
        double[] x = start();
        if (x == null) {
            trail.status[row] = Status.undefined("no random input has another answer to start from");
            return;
        }
        x = toBoundary(x);
        double theta = attack.ball() == Ball.L2 ? Math.pow(width, -1.5) : Math.pow(width, -2);
        for (int t = 1; left > 2; t++) {
            double distance = distance(x);
            double reach =
                    t == 1 ? 0.1 * range() : (attack.ball() == Ball.L2 ? Math.sqrt(width) : width) * theta * distance;
            int samples = (int) Math.min(left - 2.0, attack.samples() * Math.sqrt(t));
            if (samples < 1 || !(distance > 0)) {
                break;
            }
            double[] direction = direction(x, reach, samples);
            double[] next = stride(x, direction, distance / Math.sqrt(t));
            if (next != null) {
                next = toBoundary(next);
                x = distance(next) < distance ? next : x;
            }
        }
        keep(x);
    }

    private double range() {
        double most = 0;
        for (int j = 0; j < width; j++) {
            most = Math.max(
                    most,
                    (trail.bounds.high()[j] - trail.bounds.low()[j])
                            / trail.bounds.unit()[j]);
        }
        return most;
    }

    private double distance(double[] x) {
        double most = 0;
        double square = 0;
        for (int j = 0; j < width; j++) {
            double d = Math.abs(x[j] - home[j]);
            most = Math.max(most, d);
            square += d * d;
        }
        return attack.ball() == Ball.L2 ? Math.sqrt(square) : most;
    }

    private double[] clipped(double[] x) {
        double[] out = new double[width];
        for (int j = 0; j < width; j++) {
            double unit = trail.bounds.unit()[j];
            out[j] = trail.bounds.clip(j, x[j] * unit) / unit;
        }
        return out;
    }

    private double input(double[] x, int j) {
        double value = trail.bounds.clip(j, x[j] * trail.bounds.unit()[j]);
        return LossSweep.rounded(trail.network, value);
    }

    /** Whether each point has another answer. */
    private boolean[] ask(double[][] points) {
        boolean[] out = new boolean[points.length];
        for (int from = 0; from < points.length; from += AT_ONCE) {
            int n = Math.min(AT_ONCE, points.length - from);
            double[] values = new double[n * width];
            for (int k = 0; k < n; k++) {
                for (int j = 0; j < width; j++) {
                    values[k * width + j] = input(points[from + k], j);
                }
            }
            int[] shape = trail.shape();
            shape[0] = n;
            Array batch = LossSweep.array(trail.network, values, shape);
            Logits z = Logits.of(trail.network, batch);
            for (int k = 0; k < n; k++) {
                out[from + k] = z.isFinite(k) && trail.aim.reached(row, z.predicted(k));
            }
        }
        left -= points.length;
        trail.queries[row] += points.length;
        return out;
    }

    private boolean ask(double[] point) {
        return ask(new double[][] {point})[0];
    }

    private double @org.jspecify.annotations.Nullable [] start() {
        for (int k = 0; k < STARTS && left > 2; k++) {
            double[] x = new double[width];
            for (int j = 0; j < width; j++) {
                double low = trail.bounds.low()[j];
                x[j] = (low + random.nextDouble() * (trail.bounds.high()[j] - low))
                        / trail.bounds.unit()[j];
            }
            if (ask(x)) {
                return x;
            }
        }
        return null;
    }

    /** Halves the way from the original, or in the cube around it, until the boundary is near; stays on the far side. */
    private double[] toBoundary(double[] from) {
        double high = attack.ball() == Ball.L2 ? 1 : distance(from);
        double tolerance = high * Math.max(1e-6, Math.pow(width, -1.5));
        double low = 0;
        double[] far = from;
        while (high - low > tolerance && left > 2) {
            double middle = (low + high) / 2;
            double[] x = new double[width];
            for (int j = 0; j < width; j++) {
                double d = from[j] - home[j];
                x[j] = home[j] + (attack.ball() == Ball.L2 ? middle * d : Math.max(-middle, Math.min(middle, d)));
            }
            if (ask(x)) {
                high = middle;
                far = x;
            } else {
                low = middle;
            }
        }
        return far;
    }

    /* The answers are centred on their mean, which lowers the variance (equation 16). */
    private double[] direction(double[] x, double reach, int samples) {
        double[][] points = new double[samples][];
        for (int k = 0; k < samples; k++) {
            double[] d = new double[width];
            for (int j = 0; j < width; j++) {
                d[j] = attack.ball() == Ball.L2 ? random.nextGaussian() : 2 * random.nextDouble() - 1;
            }
            double[] unit = Steps.unit(d);
            for (int j = 0; j < width; j++) {
                unit[j] = x[j] + reach * unit[j];
            }
            points[k] = clipped(unit);
        }
        boolean[] answers = ask(points);
        double mean = 0;
        for (boolean answer : answers) {
            mean += (answer ? 1.0 : -1.0) / samples;
        }
        double[] sum = new double[width];
        for (int k = 0; k < samples; k++) {
            double sign = answers[k] ? 1 : -1;
            double weight = Math.abs(mean) == 1 ? mean : sign - mean;
            for (int j = 0; j < width; j++) {
                sum[j] += weight * (points[k][j] - x[j]);
            }
        }
        double[] unit = Steps.unit(sum);
        return attack.ball() == Ball.L2
                ? unit
                : Arrays.stream(unit).map(Math::signum).toArray();
    }

    /** The longest of halved steps that stays on the far side; null if there is none. */
    private double @org.jspecify.annotations.Nullable [] stride(double[] x, double[] direction, double length) {
        double step = length;
        for (int k = 0; k < 30 && left > 2; k++) {
            double[] to = new double[width];
            for (int j = 0; j < width; j++) {
                to[j] = x[j] + step * direction[j];
            }
            to = clipped(to);
            if (ask(to)) {
                return to;
            }
            step /= 2;
        }
        return null;
    }

    private void keep(double[] x) {
        for (int j = 0; j < width; j++) {
            trail.best[row * width + j] = input(x, j);
        }
    }
}
