package dev.qualm.report.chart;

/**
 * What an axis says.
 *
 * @param label quantity and unit
 * @param min data value at its start, finite
 * @param max data value at its end, finite, above {@code min}
 */
public record Axis(String label, double min, double max) {
    public Axis {
        if (!Double.isFinite(min) || !Double.isFinite(max) || !(min < max)) {
            throw new IllegalArgumentException(
                    "Axis '" + label + "' needs a finite range with min < max, but found " + min + " to " + max);
        }
    }

    /** From 0 to 1. */
    public static Axis unit(String label) {
        return new Axis(label, 0, 1);
    }

    /** Spans every finite value, with a little room; 0 to 1 if there is none. */
    public static Axis around(String label, double... values) {
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        for (double v : values) {
            if (Double.isFinite(v)) {
                min = Math.min(min, v);
                max = Math.max(max, v);
            }
        }
        if (min > max) {
            return unit(label);
        }
        double pad = max > min ? 0.04 * (max - min) : Math.max(0.5, 0.1 * Math.abs(max));
        return new Axis(label, min - pad, max + pad);
    }
}
