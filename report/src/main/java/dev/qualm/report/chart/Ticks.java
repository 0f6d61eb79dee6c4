package dev.qualm.report.chart;

import dev.qualm.report.html.Numbers;

/**
 * Round positions on an axis: multiples of 1, 2 or 5 times a power of ten, all inside the range.
 *
 * @param values ascending
 * @param exponent the step is 1, 2 or 5 times ten to this power
 */
record Ticks(double[] values, int exponent) {
    /**
     * @param min smallest value on the axis, finite
     * @param max largest, finite, at least {@code min}
     * @param target about how many are wanted, at least 2
     */
    static Ticks of(double min, double max, int target) {
        if (!Double.isFinite(min) || !Double.isFinite(max) || max < min || target < 2) {
            throw new IllegalArgumentException(
                    "Expected finite min <= max and target >= 2, but found " + min + ", " + max + ", " + target);
        }
        double span = max - min;
        // A span that double arithmetic cannot divide further has one tick only.
        if (!(span > 1e-12 * Math.max(Math.abs(min), Math.abs(max))) || !Double.isFinite(span)) {
            return new Ticks(new double[] {min}, -3);
        }
        int exponent = (int) Math.floor(Math.log10(span / target));
        double power = Math.pow(10, exponent);
        double raw = span / target / power;
        int factor = raw <= 1.0000001 ? 1 : raw <= 2.0000001 ? 2 : raw <= 5.0000001 ? 5 : 10;
        if (factor == 10) {
            factor = 1;
            exponent++;
            power = Math.pow(10, exponent);
        }
        double step = factor * power;
        double slack = 1e-9 * span;
        long first = (long) Math.ceil((min - slack) / step);
        long last = (long) Math.floor((max + slack) / step);
        double[] values = new double[(int) (last - first + 1)];
        for (int i = 0; i < values.length; i++) {
            // Multiplying, not adding up, and dividing by an exact power keeps 0.3 from becoming 0.30000000000000004.
            double k = (double) (first + i) * factor;
            double v = exponent < 0 ? k / Math.pow(10, -exponent) : k * power;
            values[i] = Math.min(max, Math.max(min, v));
        }
        return new Ticks(values, exponent);
    }

    /** The text at a tick: exact, and as fixed-point where that stays short. */
    String label(int i) {
        double v = values[i];
        double largest = Math.max(Math.abs(values[0]), Math.abs(values[values.length - 1]));
        if (exponent >= -4 && largest < 1e6) {
            return Numbers.fixed(v, Math.max(0, -exponent));
        }
        int leading = v == 0 ? 0 : (int) Math.floor(Math.log10(Math.abs(v)) + 1e-9);
        return Numbers.significant(v, Math.max(1, leading - exponent + 1));
    }
}
