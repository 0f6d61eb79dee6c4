package dev.qualm.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MapEstimateTest {
    private static final CosineSimilarityMaps LINEAR =
            CosineSimilarityMaps.defaults().withSign(false);

    /** Mean and spread over 400 seeds against the exact map and the stated error. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void estimate_overManySeeds_isUnbiasedWithTheStatedError(boolean rescale) {
        CosineSimilarityMaps mode = LINEAR.withRescale(rescale);
        Array x = Nets.inputs(1, 1, 7);
        int seeds = 400;
        int projections = 16;
        try (Network net = Nets.of(Nets.vector(5))) {
            double[][] exact = mode.of(net, x).maps()[0];
            double[][] sum = new double[5][5];
            double[][] squares = new double[5][5];
            for (int s = 0; s < seeds; s++) {
                double[][] map =
                        mode.estimate(net, Map.of("input", x), projections, s).maps()[0];
                for (int a = 0; a < 5; a++) {
                    for (int b = 0; b < 5; b++) {
                        sum[a][b] += map[a][b] / seeds;
                        squares[a][b] += Math.pow(map[a][b] - exact[a][b], 2) / seeds;
                    }
                }
            }
            for (int a = 0; a < 5; a++) {
                assertThat(sum[a][a]).isCloseTo(1, within(1e-12));
                for (int b = 0; b < a; b++) {
                    double stated = (1 - exact[a][b] * exact[a][b]) / Math.sqrt(projections);
                    assertThat(sum[a][b])
                            .as("mean of %s, %s", a, b)
                            .isCloseTo(exact[a][b], within(5 * stated / Math.sqrt(seeds) + 1e-6));
                    assertThat(Math.sqrt(squares[a][b]))
                            .as("error of %s, %s", a, b)
                            .isCloseTo(stated, within(0.35 * stated + 1e-6));
                }
            }
        }
    }

    @Test
    void estimate_manyProjections_approachesTheExactMap() {
        Array x = Nets.inputs(2, 3, 3, 8, 8);
        try (Network net = Nets.of(Nets.image(6))) {
            CosineSimilarityMaps.Maps exact = LINEAR.of(net, x);
            CosineSimilarityMaps.Estimate estimate = LINEAR.estimate(net, Map.of("input", x), 800, 3);
            for (int i = 0; i < 3; i++) {
                for (int a = 0; a < 6; a++) {
                    for (int b = 0; b < 6; b++) {
                        double error = estimate.standardErrors()[i][a][b];
                        assertThat(error).isBetween(0.0, 1 / Math.sqrt(800));
                        assertThat(estimate.maps()[i][a][b]).isCloseTo(exact.maps()[i][a][b], within(5 * error + 1e-9));
                    }
                }
            }
            assertThat(estimate.provenance().entries()).containsEntry("sweeps", "800");
        }
    }

    @Test
    void estimate_sameSeed_givesSameBitsAndIgnoresBatchMates() {
        Array x = Nets.inputs(3, 4, 7);
        try (Network net = Nets.of(Nets.vector(4))) {
            double[][][] all = LINEAR.estimate(net, Map.of("input", x), 20, 9).maps();
            assertThat(LINEAR.estimate(net, Map.of("input", x), 20, 9).maps()).isDeepEqualTo(all);
            double[][] alone =
                    LINEAR.estimate(net, Map.of("input", x.slice(2, 3)), 20, 9).maps()[0];
            for (int a = 0; a < 4; a++) {
                assertThat(alone[a]).containsExactly(all[2][a], within(1e-11));
            }
        }
    }

    @Test
    void estimate_ofSignsOrMaxima_isRefused() {
        Array x = Nets.inputs(4, 1, 7);
        try (Network net = Nets.of(Nets.vector(4))) {
            assertThatThrownBy(() -> LINEAR.withSign(true).estimate(net, Map.of("input", x), 20, 9))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("withSign(false)");
            assertThatThrownBy(() -> LINEAR.withChannels(ChannelReduction.MAX).estimate(net, Map.of("input", x), 20, 9))
                    .hasMessageContaining("not linear");
            assertThatThrownBy(() -> LINEAR.estimate(net, Map.of("input", x), 7, 9))
                    .hasMessageContaining("at least 8");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 64, 1000})
    void correction_anyCorrelation_isTheUnbiasedEstimate(int n) {
        DoubleUnaryOperator correction = MapEstimate.correction(n);
        for (int i = -1000; i <= 1000; i++) {
            double r = i / 1000.0;
            assertThat(correction.applyAsDouble(r)).isCloseTo(MapEstimate.unbiased(r, n), within(1e-7));
        }
        assertThat(correction.applyAsDouble(Double.NaN)).isNaN();
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.9, -0.3, 0, 0.6, 0.95})
    void unbiased_normalPairs_averagesToTheCorrelation(double rho) {
        Random random = new Random(5);
        int n = 8;
        int repeats = 40_000;
        double sum = 0;
        double squares = 0;
        for (int t = 0; t < repeats; t++) {
            double xx = 0;
            double yy = 0;
            double xy = 0;
            for (int i = 0; i < n; i++) {
                double u = random.nextGaussian();
                double v = rho * u + Math.sqrt(1 - rho * rho) * random.nextGaussian();
                xx += u * u;
                yy += v * v;
                xy += u * v;
            }
            double estimate = MapEstimate.unbiased(xy / Math.sqrt(xx * yy), n);
            sum += estimate / repeats;
            squares += (estimate - rho) * (estimate - rho) / repeats;
        }
        assertThat(sum).isCloseTo(rho, within(5 * Math.sqrt(squares / repeats)));
    }

    @Test
    void unbiased_perfectCorrelation_staysPut() {
        assertThat(MapEstimate.unbiased(1, 8)).isEqualTo(1);
        assertThat(MapEstimate.unbiased(-1, 100)).isEqualTo(-1);
        assertThat(MapEstimate.unbiased(0, 8)).isEqualTo(0);
    }
}
