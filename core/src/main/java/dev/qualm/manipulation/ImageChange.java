package dev.qualm.manipulation;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far an image was changed.
 *
 * @param l2 Euclidean distance, in units of the network's input
 * @param linf largest change of one entry, likewise
 * @param mse mean squared change, of pixels in [0, 1] where the constraint has a box, else in units of the network's input
 * @param similarities by name, of the same pixels
 */
public record ImageChange(double l2, double linf, double mse, Map<String, Double> similarities) {
    public ImageChange {
        similarities = Collections.unmodifiableMap(new LinkedHashMap<>(similarities));
    }

    /**
     * Compares two images.
     *
     * @param original row-major
     * @param changed of the same length
     * @param constraint whose box, if any, tells which values are black and white
     * @param measures similarities of images, by name
     * @param shape of both, channels first
     */
    public static ImageChange of(
            double[] original,
            double[] changed,
            Constraint constraint,
            Map<String, Similarity> measures,
            int... shape) {
        double[] gap = Vectors.minus(changed, original);
        double[] before = pixels(original, constraint, shape);
        double[] after = pixels(changed, constraint, shape);
        double[] pixelGap = Vectors.minus(after, before);
        Map<String, Double> similarities = new LinkedHashMap<>();
        measures.forEach(
                (name, measure) -> similarities.put(name, measure.of(Rows.one(before, shape), Rows.one(after, shape))));
        return new ImageChange(
                Vectors.norm(gap),
                Vectors.maxAbs(gap),
                Vectors.dot(pixelGap, pixelGap) / Math.max(1, gap.length),
                similarities);
    }

    private static double[] pixels(double[] image, Constraint constraint, int... shape) {
        double[] out = new double[image.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = constraint.pixel(image[i], i, out.length, shape);
        }
        return out;
    }
}
