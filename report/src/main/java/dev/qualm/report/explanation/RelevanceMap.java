package dev.qualm.report.explanation;

import java.util.Arrays;

/**
 * How much each pixel speaks for a class; larger = more, negative = against it.
 *
 * @param values {@code [height, width]}, row by row; NaN where the map is undefined
 * @param height in pixels, at least 1
 * @param width in pixels, at least 1
 */
public record RelevanceMap(double[] values, int height, int width) {
    public RelevanceMap {
        if (height < 1 || width < 1 || values.length != (long) height * width) {
            throw new IllegalArgumentException("Expected height x width values, at least one, but found " + height
                    + " x " + width + " and " + values.length + " values");
        }
        values = values.clone();
    }

    /**
     * The sum over the channels.
     *
     * @param values {@code [channels, height, width]}
     */
    public static RelevanceMap summed(double[] values, int channels, int height, int width) {
        int area = height * width;
        if (channels < 1 || values.length != (long) channels * area) {
            throw new IllegalArgumentException(
                    "Expected " + channels + " x " + height + " x " + width + " values, but found " + values.length);
        }
        double[] sum = new double[area];
        for (int i = 0; i < values.length; i++) {
            sum[i % area] += values[i];
        }
        return new RelevanceMap(sum, height, width);
    }

    /** Whether there is any value. */
    boolean defined() {
        return Arrays.stream(values).anyMatch(v -> !Double.isNaN(v));
    }

    double at(int y, int x) {
        return values[y * width + x];
    }
}
