package dev.qualm.report.explanation;

import java.awt.image.BufferedImage;
import java.util.Arrays;

/**
 * What was added to a picture.
 *
 * @param values {@code [channels, height, width]}, with pixels in 0 to 1; NaN counts as none
 * @param channels 1 (grey) or 3 (RGB)
 */
public record Difference(double[] values, int channels, int height, int width) {
    public Difference {
        if ((channels != 1 && channels != 3)
                || height < 1
                || width < 1
                || values.length != (long) channels * height * width) {
            throw new IllegalArgumentException("Expected 1 or 3 channels of at least one pixel, but found " + channels
                    + " x " + height + " x " + width + " and " + values.length + " values");
        }
        values = values.clone();
    }

    /** Of two pictures {@code [channels, height, width]} with pixels in 0 to 1: {@code after - before}. */
    public static Difference between(double[] before, double[] after, int channels, int height, int width) {
        if (before.length != after.length) {
            throw new IllegalArgumentException("Expected two pictures of one size, but found " + before.length + " and "
                    + after.length + " values");
        }
        double[] values = new double[after.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = after[i] - before[i];
        }
        return new Difference(values, channels, height, width);
    }

    /** How much the picture of the difference exaggerates it: 1, 2 or 5 times a power of ten, as much as the greys can show. */
    public double factor() {
        double largest = Arrays.stream(values)
                .filter(Double::isFinite)
                .map(Math::abs)
                .max()
                .orElse(0);
        if (!(largest > 1e-12)) {
            return 1;
        }
        double most = 0.5 / largest;
        double power = Math.pow(10, Math.floor(Math.log10(most)));
        double digit = most / power;
        // Never below 1: a difference of whole pixels is cut, not hidden.
        return Math.max(1, Math.rint(power * (digit >= 5 ? 5 : digit >= 2 ? 2 : 1) * 1e6) / 1e6);
    }

    /** Whether nothing was changed. */
    public boolean none() {
        return Arrays.stream(values).allMatch(v -> v == 0 || Double.isNaN(v));
    }

    /** Middle grey where nothing was changed, lighter where light was added. */
    public BufferedImage pixels() {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        double factor = factor();
        int area = height * width;
        for (int i = 0; i < area; i++) {
            int rgb = 0;
            for (int c = 0; c < 3; c++) {
                double v = values[(channels == 1 ? 0 : c) * area + i];
                double shown = Double.isNaN(v) ? 0.5 : Math.min(1, Math.max(0, 0.5 + factor * v));
                rgb = rgb << 8 | (int) Math.round(255 * shown);
            }
            image.setRGB(i % width, i / width, rgb);
        }
        return image;
    }
}
