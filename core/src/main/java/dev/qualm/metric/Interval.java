package dev.qualm.metric;

import java.util.Locale;

/**
 * A confidence interval, both ends included.
 *
 * @param low lower end
 * @param high upper end, at least {@code low}
 * @param level the nominal coverage, for example 0.95
 * @param method how it was made, in words
 */
public record Interval(double low, double high, double level, String method) {
    /** The level used where none is given. */
    public static final double DEFAULT_LEVEL = 0.95;

    public Interval {
        MetricException.requireLevel("confidence level", level);
        if (!(low <= high)) {
            throw new MetricException("Expected an interval with low <= high, but found " + low + " and " + high);
        }
    }

    public boolean contains(double x) {
        return low <= x && x <= high;
    }

    public double width() {
        return high - low;
    }

    /** The smallest interval that holds this one and {@code other}. */
    Interval hull(Interval other, String method) {
        return new Interval(Math.min(low, other.low), Math.max(high, other.high), level, method);
    }

    /** For example {@code 0.757 to 0.842 (95%, DeLong on the logit scale)}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.4g to %.4g (%s%%, %s)", low, high, percent(), method);
    }

    private String percent() {
        return String.format(Locale.ROOT, "%.4g", 100 * level).replaceFirst("\\.0+$", "");
    }
}
