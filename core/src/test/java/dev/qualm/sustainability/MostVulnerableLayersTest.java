package dev.qualm.sustainability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.Provenance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MostVulnerableLayersTest {
    private static final Measure MEASURE = Measure.RELATIVE_ERROR;

    /** @param values by perturbation, layer and item; NaN where an item has none */
    private static SustainabilityResult result(double[][][] values) {
        List<Tap> taps = new ArrayList<>();
        for (int t = 0; t < values[0].length; t++) {
            taps.add(new Tap("layer" + t, "layer" + t, "Relu"));
        }
        List<LayerMovement> movements = new ArrayList<>();
        List<SustainabilityResult.Spread> groups = new ArrayList<>();
        List<PerturbationSize> sizes = new ArrayList<>();
        for (int k = 0; k < values.length; k++) {
            sizes.add(new PerturbationSize("p" + k, 1, 1, 0, Provenance.of("p" + k)));
            for (int t = 0; t < taps.size(); t++) {
                Moments m = new Moments();
                Arrays.stream(values[k][t]).filter(v -> !Double.isNaN(v)).forEach(m::add);
                double mean = m.count() == 0 ? 0 : m.mean();
                groups.add(new SustainabilityResult.Spread(movements.size(), m.count(), mean, m.squares()));
                movements.add(new LayerMovement(
                        taps.get(t), "p" + k, MEASURE, m.mean(), m.std(), null, m.mean(), m.count(), 0, 0));
            }
        }
        return new SustainabilityResult(
                taps,
                List.of(MEASURE),
                sizes,
                movements,
                values[0][0].length,
                0,
                List.of(),
                0,
                Map.of(),
                groups,
                Provenance.of("test"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void of_randomValues_equalsAlgorithm1(long seed) {
        Random random = new Random(seed);
        double[][][] values = new double[2][6][9];
        for (double[][] byLayer : values) {
            for (double[] layer : byLayer) {
                double level = random.nextDouble();
                Arrays.setAll(layer, i -> level + 0.3 * random.nextDouble());
            }
        }
        double eta = 0.3 + 0.2 * seed;
        for (List<String> chosen : List.of(List.of("p0"), List.of("p1"), List.of("p0", "p1"))) {
            List<Double> all = new ArrayList<>();
            double[] mean = new double[6];
            for (int t = 0; t < 6; t++) {
                for (String p : chosen) {
                    for (double v : values[p.equals("p0") ? 0 : 1][t]) {
                        all.add(v);
                        mean[t] += v / (9 * chosen.size());
                    }
                }
            }
            double mu = all.stream().mapToDouble(v -> v).average().orElseThrow();
            double sigma =
                    Math.sqrt(all.stream().mapToDouble(v -> (v - mu) * (v - mu)).sum() / all.size());
            MostVulnerableLayers found = MostVulnerableLayers.of(result(values), MEASURE, chosen, eta);
            assertThat(found.mu()).isCloseTo(mu, within(1e-12));
            assertThat(found.sigma()).isCloseTo(sigma, within(1e-12));
            for (int t = 0; t < 6; t++) {
                int layer = t;
                boolean expected = mean[t] - mu > eta * sigma;
                assertThat(found.layers().stream().anyMatch(v -> v.index() == layer))
                        .isEqualTo(expected);
            }
            assertThat(found.layers().stream().map(v -> -v.value())).isSorted();
            assertThat(found.layers()).allMatch(v -> Math.abs(v.value() - mean[v.index()]) < 1e-12);
        }
    }

    @Test
    void of_ties_earlierLayerFirst() {
        SustainabilityResult result = result(new double[][][] {{{0}, {3}, {1}, {3}, {2}}});
        MostVulnerableLayers found = result.mostVulnerable("p0", -5);
        assertThat(found.layers())
                .extracting(MostVulnerableLayers.Vulnerable::index)
                .containsExactly(1, 3, 4, 2, 0);
    }

    @Test
    void of_equalValues_noneAtEtaZero() {
        assertThat(result(new double[][][] {{{1, 1}, {1, 1}}}).mostVulnerable(0).layers())
                .isEmpty();
    }

    @Test
    void of_layerWithoutValues_isNoMember() {
        MostVulnerableLayers found =
                result(new double[][][] {{{Double.NaN}, {1}, {4}}}).mostVulnerable("p0", 0.5);
        assertThat(found.mu()).isEqualTo(2.5);
        assertThat(found.layers())
                .extracting(MostVulnerableLayers.Vulnerable::index)
                .containsExactly(2);
    }

    @Test
    void of_unknownNameOrEta_isRefused() {
        SustainabilityResult result = result(new double[][][] {{{1}, {4}}});
        assertThatThrownBy(() -> result.mostVulnerable("other", 1))
                .isInstanceOf(SustainabilityException.class)
                .hasMessageContaining("[p0]");
        assertThatThrownBy(() -> result.mostVulnerable("p0", Double.NaN)).hasMessageContaining("eta");
        assertThatThrownBy(() -> result.of("p0", Measure.MSE)).hasMessageContaining("relative-error");
    }
}
