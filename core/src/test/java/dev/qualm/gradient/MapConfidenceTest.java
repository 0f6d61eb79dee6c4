package dev.qualm.gradient;

import static dev.qualm.gradient.MapAssertions.assertSame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Maps at every confidence, and what may not change them. */
class MapConfidenceTest {
    private static final CosineSimilarityMaps DEFAULTS = CosineSimilarityMaps.defaults();

    @ParameterizedTest
    @ValueSource(doubles = {0x1p-40, 0x1p-10, 16, 0x1p40})
    void of_rescaledLogitsTimesFactor_areUnchanged(double factor) {
        Array x = Nets.inputs(6, 4, 7);
        try (Network net = Nets.of(Nets.vector(5));
                Network scaled = Nets.of(Nets.scaledHead(Nets.vector(5), factor, 0))) {
            double[][][] expected = DEFAULTS.withSign(false).of(net, x).maps();
            double[][][] maps = DEFAULTS.withSign(false).of(scaled, x).maps();
            for (int i = 0; i < 4; i++) {
                assertSame(maps[i], expected[i], 1e-9);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {-300, 1, 1000})
    void of_shiftedLogits_areUnchangedWithoutRescaling(double shift) {
        Array x = Nets.inputs(7, 4, 7);
        CosineSimilarityMaps mode = DEFAULTS.withSign(false).withRescale(false);
        try (Network net = Nets.of(Nets.vector(5));
                Network shifted = Nets.of(Nets.scaledHead(Nets.vector(5), 1, shift))) {
            double[][][] expected = mode.of(net, x).maps();
            double[][][] maps = mode.of(shifted, x).maps();
            for (int i = 0; i < 4; i++) {
                assertSame(maps[i], expected[i], 1e-9);
            }
        }
    }

    /** Rows of the authors' code are noise from gap 17 on in float32, and NaN from about 100. */
    @ParameterizedTest
    @ValueSource(doubles = {1, 10, 100, 600})
    void of_largeLogitGaps_float32EqualsFloat64(double gap) {
        Array x = Nets.inputs(8, 12, 3, 8, 8);
        Graph plain = Nets.image(5);
        double widest = 0;
        try (Network net = Nets.of(plain)) {
            for (double[] z : DEFAULTS.of(net, x).logits()) {
                double[] sorted = z.clone();
                java.util.Arrays.sort(sorted);
                widest = Math.max(widest, sorted[4] - sorted[3]);
            }
        }
        Graph confident = Nets.scaledHead(plain, gap / widest, 0);
        CosineSimilarityMaps mode = DEFAULTS.withSign(false).withRescale(false);
        try (Network exact = Network.of(confident, Precision.FLOAT64);
                Network quick = Network.of(confident, Precision.FLOAT32)) {
            CosineSimilarityMaps.Maps expected = mode.of(exact, x);
            CosineSimilarityMaps.Maps maps = mode.of(quick, x);
            assertThat(maps.status()).containsOnly(Status.OK);
            for (int i = 0; i < 12; i++) {
                assertSame(maps.maps()[i], expected.maps()[i], 1e-5);
            }
        }
    }

    /** At a gap of 600 the loss toward the prediction sees the runner-up only, that toward others the prediction only. */
    @Test
    void of_linearModelAtHugeGap_equalsLimit() {
        double[][] w = {{1, 2, -1, 0.5}, {0, 1, 1, 3}, {-2, 0, 1, 1}};
        try (Network net = Network.of(Nets.linear(w, 1200, 600, 0), Precision.FLOAT32)) {
            double[][] map = DEFAULTS.withSign(false)
                    .withRescale(false)
                    .of(net, Array.of(new float[4], 1, 4))
                    .maps()[0];
            double[][] g = {difference(w[1], w[0]), difference(w[0], w[1]), difference(w[0], w[2])};
            double[][] expected = new double[3][3];
            for (int a = 0; a < 3; a++) {
                for (int b = 0; b < 3; b++) {
                    expected[a][b] = dot(g[a], g[b]) / Math.sqrt(dot(g[a], g[a]) * dot(g[b], g[b]));
                }
            }
            assertSame(map, expected, 1e-6);
            assertThat(map[0][1]).isCloseTo(-1, within(1e-6));
        }
    }

    private static double[] difference(double[] a, double[] b) {
        double[] d = new double[a.length];
        for (int i = 0; i < d.length; i++) {
            d[i] = a[i] - b[i];
        }
        return d;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
