package dev.qualm.report;

import org.jspecify.annotations.Nullable;

/**
 * A rate in 0 to 1 with its interval, or the reason why there is none.
 *
 * @param value the estimate, NaN if missing
 * @param low lower end of the interval, NaN if unknown
 * @param high upper end, NaN if unknown
 * @param reason why the value is missing; null exactly if it is there
 */
public record Estimate(
        double value, double low, double high, @Nullable String reason) {
    public Estimate {
        if (Double.isNaN(value) != (reason != null)) {
            throw new IllegalArgumentException(
                    "A missing value needs a reason and a present one has none, but found " + value + " and " + reason);
        }
        requireRate(value);
        requireRate(low);
        requireRate(high);
        if (low > high) {
            throw new IllegalArgumentException("The interval " + low + " to " + high + " is upside down");
        }
    }

    public static Estimate of(double value, double low, double high) {
        return new Estimate(value, low, high, null);
    }

    public static Estimate missing(String reason) {
        return new Estimate(Double.NaN, Double.NaN, Double.NaN, reason);
    }

    private static void requireRate(double v) {
        if (v < 0 || v > 1) {
            throw new IllegalArgumentException("Expected a rate in 0 to 1, but found " + v);
        }
    }

    /** Whether there is a value. */
    public boolean present() {
        return reason == null;
    }

    /** Whether both ends of the interval are known. */
    public boolean bounded() {
        return !Double.isNaN(low) && !Double.isNaN(high);
    }
}
