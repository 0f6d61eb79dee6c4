package dev.qualm.manipulation;

import dev.qualm.array.Array;
import dev.qualm.attribution.Attribution;
import dev.qualm.attribution.Explainer;
import dev.qualm.attribution.Normalisation;
import dev.qualm.attribution.SmoothGrad;
import dev.qualm.attribution.Target;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.List;

/**
 * What averaging over noise gives back after an attack, beside what it costs: a map smoothed by softplus costs one map,
 * SmoothGrad one map per sample (Dombrowski et al. 2019, section 3.4, where both turn out about as robust).
 *
 * @param method whose maps are averaged; one of a single reverse pass
 * @param level standard deviation of the noise in ranges of each image
 * @param seed of the noise
 */
public record SmoothGradComparison(Attribution method, double level, long seed) {
    /**
     * SmoothGrad with one number of samples.
     *
     * @param samples which is also its cost in maps
     * @param toOriginal similarity of the attacked image's averaged map with the original's averaged map, {@code [n]}; NaN where
     *     undefined
     */
    public record Line(int samples, double[] toOriginal) {}

    /**
     * Compares at several numbers of samples.
     *
     * @param network the deployed one
     * @param classes what the maps explain, {@code [n]}
     * @param samples numbers of samples, each at least 1; 1 costs as much as the smoothed map
     */
    public List<Line> of(
            Network network,
            Target target,
            HeatMapForm form,
            Similarity measure,
            Array originals,
            Array attacked,
            int[] classes,
            int... samples) {
        List<Line> lines = new ArrayList<>();
        for (int count : samples) {
            SmoothGrad smooth = new SmoothGrad(method, SmoothGrad.Moment.MEAN, count, level, seed);
            try (Explainer explainer = smooth.on(network, target)) {
                Normalisation.Scaled before = form.of(explainer.maps(originals, classes));
                Normalisation.Scaled after = form.of(explainer.maps(attacked, classes));
                lines.add(new Line(count, compare(before, after, measure)));
            }
        }
        return lines;
    }

    private static double[] compare(Normalisation.Scaled before, Normalisation.Scaled after, Similarity measure) {
        double[] out = new double[before.status().size()];
        for (int i = 0; i < out.length; i++) {
            boolean defined =
                    before.status().get(i).isOk() && after.status().get(i).isOk();
            int[] shape = Rows.shape(before.values());
            out[i] = defined
                    ? measure.of(
                            Rows.one(Rows.row(after.values(), i), shape), Rows.one(Rows.row(before.values(), i), shape))
                    : Double.NaN;
        }
        return out;
    }

    /**
     * Fewest samples of those tried that bring an image's map back as far as smoothing does.
     *
     * @param image row
     * @param wanted similarity that smoothing reaches
     * @return 0 if none does
     */
    public static int samplesFor(List<Line> lines, int image, double wanted) {
        return lines.stream()
                .filter(l -> l.toOriginal()[image] >= wanted)
                .mapToInt(Line::samples)
                .min()
                .orElse(0);
    }
}
