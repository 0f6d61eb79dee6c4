package dev.qualm.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.ShapeException;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
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

    /** All ordered pairs, population moments, straight from the definitions. */
    private static double[] slow(double[][] map, int y) {
        List<Double> all = new ArrayList<>();
        List<Double> row = new ArrayList<>();
        List<Double> rest = new ArrayList<>();
        for (int a = 0; a < map.length; a++) {
            for (int b = 0; b < map.length; b++) {
                if (a != b) {
                    all.add(map[a][b]);
                    if (a == y) {
                        row.add(map[a][b]);
                    } else if (b != y) {
                        rest.add(map[a][b]);
                    }
                }
            }
        }
        double mean = moment(all, 1);
        double restMean = moment(rest, 1);
        return new double[] {
            mean,
            Math.sqrt(Math.max(0, moment(all, 2) - mean * mean)),
            all.stream().min(Double::compare).orElseThrow(),
            all.stream().max(Double::compare).orElseThrow(),
            moment(row, 1),
            restMean,
            Math.sqrt(Math.max(0, moment(rest, 2) - restMean * restMean))
        };
    }

    private static double moment(List<Double> x, int order) {
        return x.stream().mapToDouble(v -> Math.pow(v, order)).average().orElseThrow();
    }

    @Test
    void summary_randomMaps_equalsDefinitions() {
        Random random = new Random(1);
        for (int k = 3; k < 12; k++) {
            double[][] map = random(random, k);
            int y = random.nextInt(k);
            assertThat(MapFeatures.summary(map, y)).containsExactly(slow(map, y), within(1e-8));
        }
    }

    /** The names of the classes mean nothing: renumbering them moves no feature. */
    @Test
    void of_permutedClasses_isUnchanged() {
        Random random = new Random(2);
        for (int k = 3; k < 12; k++) {
            double[][] map = random(random, k);
            double[] logits = random.doubles(k, -5, 5).toArray();
            int y = Logits.largest(logits);
            List<Integer> order = new ArrayList<>(IntStream.range(0, k).boxed().toList());
            Collections.shuffle(order, random);
            double[][] permuted = new double[k][k];
            double[] permutedLogits = new double[k];
            for (int a = 0; a < k; a++) {
                permutedLogits[a] = logits[order.get(a)];
                for (int b = 0; b < k; b++) {
                    permuted[a][b] = map[order.get(a)][order.get(b)];
                }
            }
            double[] expected = MapFeatures.of(map, y, logits);
            double[] found = MapFeatures.of(permuted, order.indexOf(y), permutedLogits);
            assertThat(found).containsExactly(expected, within(1e-14));
            // The triangle is only moved about, bit for bit, and starts with the prediction and its runner-up.
            assertThat(Arrays.copyOfRange(found, 7, found.length))
                    .containsExactly(Arrays.copyOfRange(expected, 7, expected.length));
            double[] others = logits.clone();
            others[y] = Double.NEGATIVE_INFINITY;
            assertThat(found[7]).isEqualTo(map[y][Logits.largest(others)]);
        }
    }

    private static double[][] random(Random random, int k) {
        double[][] map = new double[k][k];
        for (int a = 0; a < k; a++) {
            map[a][a] = 1;
            for (int b = 0; b < a; b++) {
                map[a][b] = map[b][a] = 2 * random.nextDouble() - 1;
            }
        }
        return map;
    }
}
