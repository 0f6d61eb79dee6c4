package dev.qualm.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HistogramTest {
    @Test
    void of_anyScores_countsEveryImageOnce() {
        Random random = new Random(1);
        for (int trial = 0; trial < 200; trial++) {
            Map<String, double[]> values = new LinkedHashMap<>();
            for (String set : new String[] {"out", "in", "far"}) {
                double[] v = new double[random.nextInt(60)];
                for (int i = 0; i < v.length; i++) {
                    v[i] = switch (random.nextInt(12)) {
                        case 0 -> Double.NaN;
                        case 1 -> Double.POSITIVE_INFINITY;
                        case 2 -> Double.NEGATIVE_INFINITY;
                        case 3 -> 0;
                        default -> random.nextGaussian() * Math.pow(10, random.nextInt(6));
                    };
                }
                values.put(set, v);
            }
            Histogram h = Histogram.of("s", "in", values, 1 + random.nextInt(40));
            assertThat(h.sets()).extracting(Histogram.Counts::dataset).containsExactly("in", "out", "far");
            assertThat(h.edges()).isSorted().doesNotHaveDuplicates();
            for (Histogram.Counts c : h.sets()) {
                double[] v = values.getOrDefault(c.dataset(), new double[0]);
                assertThat(c.undefined())
                        .isEqualTo(Arrays.stream(v).filter(Double::isNaN).count());
                assertThat(c.undefined() + Arrays.stream(c.bins()).sum()).isEqualTo(v.length);
            }
        }
    }

    @Test
    void of_oneHugeOutlierSet_keepsTheReferenceVisible() {
        double[] in = new Random(2).doubles(1000, -0.5, 0.5).toArray();
        double[] far = new Random(3).doubles(1000, 1e6, 2e6).toArray();
        Map<String, double[]> values = new LinkedHashMap<>(Map.of("in", in));
        values.put("far", far);
        Histogram h = Histogram.of("s", "in", values, 40);
        assertThat(Arrays.stream(h.sets().get(0).bins()).filter(n -> n > 0).count())
                .isGreaterThanOrEqualTo(8);
        assertThat(h.sets().get(1).bins()[39]).isEqualTo(1000);
    }

    @Test
    void of_skewedPositiveScore_hasLogarithmicBins() {
        Random random = new Random(4);
        double[] in = random.doubles(1000).map(u -> Math.pow(10, 4 * u - 2)).toArray();
        double[] out = {0, -1, Double.NaN, 50};
        Histogram h = Histogram.of("s", "in", Map.of("in", in, "out", out), 20);
        assertThat(h.logarithmic()).isTrue();
        double ratio = h.edges()[1] / h.edges()[0];
        for (int i = 1; i < h.edges().length; i++) {
            assertThat(h.edges()[i] / h.edges()[i - 1]).isCloseTo(ratio, within(1e-9));
        }
        assertThat(Arrays.stream(h.sets().get(0).bins()).min().orElseThrow()).isGreaterThan(10);
        assertThat(h.sets().get(1).bins()[0]).isEqualTo(2);
        assertThat(h.sets().get(1).undefined()).isEqualTo(1);
    }

    @Test
    void of_scoreOfBothSigns_hasEqualBins() {
        double[] in = new Random(4)
                .doubles(500)
                .map(u -> Math.pow(10, 4 * u - 2) - 0.02)
                .toArray();
        assertThat(Histogram.of("s", "in", Map.of("in", in), 20).logarithmic()).isFalse();
    }

    @Test
    void of_constantScore_hasBinsAroundIt() {
        Histogram h = Histogram.of("s", "in", Map.of("in", new double[] {1e9, 1e9}), 4);
        assertThat(h.edges()[0]).isLessThan(1e9);
        assertThat(h.edges()[4]).isGreaterThan(1e9);
    }

    @Test
    void of_referenceMissing_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Histogram.of("s", "in", Map.of("out", new double[1]), 4))
                .withMessageContaining("in");
    }
}
