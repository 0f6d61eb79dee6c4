package dev.qualm.report.explanation;

import dev.qualm.array.Array;
import dev.qualm.report.Picture;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Pictures and maps that look like real ones, for tests and for the eye. */
final class SyntheticExplanations {
    static final String HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u0000";

    private SyntheticExplanations() {}

    /** A sandal-like shape, {@code [channels, size, size]}. */
    static double[] picture(int size, int channels, long seed) {
        Random random = new Random(seed);
        double a = 0.3 + 0.3 * random.nextDouble();
        double b = 0.15 + 0.2 * random.nextDouble();
        double[] out = new double[channels * size * size];
        for (int c = 0; c < channels; c++) {
            for (int y = 0; y < size; y++) {
                for (int x = 0; x < size; x++) {
                    double u = (x + 0.5) / size - 0.5;
                    double v = (y + 0.5) / size - 0.5 - 0.15 * Math.sin(5 * u + seed);
                    double r = u * u / (a * a) + v * v / (b * b);
                    out[(c * size + y) * size + x] = r < 1 ? 0.35 + 0.2 * c + 0.3 * r : 0.02;
                }
            }
        }
        return out;
    }

    static Picture asPicture(double[] values, int channels, int size) {
        float[] v = new float[values.length];
        for (int i = 0; i < v.length; i++) {
            v[i] = (float) values[i];
        }
        return Picture.of(Array.of(v, channels, size, size));
    }

    /** Smooth bumps within the shape's reach, with sum of absolute values 1; nowhere negative if not signed. */
    static RelevanceMap map(int height, int width, long seed, boolean signed) {
        Random random = new Random(seed);
        double[] out = new double[height * width];
        for (int k = 0; k < 12; k++) {
            double cx = 0.2 + 0.6 * random.nextDouble();
            double cy = 0.3 + 0.4 * random.nextDouble();
            double s = 0.02 + 0.08 * random.nextDouble();
            double h = random.nextGaussian();
            for (int i = 0; i < out.length; i++) {
                double x = (i % width + 0.5) / width - cx;
                double y = (i / width + 0.5) / height - cy;
                double bump = (signed ? h : Math.abs(h)) * Math.exp(-(x * x + y * y) / (2 * s * s));
                out[i] += bump * (1 + (signed ? 0.6 * random.nextGaussian() : 0));
            }
        }
        double sum = 0;
        for (double v : out) {
            sum += Math.abs(v);
        }
        for (int i = 0; i < out.length; i++) {
            out[i] = signed ? out[i] / sum : Math.abs(out[i]) / sum;
        }
        return new RelevanceMap(out, height, width);
    }

    static List<ExplanationPanel> panels(int n, int size, long seed) {
        List<ExplanationPanel> panels = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            panels.add(new ExplanationPanel(
                    "method " + i,
                    map(size, size, seed + i, i % 3 != 2),
                    "",
                    i % 4 == 1 ? "Ankle boot" : "",
                    0.9 - 0.02 * i,
                    i % 2 == 0 ? 0.0031 * i : Double.NaN,
                    i % 5 == 4 ? List.of("zero gradient at 31 % of the pixels") : List.of()));
        }
        return panels;
    }

    static ManipulationStage stage(int size, long seed, Similarity toOriginal, Similarity toTarget, boolean signed) {
        double[] values = picture(size, 1, seed);
        return new ManipulationStage(
                asPicture(values, 1, size),
                "Sandal",
                0.9931,
                ManipulationStage.Compared.of(map(size, size, seed, signed), toOriginal, toTarget),
                ManipulationStage.Compared.of(map(size, size, seed + 1, signed), toOriginal, toTarget),
                null,
                null);
    }

    static ManipulationStage changed(int size, long seed, Similarity toOriginal, Similarity toTarget, boolean signed) {
        ManipulationStage s = stage(size, seed, toOriginal, toTarget, signed);
        Random random = new Random(seed);
        double[] d = new double[size * size];
        for (int i = 0; i < d.length; i++) {
            d[i] = Math.max(-0.031, Math.min(0.031, 0.02 * random.nextGaussian()));
        }
        return new ManipulationStage(
                s.image(),
                s.prediction(),
                0.9887,
                s.map(),
                s.smoothed(),
                new ImageChange(0.412, 0.0314, 0.9731),
                new Difference(d, 1, size, size));
    }

    static ManipulationOverview overview(int size, String name, boolean control) {
        Similarity far = new Similarity(0.213, 0.34, 2.31e-9);
        Similarity near = new Similarity(0.881, 0.79, 1.2e-10);
        return new ManipulationOverview(
                name,
                "lrp-epsilon-plus",
                "β = 10",
                stage(size, 1, null, far, false),
                stage(size, 5, far, null, false),
                changed(size, 9, far, near, false),
                control ? changed(size, 13, near, far, false) : null,
                RelevanceScale.WHOLE,
                List.of("Pixels run from 0 to 1. PCC, SSIM and MSE compare maps whose sum is 1."));
    }
}
