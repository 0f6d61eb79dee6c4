package dev.qualm.report.explanation;

import dev.qualm.report.chart.Rgb;
import java.awt.image.BufferedImage;

/** A relevance map in colour. */
public record RelevanceImage(RelevanceMap map, RelevanceScale scale) {
    /** On its own scale, from its largest absolute value to the negative of that. */
    public static RelevanceImage of(RelevanceMap map) {
        return new RelevanceImage(map, RelevanceScale.of(map));
    }

    /** One pixel per value. */
    public BufferedImage pixels() {
        return colours(map.values(), map.height(), map.width());
    }

    /**
     * In a square of {@code side} pixels: small maps enlarged by a whole number, with square edges; large ones made smaller, with
     * the mean relevance of the area that each pixel covers.
     */
    public BufferedImage fit(int side) {
        int[] size = Raster.fitted(map.width(), map.height(), side);
        if (size[0] >= map.width() && size[1] >= map.height()) {
            return Raster.enlarged(pixels(), size[0] / map.width());
        }
        double[] small = Raster.averaged(map.values(), map.height(), map.width(), size[1], size[0]);
        return colours(small, size[1], size[0]);
    }

    private BufferedImage colours(double[] values, int height, int width) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < values.length; i++) {
            Rgb colour = scale.colour(values[i]);
            image.setRGB(i % width, i / width, colour.packed());
        }
        return image;
    }
}
