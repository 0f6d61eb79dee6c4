package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every similarity of maps, and what holds for one. */
class MapSimilarityTest {
    private static final int H = 9;
    private static final int W = 13;

    private static double[] random(long seed) {
        Random random = new Random(seed);
        return random.doubles(H * W, -1, 2).toArray();
    }

    private static java.util.List<MapSimilarity> all() {
        return MapSimilarity.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void each_equalMaps_givesTheBestValue(MapSimilarity s) {
        double[] a = random(1);
        double best = s.growsWithLikeness() ? 1 : 0;
        assertThat(s.of(a, a.clone(), H, W)).isCloseTo(best, within(1e-12));
        double other = s.of(a, random(2), H, W);
        assertThat(s.growsWithLikeness() ? other < 0.9 : other > 0.01).isTrue();
    }

    @ParameterizedTest
    @MethodSource("all")
    void each_swappedMaps_givesTheSameValue(MapSimilarity s) {
        for (long seed = 0; seed < 20; seed++) {
            double[] a = random(seed);
            double[] b = random(seed + 100);
            assertThat(s.of(a, b, H, W)).isCloseTo(s.of(b, a, H, W), within(1e-13));
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void each_nanOrInfinity_isNaN(MapSimilarity s) {
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            double[] a = random(1);
            a[17] = bad;
            assertThat(s.of(a, random(2), H, W)).isNaN();
            assertThat(s.of(random(2), a, H, W)).isNaN();
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void each_zeroMapOrOnePixel_neverThrows(MapSimilarity s) {
        double[] zero = new double[H * W];
        double[] constant = new double[H * W];
        Arrays.fill(constant, 0.1);
        for (double[] a : new double[][] {zero, constant, random(3)}) {
            for (double[] b : new double[][] {zero, constant}) {
                double v = s.of(a, b, H, W);
                assertThat(Double.isNaN(v) || Double.isFinite(v)).isTrue();
            }
        }
        double one = s.of(new double[] {2}, new double[] {3}, 1, 1);
        assertThat(Double.isNaN(one) || Double.isFinite(one)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("all")
    void each_tinyMaps_areComparedLikeOthers(MapSimilarity s) {
        double[] a = random(4);
        double[] b = random(5);
        double[] small = Arrays.stream(a).map(v -> v * 1e-9).toArray();
        double[] alsoSmall = Arrays.stream(b).map(v -> v * 1e-9).toArray();
        double scale = s instanceof MapSquaredError ? 1e18 : 1;
        assertThat(s.of(small, alsoSmall, H, W) * scale).isCloseTo(s.of(a, b, H, W), within(1e-12));
    }

    @ParameterizedTest
    @MethodSource("all")
    void each_wrongLength_saysWhatWasExpected(MapSimilarity s) {
        assertThatThrownBy(() -> s.of(new double[6], new double[5], 2, 3))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("2 x 3 = 6")
                .hasMessageContaining("6 and 5");
        assertThatThrownBy(() -> s.of(new double[0], new double[0])).isInstanceOf(ShapeException.class);
    }

    @ParameterizedTest
    @MethodSource("all")
    void each_stack_isComparedPairByPair(MapSimilarity s) {
        double[] a = IntStream.range(0, 3)
                .boxed()
                .flatMapToDouble(i -> Arrays.stream(random(i)))
                .toArray();
        double[] b = IntStream.range(0, 3)
                .boxed()
                .flatMapToDouble(i -> Arrays.stream(random(i + 9)))
                .toArray();
        double[] expected = IntStream.range(0, 3)
                .mapToDouble(i -> s.of(random(i), random(i + 9), H, W))
                .toArray();
        assertThat(s.each(Array.of(a, 3, H, W), Array.of(b, 3, H, W))).containsExactly(expected);
        assertThat(s.each(Array.of(a, 3, 1, H, W), Array.of(b, 3, 1, H, W))).containsExactly(expected);
        assertThatThrownBy(() -> s.each(Array.of(new double[24], 2, 3, 2, 2), Array.of(new double[24], 2, 3, 2, 2)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("sum maps over their channels");
    }

    @Test
    void all_names_differ() {
        Set<String> names = new HashSet<>();
        all().forEach(s -> names.add(s.name()));
        assertThat(names).hasSize(MapSimilarity.class.getPermittedSubclasses().length);
    }

    @Test
    void squaredError_twoEntries_isTheMeanOfSquares() {
        assertThat(new MapSquaredError().of(new double[] {1, 2}, new double[] {3, 5}))
                .isEqualTo((4 + 9) / 2.0);
    }

    @Test
    void pearson_affineChange_isInvariant() {
        double[] a = random(6);
        double[] b = random(7);
        MapPearson pcc = new MapPearson();
        double[] moved = Arrays.stream(a).map(v -> 3 * v - 40).toArray();
        double[] turned = Arrays.stream(a).map(v -> -v).toArray();
        assertThat(pcc.of(moved, b)).isCloseTo(pcc.of(a, b), within(1e-12));
        assertThat(pcc.of(turned, b)).isCloseTo(-pcc.of(a, b), within(1e-12));
        assertThat(pcc.of(new double[] {1, 2, 3}, new double[] {1, 2, 4}))
                .isCloseTo(3 / Math.sqrt(28.0 / 3), within(1e-12));
    }

    @Test
    void pearson_extremeMagnitudes_neitherOverflowsNorVanishes() {
        double[] huge = {1e300, -1e300, 1e300, 0};
        double[] tiny = {1e-300, -1e-300, 1e-300, 0};
        assertThat(new MapPearson().of(huge, tiny)).isCloseTo(1, within(1e-12));
        assertThat(new MapCosine().of(huge, tiny)).isCloseTo(1, within(1e-12));
        double[] constant = {0.1, 0.1, 0.1};
        assertThat(new MapPearson().of(constant, new double[] {1, 2, 3})).isNaN();
    }

    @Test
    void spearman_risingTransformation_isInvariant() {
        double[] a = random(8);
        double[] b = random(9);
        double[] bent = Arrays.stream(a).map(Math::exp).toArray();
        assertThat(new MapSpearman().of(bent, b)).isCloseTo(new MapSpearman().of(a, b), within(1e-15));
    }

    @Test
    void ranks_ties_areShared() {
        assertThat(MapSpearman.ranks(new double[] {3, 1, 3, -0.0, 0.0, 3})).containsExactly(5, 3, 5, 1.5, 1.5, 5);
    }

    @Test
    void correlations_waveMaps_equalScipy() {
        // scipy 1.10.1, pearsonr, and spearmanr of the maps rounded to tenths (many ties).
        double[] a = StructuralSimilarityTest.first(16, 20);
        double[] b = StructuralSimilarityTest.second(16, 20);
        assertThat(new MapPearson().of(a, b)).isCloseTo(-0.2229072938351081, within(1e-13));
        double[] p = Arrays.stream(a).map(v -> Math.rint(v * 10)).toArray();
        double[] q = Arrays.stream(b).map(v -> Math.rint(v * 10)).toArray();
        assertThat(new MapSpearman().of(p, q)).isCloseTo(-0.1639244177301933, within(1e-13));
    }

    @Test
    void cosine_offset_matters() {
        assertThat(new MapCosine().of(new double[] {1, 0}, new double[] {1, 1}))
                .isCloseTo(Math.sqrt(0.5), within(1e-15));
        assertThat(new MapCosine().of(new double[] {0, 0}, new double[] {1, 1})).isNaN();
    }

    @Test
    void topK_countedByHand_withAndWithoutTies() {
        double[] a = {5, 4, 3, 2, 1};
        assertThat(new TopKIntersection(2).of(a, new double[] {9, 0, 8, 7, 0})).isEqualTo(0.5);
        assertThat(new TopKIntersection(2).of(a, new double[] {9, 8, 0, 0, 0})).isEqualTo(1);
        // Two places for the three entries tied at 7 beside the 9: one place each third.
        assertThat(new TopKIntersection(2).of(a, new double[] {9, 7, 7, 7, 0}))
                .isCloseTo((1 + 1 / 3.0) / 2, within(1e-15));
        assertThat(new TopKIntersection(5).of(a, a)).isNaN();
        assertThat(new TopKIntersection(2).of(a, new double[] {1, 1, 1, 1, 1})).isNaN();
        assertThat(new TopKIntersection(0.4).k(5)).isEqualTo(2);
        assertThat(TopKIntersection.tenth().k(3)).isEqualTo(1);
    }

    @Test
    void topK_wildAmounts_areRefused() {
        for (double amount : new double[] {0, -1, 1.5, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new TopKIntersection(amount)).isInstanceOf(MetricException.class);
        }
    }

    @Test
    void massCentre_singlePeaks_areTheirDistance() {
        double[] a = new double[H * W];
        double[] b = new double[H * W];
        a[2 * W + 3] = 7;
        b[5 * W + 7] = -2;
        assertThat(new MassCentreShift().of(a, b, H, W)).isCloseTo(5, within(1e-12));
        a[2 * W + 5] = -7;
        assertThat(new MassCentreShift().of(a, b, H, W)).isCloseTo(Math.hypot(3, 3), within(1e-12));
        assertThat(new MassCentreShift().of(a, new double[H * W], H, W)).isNaN();
    }
}
