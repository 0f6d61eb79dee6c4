package dev.qualm.report.chart;

/**
 * A linear map from data {@code [d0, d1]} to pixels {@code [r0, r1]}; a data range of zero width maps to the middle.
 */
record Scale(double d0, double d1, double r0, double r1) {
    Scale {
        if (!Double.isFinite(d0) || !Double.isFinite(d1) || d1 < d0) {
            throw new IllegalArgumentException(
                    "Expected a finite data range with min <= max, but found " + d0 + " to " + d1);
        }
    }

    double at(double v) {
        return d1 == d0 ? (r0 + r1) / 2 : r0 + (v - d0) / (d1 - d0) * (r1 - r0);
    }

    /** As {@link #at}, with values outside the data range put on its edge. */
    double clamped(double v) {
        return at(Math.min(d1, Math.max(d0, v)));
    }
}
