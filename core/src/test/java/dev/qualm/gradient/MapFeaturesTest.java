package dev.qualm.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.ShapeException;
import dev.qualm.network.Network;
import org.junit.jupiter.api.Test;

class MapFeaturesTest {
    private static final double[][] MAP = {
        {1, -0.5, -0.1, -0.9}, {-0.5, 1, 0.4, 0.8}, {-0.1, 0.4, 1, 0.6}, {-0.9, 0.8, 0.6, 1}
    };

    @Test
    void summary_byHand() {
        double[] f = MapFeatures.summary(MAP, 0);
        assertThat(MapFeatures.names()).hasSize(f.length);
        // Off the diagonal: -0.5 -0.1 -0.9 0.4 0.8 0.6.
        assertThat(f[0]).isCloseTo(0.3 / 6, within(1e-15));
        double mean = 0.3 / 6;
        double squares = 0;
        for (double v : new double[] {-0.5, -0.1, -0.9, 0.4, 0.8, 0.6}) {
            squares += (v - mean) * (v - mean);
        }
        assertThat(f[1]).isCloseTo(Math.sqrt(squares / 6), within(1e-15));
        assertThat(f[2]).isEqualTo(-0.9);
        assertThat(f[3]).isEqualTo(0.8);
        assertThat(f[4]).isCloseTo(-0.5, within(1e-15));
        assertThat(f[5]).isCloseTo(0.6, within(1e-15));
        assertThat(f[6]).isCloseTo(Math.sqrt(0.08 / 3), within(1e-15));
    }

    @Test
    void sortedUpperTriangle_ordersByFallingLogit() {
        assertThat(MapFeatures.sortedUpperTriangle(MAP, new double[] {0, 3, 1, 2}))
                .containsExactly(0.8, 0.4, -0.5, 0.6, -0.9, -0.1);
    }

    @Test
    void of_allFeatures_haveNames() {
        double[] f = MapFeatures.of(MAP, 1, new double[] {0, 3, 1, 2});
        assertThat(f).hasSize(13).hasSameSizeAs(MapFeatures.names(4).toArray());
        assertThat(MapFeatures.names(4)).startsWith("off_diagonal_mean").endsWith("cosine_2_3");
        assertThat(f).startsWith(MapFeatures.summary(MAP, 1));
    }

    @Test
    void of_mapsOfABatch_usesTheirClasses() {
        try (Network net = Nets.of(Nets.vector(6))) {
            CosineSimilarityMaps.Maps maps = CosineSimilarityMaps.defaults()
                    .withClasses(ClassSelection.top(4))
                    .of(net, Nets.inputs(1, 3, 7));
            for (int i = 0; i < 3; i++) {
                assertThat(maps.predictedIndex(i)).isZero();
                double[] f = MapFeatures.of(maps, i);
                assertThat(f).hasSize(13);
                // Rows are sorted already.
                assertThat(f[7]).isEqualTo(maps.maps()[i][0][1]);
                assertThat(f[12]).isEqualTo(maps.maps()[i][2][3]);
            }
        }
    }

    @Test
    void summary_withUndefinedRow_isUndefinedWhereItCounts() {
        double[][] map = {{1, 0.2, Double.NaN}, {0.2, 1, Double.NaN}, {Double.NaN, Double.NaN, Double.NaN}};
        double[] f = MapFeatures.summary(map, 2);
        assertThat(f[0]).isNaN();
        assertThat(f[2]).isNaN();
        assertThat(f[5]).isEqualTo(0.2);
        assertThat(MapFeatures.summary(new double[][] {{1, -1}, {-1, 1}}, 0)[5]).isNaN();
    }

    @Test
    void of_wrongSizes_areRefused() {
        assertThatThrownBy(() -> MapFeatures.summary(MAP, 4)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> MapFeatures.sortedUpperTriangle(MAP, new double[3]))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("4 logits");
    }
}
