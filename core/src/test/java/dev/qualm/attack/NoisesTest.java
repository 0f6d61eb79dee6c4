package dev.qualm.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.QualmException;
import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NoisesTest {
    private static final Box PIXELS = Box.of(0, 1);

    private static Array images(int n, int c, int h, int w) {
        Random random = new Random(3);
        double[] x = new double[n * c * h * w];
        for (int j = 0; j < x.length; j++) {
            x[j] = random.nextFloat();
        }
        return Array.of(x, n, c, h, w);
    }

    private static double strength(Noise.Kind kind) {
        return switch (kind) {
            case ROTATION, JPEG -> 30;
            case BLUR -> 1;
            default -> 0.3;
        };
    }

    @ParameterizedTest
    @EnumSource
    void apply_anyKind_staysInTheBoxAndDependsOnSeedAndInputOnly(Noise.Kind kind) {
        Array x = images(4, 3, 9, 7);
        Array given = Array.of(x.toDoubles().clone(), x.shape());
        Noise noise = new Noise(kind, strength(kind), PIXELS, 5);
        Array out = noise.apply(x);
        assertThat(x).isEqualTo(given);
        assertThat(out.shape()).isEqualTo(x.shape());
        assertThat(out.dtype()).isEqualTo(x.dtype());
        assertThat(out).isNotEqualTo(x);
        assertThat(Arrays.stream(out.toDoubles()).allMatch(v -> v >= 0 && v <= 1))
                .isTrue();
        assertThat(noise.apply(x)).isEqualTo(out);
        assertThat(noise.apply(x.select(2, 0))).isEqualTo(out.select(2, 0));
        assertThat(noise.apply(x.asFloat32()).dtype()).isEqualTo(x.asFloat32().dtype());
        boolean random = !kind.needsImages();
        assertThat(new Noise(kind, strength(kind), PIXELS, 6).apply(x).equals(out))
                .isEqualTo(!random);
        if (kind != Noise.Kind.JPEG) {
            assertThat(new Noise(kind, 0, PIXELS, 5).apply(x)).isEqualTo(x);
        }
        assertThat(Noises.parse(noise.toString(), PIXELS, 5)).isEqualTo(noise);
        assertThat(noise.apply(Array.of(new double[0], 0, 3, 9, 7)).size()).isZero();
    }

    @Test
    void additive_deviation_isTheStrengthInUnits() {
        Box wide = new Box(new double[] {-1e3}, new double[] {1e3}, new double[] {2});
        Array x = Array.of(new double[20_000], 1, 20_000);
        double[] g = new Noise(Noise.Kind.GAUSSIAN, 0.5, wide, 1).apply(x).toDoubles();
        double[] u = new Noise(Noise.Kind.UNIFORM, 0.5, wide, 1).apply(x).toDoubles();
        double[] s = new Noise(Noise.Kind.SPECKLE, 0.1, wide, 1).apply(x).toDoubles();
        assertThat(Math.sqrt(Arrays.stream(g).map(v -> v * v).average().orElseThrow()))
                .isCloseTo(1, within(0.02));
        assertThat(Arrays.stream(u).map(Math::abs).max().orElseThrow()).isBetween(0.99, 1.0);
        assertThat(Math.sqrt(Arrays.stream(u).map(v -> v * v).average().orElseThrow()))
                .isCloseTo(1 / Math.sqrt(3), within(0.02));
        // Speckle is in proportion to the distance from black.
        assertThat(Math.sqrt(Arrays.stream(s).map(v -> v * v).average().orElseThrow()))
                .isCloseTo(100, within(3.0));
    }

    @Test
    void saltAndPepper_probability_isTheShareOfPixelsInAllChannels() {
        Array x = images(1, 3, 100, 100);
        for (Noise.Kind kind : new Noise.Kind[] {Noise.Kind.SALT, Noise.Kind.PEPPER, Noise.Kind.SALT_AND_PEPPER}) {
            double[] out = new Noise(kind, 0.2, PIXELS, 1).apply(x).toDoubles();
            double white =
                    IntStream.range(0, 10_000).filter(p -> all(out, p, 1)).count() / 1e4;
            double black =
                    IntStream.range(0, 10_000).filter(p -> all(out, p, 0)).count() / 1e4;
            double expected = kind == Noise.Kind.SALT_AND_PEPPER ? 0.1 : 0.2;
            assertThat(white).isCloseTo(kind == Noise.Kind.PEPPER ? 0 : expected, within(0.015));
            assertThat(black).isCloseTo(kind == Noise.Kind.SALT ? 0 : expected, within(0.015));
        }
    }

    private static boolean all(double[] x, int p, double value) {
        return x[p] == value && x[10_000 + p] == value && x[20_000 + p] == value;
    }

    @Test
    void blur_impulse_spreadsAsTheGaussianOfThatWidth() {
        double[] x = new double[31 * 31];
        x[15 * 31 + 15] = 1;
        double[] out = new Noise(Noise.Kind.BLUR, 2, PIXELS, 1)
                .apply(Array.of(x, 1, 1, 31, 31))
                .toDoubles();
        double sum = 0;
        double variance = 0;
        for (int k = 0; k < out.length; k++) {
            sum += out[k];
            variance += out[k] * Math.pow(k / 31 - 15.0, 2);
        }
        assertThat(sum).isCloseTo(1, within(1e-12));
        assertThat(variance).isCloseTo(4, within(0.15));
        assertThat(out[15 * 31 + 17] / out[15 * 31 + 15]).isCloseTo(Math.exp(-0.5), within(1e-12));
        double[] flat = new Noise(Noise.Kind.BLUR, 2, PIXELS, 1)
                .apply(Array.of(DoubleArrays.filled(35, 0.4), 1, 1, 5, 7))
                .toDoubles();
        assertThat(Arrays.stream(flat).allMatch(v -> Math.abs(v - 0.4) < 1e-12)).isTrue();
    }

    private static final class DoubleArrays {
        static double[] filled(int n, double v) {
            double[] out = new double[n];
            Arrays.fill(out, v);
            return out;
        }
    }

    @Test
    void contrastAndRotation_exactCases_areExact() {
        Array x = images(1, 2, 6, 6);
        double[] grey = new Noise(Noise.Kind.CONTRAST, 1, PIXELS, 1).apply(x).toDoubles();
        assertThat(Arrays.stream(grey, 0, 36).distinct().count()).isEqualTo(1);
        assertThat(grey[0])
                .isCloseTo(Arrays.stream(x.toDoubles(), 0, 36).average().orElseThrow(), within(1e-12));
        Array turned = new Noise(Noise.Kind.ROTATION, 90, PIXELS, 1).apply(x);
        for (int r = 0; r < 6; r++) {
            for (int c = 0; c < 6; c++) {
                assertThat(turned.get(r * 6 + c)).isEqualTo(x.get(c * 6 + 5 - r));
            }
        }
    }

    @Test
    void jpeg_lowerQuality_losesMore() {
        for (int channels : new int[] {1, 3}) {
            Array x = images(1, channels, 16, 16);
            double last = 0;
            for (double strength : new double[] {0, 50, 95}) {
                double loss = Norms.of(
                                x.toDoubles(),
                                new Noise(Noise.Kind.JPEG, strength, PIXELS, 1)
                                        .apply(x)
                                        .toDoubles(),
                                0,
                                PIXELS.spread(x))
                        .l2();
                assertThat(loss).isGreaterThan(last);
                last = loss;
            }
        }
        Array flat = Array.of(DoubleArrays.filled(3 * 64, 51 / 255.0), 1, 3, 8, 8);
        assertThat(new Noise(Noise.Kind.JPEG, 5, PIXELS, 1).apply(flat).get(70)).isCloseTo(0.2, within(0.01));
    }

    @Test
    void apply_nan_staysInItsRow() {
        double[] values = images(2, 1, 8, 8).toDoubles().clone();
        values[3] = Double.NaN;
        Array x = Array.of(values, 2, 1, 8, 8);
        for (Noise.Kind kind : Noise.Kind.values()) {
            double[] out = new Noise(kind, strength(kind), PIXELS, 1).apply(x).toDoubles();
            assertThat(Arrays.stream(out, 64, 128).allMatch(Double::isFinite))
                    .as(kind.text())
                    .isTrue();
        }
    }

    @Test
    void settings_impossible_areRefused() {
        for (String wrong : new String[] {
            "",
            "gauss:1",
            "gaussian",
            "gaussian:x",
            "gaussian:-1",
            "salt:1.1",
            "jpeg:101",
            "rotation:400",
            "gaussian:1:2",
            "contrast:NaN"
        }) {
            assertThatThrownBy(() -> Noises.parse(wrong, PIXELS, 1))
                    .as(wrong)
                    .isInstanceOf(QualmException.class)
                    .hasMessageStartingWith("Expected");
        }
        assertThat(Noises.parse("rotation:-20", PIXELS, 1).strength()).isEqualTo(-20);
        assertThat(Noises.parse("gaussian:8/255", PIXELS, 1).strength()).isEqualTo(8.0 / 255);
        assertThatThrownBy(() -> Noises.parse("blur:1", PIXELS, 1).apply(Array.of(new double[6], 2, 3)))
                .isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Noises.parse("jpeg:1", PIXELS, 1).apply(images(1, 2, 4, 4)))
                .isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Noises.parse("jpeg:1", Box.of(0, Double.POSITIVE_INFINITY), 1)
                        .apply(images(1, 1, 4, 4)))
                .isInstanceOf(QualmException.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = Noise.Kind.class,
            names = {"SALT", "PEPPER", "SALT_AND_PEPPER", "SPECKLE", "ROTATION", "JPEG"})
    void of_kindsThatReadTheBounds_refuseABoxWithoutThem(Noise.Kind kind) {
        Box open = Box.of(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        assertThatThrownBy(() -> new Noise(kind, 0.1, open, 1))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("finite bounds");
    }

    @Test
    void judge_network_saysWhatItAnswersToTheNoise() {
        Noise noise = new Noise(Noise.Kind.GAUSSIAN, 3, Box.of(-10, 10), 5);
        Graph graph = NetworkBuilder.input("x", 3, 8, 8)
                .seed(4)
                .flatten("f")
                .linear("fc", 5)
                .build();
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            Array x = images(12, 3, 8, 8);
            double[] values = x.toDoubles().clone();
            values[2 * 192 + 5] = Double.NaN;
            Array holed = Array.of(values, x.shape());
            int[] labels = new int[12];
            Logits clean = Logits.of(network, x);
            Arrays.setAll(labels, clean::predicted);
            Adversarial found = noise.judge(network, holed, labels);
            Logits after = Logits.of(network, noise.apply(x));
            Adversarial toward = noise.judgeToward(network, holed, labels);
            for (int i = 0; i < 12; i++) {
                if (i == 2) {
                    assertThat(found.status().get(i).isOk()).isFalse();
                    assertThat(found.success()[i]).isFalse();
                    continue;
                }
                assertThat(found.predicted()[i]).isEqualTo(after.predicted(i));
                assertThat(found.success()[i]).isEqualTo(after.predicted(i) != labels[i]);
                assertThat(toward.success()[i]).isEqualTo(after.predicted(i) == labels[i]);
                assertThat(found.norms().get(i).linf()).isGreaterThan(0.1);
                assertThat(found.passes()[i]).isEqualTo(1);
            }
            assertThat(found.successRate()).isPositive();
        }
    }

    @Test
    void parse_fraction_isANumber() {
        assertThat(Noises.parse("gaussian:8/255", PIXELS, 1).strength()).isEqualTo(8.0 / 255);
        assertThatThrownBy(() -> Noises.parse("gaussian:a", PIXELS, 1))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("'a' in 'gaussian:a'");
    }
}
