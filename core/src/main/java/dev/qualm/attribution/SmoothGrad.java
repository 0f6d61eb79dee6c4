package dev.qualm.attribution;

import dev.qualm.network.Network;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The mean of a method's maps over noisy copies of the input (SmoothGrad, Smilkov et al. 2017, arXiv 1706.03825), of their squares
 * (SmoothGrad-squared, Hooker et al. 2019), or their variance (VarGrad, Adebayo et al. 2018).
 *
 * <p>Costs {@code samples} times the method. All inputs see the same noise, scaled to their own range, so that a map does not depend on
 * its batch.
 *
 * @param base whose maps are averaged, the gradient as published
 * @param moment what is taken of them
 * @param samples number of noisy copies
 * @param level standard deviation of the noise in ranges (largest minus least value) of each input
 * @param seed of the noise
 */
public record SmoothGrad(Attribution base, Moment moment, int samples, double level, long seed) implements Attribution {
    /** What is taken of the maps. */
    public enum Moment {
        MEAN,
        SQUARE,
        VARIANCE
    }

    public SmoothGrad {
        if (samples < 1 || !(level >= 0) || !averages(base)) {
            throw new IllegalArgumentException(
                    "Expected at least one sample, a level of at least 0 and a method of one reverse pass,"
                            + " but found " + samples + ", " + level + " and " + base.name());
        }
    }

    /** Whether a method's maps can be averaged: those of one reverse pass can. */
    public static boolean averages(Attribution base) {
        return base instanceof GraphAttribution;
    }

    /** 20 samples at a level of 0.1 around the gradient. */
    public static SmoothGrad defaults(Moment moment) {
        return new SmoothGrad(new GradientMap(false), moment, 20, 0.1, 0);
    }

    @Override
    public String name() {
        String kind = switch (moment) {
            case MEAN -> "smoothgrad";
            case SQUARE -> "smoothgrad-squared";
            case VARIANCE -> "vargrad";
        };
        return base.name().equals("gradient") ? kind : kind + "-" + base.name();
    }

    @Override
    public Map<String, Object> parameters() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("samples", samples);
        all.put("level", level);
        all.put("seed", seed);
        return all;
    }

    @Override
    public Explainer on(Network network, Target target) {
        AveragedMaps.Path path = new AveragedMaps.Path() {
            @Override
            public int size() {
                return samples;
            }

            @Override
            public double weight(int k) {
                return 1.0 / samples;
            }

            @Override
            public void point(int k, double[] x, int[] shape, double[] out) {
                double sigma = level * (x[largest(x, 1)] - x[largest(x, -1)]);
                SplittableRandom random = noise(k);
                for (int i = 0; i < x.length; i++) {
                    out[i] = x[i] + sigma * random.nextGaussian();
                }
            }

            /** The noise grows with the input's range, so its largest and least element move every other. */
            @Override
            public void pull(int k, double[] x, double[] g, double[] out) {
                SplittableRandom random = noise(k);
                double alongNoise = 0;
                for (int i = 0; i < x.length; i++) {
                    out[i] += g[i];
                    alongNoise += g[i] * random.nextGaussian();
                }
                out[largest(x, 1)] += level * alongNoise;
                out[largest(x, -1)] -= level * alongNoise;
            }
        };
        return AveragedMaps.of(this, (GraphAttribution) base, network, target, path, moment);
    }

    private SplittableRandom noise(int k) {
        return new SplittableRandom(seed * 1_000_003 + k);
    }

    /** Where {@code sign * x} is largest; the first NaN counts as such. */
    private static int largest(double[] x, int sign) {
        int best = 0;
        for (int i = 1; i < x.length && !Double.isNaN(x[best]); i++) {
            best = sign * x[i] > sign * x[best] || Double.isNaN(x[i]) ? i : best;
        }
        return best;
    }
}
