package dev.qualm.attack;

import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The walk of {@link HopSkipJump} along the boundary of any set that can only be asked whether a point lies in it. Belongs to one input;
 * points are kept in the unit of the box.
 */
public final class BoundaryWalk {
    private static final int STARTS = 100;
    /** Points asked for at once. */
    private static final int AT_ONCE = 128;

    /** What can be asked. */
    @FunctionalInterface
    public interface Oracle {
        /**
         * Whether each point is in the set.
         *
         * @param points inputs of the network, within the box, {@code [n][width]}
         */
        boolean[] reached(double[][] points);
    }

    private final HopSkipJump settings;
    private final Box bounds;
    private final double enough;
    private final Oracle oracle;
    private final int width;
    private final Random random;
    private final double[] home;
    private int left;

    /**
     * @param settings norm, queries, samples and seed; its box is not used
     * @param bounds of each entry, as {@link Box#spread} makes them
     * @param original the input, which is not in the set
     * @param enough distance at which the walk ends, in the unit of the box; 0 to use all queries
     */
    public BoundaryWalk(HopSkipJump settings, Box bounds, double[] original, double enough, Oracle oracle) {
        this.settings = settings;
        this.bounds = bounds;
        this.enough = enough;
        this.oracle = oracle;
        width = original.length;
        random = Seeds.of(settings.seed(), original, 0, width);
        home = new double[width];
        for (int j = 0; j < width; j++) {
            home[j] = original[j] / bounds.unit()[j];
        }
        // One went into the answer to the input itself, one checks the result.
        left = settings.queries() - 1;
    }

    /**
     * Walks.
     *
     * @param begin points of the network's input to start from, the first that is in the set counts; uniform noise after those
     * @return the nearest point found, as an input of the network; null if no start is in the set
     */
    public double @Nullable [] run(double[]... begin) {
        double[] x = start(begin);
        if (x == null) {
            return null;
        }
        x = toBoundary(x);
        double theta = settings.ball() == Ball.L2 ? Math.pow(width, -1.5) : Math.pow(width, -2);
        for (int t = 1; left > 2 && distance(x) > enough; t++) {
            double distance = distance(x);
            double reach =
                    t == 1 ? 0.1 * range() : (settings.ball() == Ball.L2 ? Math.sqrt(width) : width) * theta * distance;
            int samples = (int) Math.min(left - 2.0, settings.samples() * Math.sqrt(t));
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
        return inputs(x);
    }

    private double range() {
        double most = 0;
        for (int j = 0; j < width; j++) {
            most = Math.max(most, (bounds.high()[j] - bounds.low()[j]) / bounds.unit()[j]);
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
        return settings.ball() == Ball.L2 ? Math.sqrt(square) : most;
    }

    private double[] clipped(double[] x) {
        double[] out = new double[width];
        for (int j = 0; j < width; j++) {
            double unit = bounds.unit()[j];
            out[j] = bounds.clip(j, x[j] * unit) / unit;
        }
        return out;
    }

    private double[] inputs(double[] x) {
        double[] out = new double[width];
        for (int j = 0; j < width; j++) {
            out[j] = bounds.clip(j, x[j] * bounds.unit()[j]);
        }
        return out;
    }

    private boolean[] ask(double[][] points) {
        boolean[] out = new boolean[points.length];
        for (int from = 0; from < points.length; from += AT_ONCE) {
            double[][] part = new double[Math.min(AT_ONCE, points.length - from)][];
            for (int k = 0; k < part.length; k++) {
                part[k] = inputs(points[from + k]);
            }
            System.arraycopy(oracle.reached(part), 0, out, from, part.length);
        }
        left -= points.length;
        return out;
    }

    private boolean ask(double[] point) {
        return ask(new double[][] {point})[0];
    }

    private double @Nullable [] start(double[][] begin) {
        for (int k = 0; k < begin.length && left > 2; k++) {
            double[] x = new double[width];
            for (int j = 0; j < width; j++) {
                x[j] = begin[k][j] / bounds.unit()[j];
            }
            if (ask(x)) {
                return x;
            }
        }
        for (int k = 0; k < STARTS && left > 2; k++) {
            double[] x = new double[width];
            for (int j = 0; j < width; j++) {
                double low = bounds.low()[j];
                x[j] = (low + random.nextDouble() * (bounds.high()[j] - low)) / bounds.unit()[j];
            }
            if (ask(x)) {
                return x;
            }
        }
        return null;
    }

    /** Halves the way from the original, or in the cube around it, until the boundary is near; stays on the far side. */
    private double[] toBoundary(double[] from) {
        double high = settings.ball() == Ball.L2 ? 1 : distance(from);
        double tolerance = high * Math.max(1e-6, Math.pow(width, -1.5));
        double low = 0;
        double[] far = from;
        while (high - low > tolerance && left > 2) {
            double middle = (low + high) / 2;
            double[] x = new double[width];
            for (int j = 0; j < width; j++) {
                double d = from[j] - home[j];
                x[j] = home[j] + (settings.ball() == Ball.L2 ? middle * d : Math.max(-middle, Math.min(middle, d)));
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
                d[j] = settings.ball() == Ball.L2 ? random.nextGaussian() : 2 * random.nextDouble() - 1;
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
        return settings.ball() == Ball.L2
                ? unit
                : Arrays.stream(unit).map(Math::signum).toArray();
    }

    /** The longest of halved steps that stays on the far side; null if there is none. */
    private double @Nullable [] stride(double[] x, double[] direction, double length) {
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
}
