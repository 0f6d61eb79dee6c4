package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HistogramTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    @Test
    void of_randomGroups_countsEveryValueOnceInItsBin() {
        Random random = new Random(61);
        for (int t = 0; t < 100; t++) {
            Map<String, double[]> groups = new LinkedHashMap<>();
            groups.put("negatives", RandomScores.tied(random, 80, 1 + random.nextInt(9), 0));
            groups.put("positives", RandomScores.normal(random, 50, 2));
            Histogram found = Histogram.clipped(groups, 1 + random.nextInt(20), random.nextBoolean() ? 0 : 0.05);
            for (Histogram.Group g : found.groups()) {
                double[] values = Objects.requireNonNull(groups.get(g.name()));
                assertThat(g.n()).isEqualTo(values.length);
                for (int b = 0; b < found.bins(); b++) {
                    int count = 0;
                    for (double v : values) {
                        boolean last =
                                b == found.bins() - 1 && v == found.edges().get(b + 1);
                        count += v >= found.edges().get(b) && (v < found.edges().get(b + 1) || last) ? 1 : 0;
                    }
                    assertThat(g.counts().get(b)).isEqualTo(count);
                }
            }
        }
    }

    @Test
    void of_infinitiesAndNan_areCountedOutsideTheBins() {
        Histogram found = Histogram.of(Map.of("a", new double[] {0, 1, INF, INF, -INF, Double.NaN}), 2);
        assertThat(found.edges()).containsExactly(0.0, 0.5, 1.0);
        assertThat(found.groups()).containsExactly(new Histogram.Group("a", List.of(1, 1), 1, 2, 1));
        assertThat(found.toString()).contains("1 below, 2 above, 1 undefined");
    }

    @Test
    void of_degenerateRanges_stillHaveAscendingEdges() {
        for (double[] values : new double[][] {
            {3, 3},
            {0},
            {1, Math.nextUp(1.0)},
            {-Double.MAX_VALUE, Double.MAX_VALUE},
            {Double.MAX_VALUE},
            {1e300, 1e300},
            {Double.MIN_VALUE, 0},
            {-0.0, 0.0}
        }) {
            Histogram found = Histogram.of(Map.of("a", values), 30);
            for (int b = 0; b < 30; b++) {
                assertThat(found.edges().get(b))
                        .isFinite()
                        .isLessThan(found.edges().get(b + 1));
            }
            assertThat(found.groups().get(0).counts().stream().mapToInt(c -> c).sum())
                    .isEqualTo(values.length);
        }
    }

    @Test
    void of_noFiniteValueOrBadSettings_isRefused() {
        assertThatThrownBy(() -> Histogram.of(Map.of("a", new double[] {INF}), 3))
                .isInstanceOf(MetricException.class);
        assertThatThrownBy(() -> Histogram.of(Map.of("a", new double[] {1}), 0)).isInstanceOf(MetricException.class);
        assertThatThrownBy(() -> Histogram.clipped(Map.of("a", new double[] {1}), 3, 0.5))
                .isInstanceOf(MetricException.class);
    }
}
