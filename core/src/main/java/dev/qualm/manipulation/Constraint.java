package dev.qualm.manipulation;

import dev.qualm.Status;
import dev.qualm.array.Array;
import java.util.Arrays;

/**
 * Where an attacked image may be: in the box of valid pixels, within an L2 distance and within a largest change of the
 * original, all three at once.
 *
 * @param low smallest valid value per channel (first axis of an image), or one for all; empty for no box
 * @param high largest valid value, likewise
 * @param l2 largest Euclidean distance from the original, positive, infinite for any
 * @param linf largest change of one entry, positive, infinite for any
 * @param unit what both are measured in
 */
/*
 * The box and the largest change meet in an interval per entry, so both are one box. The nearest point of a box that also
 * lies within an L2 ball around the original o is, by the optimality conditions, clip((y + s o) / (1 + s)) for one s >= 0:
 * the distance from o falls with s, as long as o lies in the box, so that halving finds it. Hence every combination is
 * projected exactly and nothing has to be alternated. In pixels all of this holds after dividing by the widths of the box, and
 * "nearest" is meant in that unit.
 */
public record Constraint(double[] low, double[] high, double l2, double linf, Unit unit) {
    /** Halvings of the interval of the multiplier; the last one is below the rounding of doubles. */
    private static final int HALVINGS = 60;

    /** What distances from the original are measured in. */
    public enum Unit {
        /** Units of the network's input, after normalisation. */
        INPUT,
        /** Pixels in [0, 1]: every entry is divided by the width of the box in its channel. */
        PIXELS
    }

    public Constraint {
        ManipulationException.require(
                low.length == high.length,
                "as many lower as upper bounds",
                "of pixels",
                low.length + " and " + high.length);
        for (int c = 0; c < low.length; c++) {
            ManipulationException.require(
                    low[c] < high[c], "a lower bound", "below " + high[c] + " in channel " + c, low[c]);
        }
        ManipulationException.require(l2 > 0, "an L2 radius", "above 0", l2);
        ManipulationException.require(linf > 0, "a Linf radius", "above 0", linf);
        ManipulationException.require(
                unit == Unit.INPUT || low.length > 0,
                "a box of valid pixels",
                "to measure distances in pixels",
                "none");
        low = low.clone();
        high = high.clone();
    }

    /** Everything is allowed. */
    public static Constraint none() {
        return new Constraint(
                new double[0], new double[0], Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, Unit.INPUT);
    }

    /** The box of valid pixels, per channel or one bound for all. */
    public static Constraint box(double[] low, double[] high) {
        ManipulationException.require(low.length > 0, "bounds", "for one channel at least", "none");
        return none().withBox(low, high);
    }

    public Constraint withBox(double[] newLow, double[] newHigh) {
        return new Constraint(newLow, newHigh, l2, linf, unit);
    }

    public Constraint withL2(double radius) {
        return new Constraint(low, high, radius, linf, unit);
    }

    public Constraint withLinf(double radius) {
        return new Constraint(low, high, l2, radius, unit);
    }

    /** The same radii, measured in another unit; pixels need a box. */
    public Constraint in(Unit newUnit) {
        return new Constraint(low, high, l2, linf, newUnit);
    }

    public boolean hasBox() {
        return low.length > 0;
    }

    /** Whether an image can be attacked: it has the box's channels and lies in it, up to a thousandth of its width. */
    Status check(double[] original, int... shape) {
        int channels = shape.length == 0 ? 1 : shape[0];
        if (hasBox() && low.length != 1 && low.length != channels) {
            throw new ManipulationException("Expected bounds for 1 or " + channels + " channels as in images "
                    + Arrays.toString(shape) + ", but found " + low.length);
        }
        if (!Vectors.isFinite(original)) {
            return Status.nonFinite("the image holds NaN or infinity");
        }
        for (int i = 0; hasBox() && i < original.length; i++) {
            int c = channel(i, original.length, shape);
            double outside = Math.max(low[c] - original[i], original[i] - high[c]);
            if (outside > 1e-3 * (high[c] - low[c])) {
                return Status.undefined("the image has the value " + original[i] + " in channel " + c
                        + ", outside of the box of valid pixels from " + low[c] + " to " + high[c]
                        + "; give the box in the units of the network's input");
            }
        }
        return Status.OK;
    }

    /**
     * The nearest allowed image.
     *
     * @param image row-major, any values
     * @param original the image that distances are taken from, in the box
     * @param shape of both, channels first
     */
    public double[] project(double[] image, double[] original, int... shape) {
        if (image.length != original.length || image.length != Array.size(shape)) {
            throw new ManipulationException("Expected images of " + Array.size(shape) + " values as "
                    + Arrays.toString(shape) + " has, but found " + image.length + " and " + original.length);
        }
        if (!(distance(image, original, 0, shape) > l2)) {
            return clip(image, original, 0, shape);
        }
        // u = s / (1 + s) runs from 0, the image, to 1, the original.
        double from = 0;
        double to = 1;
        for (int i = 0; i < HALVINGS; i++) {
            double u = (from + to) / 2;
            if (distance(image, original, u, shape) > l2) {
                from = u;
            } else {
                to = u;
            }
        }
        return clip(image, original, to, shape);
    }

    private double[] clip(double[] image, double[] original, double u, int... shape) {
        double[] out = new double[image.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = clip(image, original, u, i, shape);
        }
        return out;
    }

    private double clip(double[] image, double[] original, double u, int i, int... shape) {
        double v = u == 0 ? image[i] : (1 - u) * image[i] + u * original[i];
        double reach = linf * unit(i, image.length, shape);
        v = Math.max(original[i] - reach, Math.min(original[i] + reach, v));
        if (!hasBox()) {
            return v;
        }
        int c = channel(i, image.length, shape);
        return Math.max(low[c], Math.min(high[c], v));
    }

    private double distance(double[] image, double[] original, double u, int... shape) {
        double sum = 0;
        for (int i = 0; i < image.length; i++) {
            double d = (clip(image, original, u, i, shape) - original[i]) / unit(i, image.length, shape);
            sum += d * d;
        }
        return Math.sqrt(sum);
    }

    /** A value on the box's own scale, 0 at its lower and 1 at its upper bound; unchanged without a box. */
    double pixel(double value, int i, int size, int... shape) {
        int c = hasBox() ? channel(i, size, shape) : 0;
        return hasBox() ? (value - low[c]) / (high[c] - low[c]) : value;
    }

    /** One unit of distance at an entry, in units of the network's input. */
    double unit(int i, int size, int... shape) {
        return unit == Unit.PIXELS ? width(i, size, shape) : 1;
    }

    /** Width of the box at an entry, infinite without a box. */
    double width(int i, int size, int... shape) {
        if (!hasBox()) {
            return Double.POSITIVE_INFINITY;
        }
        int c = channel(i, size, shape);
        return high[c] - low[c];
    }

    private int channel(int i, int size, int... shape) {
        return low.length == 1 ? 0 : i / (size / shape[0]);
    }

    @Override
    public String toString() {
        String box = hasBox() ? "box " + Arrays.toString(low) + " to " + Arrays.toString(high) : "no box";
        return box + ", L2 " + l2 + ", Linf " + linf + (unit == Unit.PIXELS ? " in pixels" : "");
    }
}
