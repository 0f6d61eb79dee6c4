package dev.qualm.detect.fitted;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.detect.Evidence;
import dev.qualm.detect.Score;
import dev.qualm.detect.Softmax;
import dev.qualm.detect.Work;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Feature squeezing (Xu, Evans, Qi 2018): the largest 1-norm {@code |p(x) - p(s(x))|_1} over squeezers s that an ordinary image hardly
 * suffers from. Published as distrust.
 *
 * @param bits colour depth that values are rounded to, {@code rint(x (2^bits - 1)) / (2^bits - 1)} of the range; 0 for no such squeezer
 * @param median side of the square window of a median filter per channel, with borders mirrored ({@code d c b a / a b c d}); an even
 *     window ends at its pixel, and of an even number of values the upper middle one is taken; 0 for none
 * @param low value of the darkest pixel, as the network takes it
 * @param high value of the brightest
 */
record FeatureSqueezing(int bits, int median, double low, double high) implements Detector {
    static final About ABOUT = About.of(
            "squeeze",
            "Does removing detail from the input change the prediction?",
            "Xu, Evans, Qi 2018",
            Published.DISTRUST,
            Reads.LOGITS,
            Reads.INPUT);
    static final Settings DEFAULTS =
            Settings.of("bits", 5).and("median", 2).and("low", 0.0).and("high", 1.0);
    private static final int IMAGE_RANK = 4;

    static FeatureSqueezing of(Settings s) {
        int bits = s.integer(ABOUT.name(), "bits", 0);
        int median = s.integer(ABOUT.name(), "median", 0);
        double low = s.number(ABOUT.name(), "low", -1e9, 1e9);
        double high = s.number(ABOUT.name(), "high", low, 1e9);
        DetectorException.require(
                bits <= 16 && median <= 99 && high > low && (bits > 0 || median > 1),
                ABOUT.name(),
                "bits up to 16 or a median from 2 to 99, and a range above zero",
                "bits=" + bits + ", median=" + median + ", low=" + low + ", high=" + high,
                "give others");
        return new FeatureSqueezing(bits, median, low, high);
    }

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.of("bits", bits).and("median", median).and("low", low).and("high", high);
    }

    @Override
    public List<Work> work(int classes) {
        return List.of(Work.forwards(
                Detectors.text(this), Score.Source.CHANGED_INPUTS, squeezers().size()));
    }

    @Override
    public @Nullable String refusal(Network network) {
        if (network.inputs().size() != 1) {
            return "it changes the input, which must be the only one";
        }
        return median > 1 && network.input().rank() != IMAGE_RANK
                ? "median filters need images [n, c, h, w]; set median=0"
                : null;
    }

    private List<UnaryOperator<Array>> squeezers() {
        List<UnaryOperator<Array>> all = new ArrayList<>();
        if (bits > 0) {
            all.add(this::rounded);
        }
        if (median > 1) {
            all.add(this::smoothed);
        }
        return all;
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        return new ChangedInputs(
                this::score,
                e -> squeezers().stream().map(s -> s.apply(e.onlyInput())).toList());
    }

    private double[] score(Evidence evidence) {
        double[] out = new double[evidence.size()];
        for (UnaryOperator<Array> squeezer : squeezers()) {
            double[][] f = Readings.rows(evidence.network().logits(squeezer.apply(evidence.onlyInput())));
            for (int i = 0; i < out.length; i++) {
                double[] before = Softmax.probabilities(evidence.logits()[i]);
                out[i] = Math.max(out[i], Vectors.norm1(Vectors.minus(before, Softmax.probabilities(f[i]))));
            }
        }
        return out;
    }

    /*
     * In the input's own precision, as the authors' code: float pixels that lie half-way between two levels (moved by 0.1, say) go where
     * float arithmetic takes them.
     */
    private Array rounded(Array x) {
        double levels = (1 << bits) - 1;
        double range = high - low;
        if (x.dtype() == DType.FLOAT32) {
            float[] single = x.floats().clone();
            for (int i = 0; i < single.length; i++) {
                float steps = (single[i] - (float) low) / (float) range * (float) levels;
                single[i] = (float) low + (float) Math.rint(steps) / (float) levels * (float) range;
            }
            return Array.of(single, x.shape());
        }
        double[] out = x.toDoubles().clone();
        for (int i = 0; i < out.length; i++) {
            out[i] = low + Math.rint((out[i] - low) / range * levels) / levels * range;
        }
        return like(x, out);
    }

    private Array smoothed(Array x) {
        int h = x.dim(2);
        int w = x.dim(3);
        double[] values = x.toDoubles();
        double[] out = new double[values.length];
        double[] window = new double[median * median];
        for (int map = 0; map < values.length; map += h * w) {
            for (int row = 0; row < h; row++) {
                for (int column = 0; column < w; column++) {
                    for (int i = 0; i < window.length; i++) {
                        int r = mirrored(row - median / 2 + i / median, h);
                        int c = mirrored(column - median / 2 + i % median, w);
                        window[i] = values[map + r * w + c];
                    }
                    Arrays.sort(window);
                    out[map + row * w + column] = window[window.length / 2];
                }
            }
        }
        return like(x, out);
    }

    private static int mirrored(int at, int size) {
        int place = Math.floorMod(at, 2 * size);
        return place < size ? place : 2 * size - 1 - place;
    }

    private static Array like(Array x, double[] values) {
        Array a = Array.of(values, x.shape());
        return x.dtype() == DType.FLOAT32 ? a.asFloat32() : a;
    }
}
