package dev.qualm.sustainability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.attack.Box;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NoisePerturbationTest {
    private static final Box BOX = Box.ofPixels(new double[] {0.4, 0.5}, new double[] {0.2, 0.3});
    private static final int N = 4;
    private static final int AREA = 400;

    /** Grey pixels of 0.5 as the network takes them. */
    private static Array grey() {
        double[] x = new double[N * 2 * AREA];
        Arrays.setAll(x, i -> i / AREA % 2 == 0 ? 0.1 / 0.2 : 0);
        return Array.of(x, N, 2, 20, 20);
    }

    private static double[] pixels(Array a) {
        double[] x = a.toDoubles().clone();
        Arrays.setAll(x, i -> i / AREA % 2 == 0 ? x[i] * 0.2 + 0.4 : x[i] * 0.3 + 0.5);
        return x;
    }

    private static Items items(Array a) {
        return new Items(a, null, IntStream.range(0, a.dim(0)).toArray());
    }

    @ParameterizedTest
    @EnumSource(Noise.class)
    void apply_anyNoise_isSeededPerItemAndStaysInTheBox(Noise noise) {
        NoisePerturbation p = new NoisePerturbation(noise, 0.3, BOX, 7);
        Array all = p.apply(items(grey()));
        assertThat(all).isEqualTo(p.apply(items(grey())));
        assertThat(Arrays.stream(pixels(all))).allMatch(v -> v > -1e-12 && v < 1 + 1e-12);
        Array one = p.apply(new Items(grey().slice(2, 3), null, new int[] {2}));
        assertThat(one).isEqualTo(all.slice(2, 3));
        assertThat(all).isNotEqualTo(new NoisePerturbation(noise, 0.3, BOX, 8).apply(items(grey())));
        assertThat(p.name()).isEqualTo(noise.label() + ":0.3");
        assertThat(Noise.of(noise.label())).isEqualTo(noise);
        assertThat(new NoisePerturbation(noise, 0, BOX, 7).apply(items(grey()))).isEqualTo(grey());
    }

    @Test
    void apply_gaussianAndUniform_haveTheirSpread() {
        assertThat(std(new NoisePerturbation(Noise.GAUSSIAN, 0.05, BOX, 1))).isCloseTo(0.05, within(0.003));
        assertThat(std(new NoisePerturbation(Noise.UNIFORM, 0.05, BOX, 1)))
                .isCloseTo(0.05 / Math.sqrt(3), within(0.002));
        assertThat(std(new NoisePerturbation(Noise.SPECKLE, 0.1, BOX, 1))).isCloseTo(0.05, within(0.003));
    }

    private static double std(NoisePerturbation p) {
        Moments m = new Moments();
        Arrays.stream(pixels(p.apply(items(grey())))).forEach(v -> m.add(v - 0.5));
        assertThat(m.mean()).isCloseTo(0, within(0.004));
        return m.std();
    }

    @Test
    void apply_saltAndPepper_changeTheirShare() {
        double[] salt = pixels(new NoisePerturbation(Noise.SALT, 0.2, BOX, 1).apply(items(grey())));
        double[] both = pixels(new NoisePerturbation(Noise.SALT_AND_PEPPER, 0.2, BOX, 1).apply(items(grey())));
        assertThat(share(salt, 1)).isCloseTo(0.2, within(0.03));
        assertThat(share(salt, 0)).isZero();
        assertThat(share(both, 1)).isCloseTo(0.1, within(0.02));
        assertThat(share(both, 0)).isCloseTo(0.1, within(0.02));
    }

    private static double share(double[] pixels, double value) {
        return (double) Arrays.stream(pixels)
                        .filter(v -> Math.abs(v - value) < 1e-9)
                        .count()
                / pixels.length;
    }

    @Test
    void of_strengthOrBoxThatDoesNotFit_isRefused() {
        Box open = Box.of(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        assertThatThrownBy(() -> new NoisePerturbation(Noise.SALT, 1.5, BOX, 1)).hasMessageContaining("0 to 1");
        assertThatThrownBy(() -> new NoisePerturbation(Noise.GAUSSIAN, -1, BOX, 1))
                .hasMessageContaining("-1");
        assertThatThrownBy(() -> new NoisePerturbation(Noise.SPECKLE, 0.1, open, 1))
                .isInstanceOf(SustainabilityException.class)
                .hasMessageContaining("finite bounds");
        assertThatThrownBy(() -> new NoisePerturbation(Noise.GAUSSIAN, 0.1, BOX, 1)
                        .apply(items(Array.zeros(dev.qualm.array.DType.FLOAT32, 1, 3, 2, 2))))
                .hasMessageContaining("1 or 3");
        assertThatThrownBy(() -> Noise.of("hum")).hasMessageContaining("salt-and-pepper");
    }
}
