package dev.qualm.report.explanation;

import dev.qualm.report.Picture;
import dev.qualm.report.chart.Palette;
import dev.qualm.report.chart.Rgb;
import java.awt.image.BufferedImage;
import java.util.Arrays;

/**
 * A relevance map over its input in grey: the stronger, the more opaque.
 *
 * @param map of any size; each of its values covers its share of the input
 * @param contour share of the greatest strength, above 0 and at most 1, whose outline is drawn; 0 for none. Strengths are blurred
 *     for this, or a noisy map would have an outline around each of its pixels
 */
public record Overlay(RelevanceMap map, Picture input, RelevanceScale scale, double contour) {
    private static final double MOST_OPAQUE = 0.92;

    /** Grey levels of the input: dark enough to be seen, light enough that both ends of the colours stand out. */
    private static final double DARKEST = 70;

    private static final double LIGHTEST = 238;

    /** Side of the picture in radii of the blur. */
    private static final double BLUR = 40;

    private static final Rgb OUTLINE = Palette.Role.INK.light();

    public Overlay {
        if (!(contour >= 0 && contour <= 1)) {
            throw new IllegalArgumentException("Expected a contour in 0 to 1, but found " + contour);
        }
    }

    /** On the map's own scale, without an outline. */
    public static Overlay of(RelevanceMap map, Picture input) {
        return new Overlay(map, input, RelevanceScale.of(map), 0);
    }

    /** In a square of {@code side} pixels, sized as the input would be. */
    public BufferedImage fit(int side) {
        BufferedImage grey = Raster.fit(input.decode(), side);
        int w = grey.getWidth();
        int h = grey.getHeight();
        BufferedImage out = new BufferedImage(w, h, BufferedImage.TYPE_INT_RGB);
        double[] shown = placed(h, w);
        for (int i = 0; i < shown.length; i++) {
            double v = shown[i];
            Rgb under = veiled(grey.getRGB(i % w, i / w));
            double strength = scale.strength(v);
            double alpha = Double.isNaN(strength) ? 0.5 : MOST_OPAQUE * Math.sqrt(strength);
            out.setRGB(i % w, i / w, scale.colour(v).over(under, alpha).packed());
        }
        if (contour > 0) {
            outline(out, shown);
        }
        return out;
    }

    /** The map at the size of the picture. */
    private double[] placed(int h, int w) {
        if (map.height() > h || map.width() > w) {
            return Raster.averaged(map.values(), map.height(), map.width(), h, w);
        }
        double[] out = new double[h * w];
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                out[y * w + x] = map.at((int) ((long) y * map.height() / h), (int) ((long) x * map.width() / w));
            }
        }
        return out;
    }

    private static Rgb veiled(int rgb) {
        double luma = 0.299 * (rgb >> 16 & 255) + 0.587 * (rgb >> 8 & 255) + 0.114 * (rgb & 255);
        int v = (int) Math.round(DARKEST + luma / 255 * (LIGHTEST - DARKEST));
        return new Rgb(v, v, v);
    }

    /** Darkens the pixels of each strong region that have a weak neighbour. */
    private void outline(BufferedImage out, double[] shown) {
        int w = out.getWidth();
        int h = out.getHeight();
        double[] strengths = new double[shown.length];
        for (int i = 0; i < shown.length; i++) {
            double strength = scale.strength(shown[i]);
            strengths[i] = Double.isNaN(strength) ? 0 : strength;
        }
        int radius = (int) Math.max(1, Math.round(Math.max(h, w) / BLUR));
        double[] blurred = Blur.twice(strengths, h, w, radius);
        double level = contour * Arrays.stream(blurred).max().orElse(0);
        if (level == 0) {
            return;
        }
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                boolean inner = blurred[y * w + x] >= level;
                boolean edge = inner
                        && ((x > 0 && blurred[y * w + x - 1] < level)
                                || (x < w - 1 && blurred[y * w + x + 1] < level)
                                || (y > 0 && blurred[(y - 1) * w + x] < level)
                                || (y < h - 1 && blurred[(y + 1) * w + x] < level));
                if (edge) {
                    out.setRGB(x, y, OUTLINE.packed());
                }
            }
        }
    }
}
