package dev.qualm.detect.fitted;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A Weibull distribution of the largest of some distances, shifted as libMR does (Scheirer, Rocha, Micheals, Boult 2011): of {@code distance
 * + 10000 - shift}.
 *
 * @param shape k above 0
 * @param scale lambda above 0
 * @param shift the smallest distance of the tail
 */
record Weibull(double shape, double scale, double shift) {
    private static final double OFFSET = 10_000;
    private static final int STEPS = 200;

    /**
     * Fits the largest distances by maximum likelihood.
     *
     * @param distances finite
     * @param size how many of the largest are fitted; all if there are fewer
     * @return null if fewer than two of these differ
     */
    /*
     * With t = ln(x / max x), at most 0, the shape is the root of f(k) = S1 / S0 - 1 / k - mean(t), S_j = sum t^j e^(k t). f grows from
     * minus infinity to -mean(t) > 0, so that bounds around the root close on it where a step of Newton's leaves them. The offset makes
     * all x nearly equal: t is taken as log1p of the relative difference, which keeps its digits.
     */
    static @Nullable Weibull ofLargest(double[] distances, int size) {
        double[] sorted = distances.clone();
        Arrays.sort(sorted);
        double[] tail = Arrays.copyOfRange(sorted, Math.max(0, sorted.length - size), sorted.length);
        if (tail.length == 0) {
            return null;
        }
        double shift = tail[0];
        double largest = tail[tail.length - 1] - shift + OFFSET;
        double[] t = new double[tail.length];
        double mean = 0;
        for (int i = 0; i < t.length; i++) {
            t[i] = Math.log1p((tail[i] - tail[tail.length - 1]) / largest);
            mean += t[i] / t.length;
        }
        double spread = 0;
        for (double v : t) {
            spread += (v - mean) * (v - mean) / t.length;
        }
        if (!(spread > 0)) {
            return null;
        }
        // The shape that has this variance of logarithms.
        double k = Math.PI / Math.sqrt(6 * spread);
        double low = 0;
        double high = Double.POSITIVE_INFINITY;
        for (int step = 0; step < STEPS; step++) {
            double s0 = 0;
            double s1 = 0;
            double s2 = 0;
            for (double v : t) {
                double e = Math.exp(k * v);
                s0 += e;
                s1 += v * e;
                s2 += v * v * e;
            }
            double f = s1 / s0 - 1 / k - mean;
            if (f < 0) {
                low = k;
            } else {
                high = k;
            }
            double next = k - f / ((s2 - s1 * s1 / s0) / s0 + 1 / (k * k));
            if (!(next > low && next < high)) {
                next = high == Double.POSITIVE_INFINITY ? 2 * low : low + (high - low) / 2;
            }
            boolean done = Math.abs(next - k) <= 1e-14 * k;
            k = next;
            if (done) {
                break;
            }
        }
        double sum = 0;
        for (double v : t) {
            sum += Math.exp(k * v);
        }
        double scale = largest * Math.exp(Math.log(sum / t.length) / k);
        return k < Double.POSITIVE_INFINITY && scale > 0 ? new Weibull(k, scale, shift) : null;
    }

    /** Probability of a smaller distance. */
    double below(double distance) {
        double x = distance - shift + OFFSET;
        return x > 0 ? -Math.expm1(-Math.exp(shape * Math.log(x / scale))) : 0;
    }
}
