package dev.qualm.report.explanation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.report.chart.Palette;
import dev.qualm.report.chart.Rgb;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RelevanceImageTest {
    private static final int WHITE = 0xffffff;
    private static final double NAN = Double.NaN;

    private static RelevanceMap map(int height, int width, double... values) {
        return new RelevanceMap(values, height, width);
    }

    private static int pixel(BufferedImage image, int x, int y) {
        return image.getRGB(x, y) & 0xffffff;
    }

    @Test
    void pixels_zeroMap_isWhite() {
        BufferedImage image = RelevanceImage.of(map(2, 3, 0, -0.0, 0, 0, 0, 0)).pixels();
        assertThat(image.getWidth()).isEqualTo(3);
        assertThat(image.getHeight()).isEqualTo(2);
        for (int i = 0; i < 6; i++) {
            assertThat(pixel(image, i % 3, i / 3)).isEqualTo(WHITE);
        }
    }

    @Test
    void pixels_signedMap_isRedForAndBlueAgainstOnOneRange() {
        BufferedImage image = RelevanceImage.of(map(1, 5, 2, -2, 0, 1, -1)).pixels();
        Rgb most = rgb(pixel(image, 0, 0));
        Rgb least = rgb(pixel(image, 1, 0));
        assertThat(most.r()).isGreaterThan(most.b() + 60);
        assertThat(least.b()).isGreaterThan(least.r() + 60);
        assertThat(pixel(image, 2, 0)).isEqualTo(WHITE);
        assertThat(rgb(pixel(image, 3, 0))).isEqualTo(Ramp.RED.at(0.5));
        assertThat(rgb(pixel(image, 4, 0))).isEqualTo(Ramp.BLUE.at(0.5));
        // A map that is mostly for the class does not get a stronger blue for it.
        BufferedImage lopsided = RelevanceImage.of(map(1, 3, 4, -1, 0)).pixels();
        assertThat(rgb(pixel(lopsided, 1, 0))).isEqualTo(Ramp.BLUE.at(0.25));
    }

    @Test
    void pixels_nowhereNegative_useTheSequentialColours() {
        BufferedImage image = RelevanceImage.of(map(1, 3, 0, 1, 2)).pixels();
        assertThat(pixel(image, 0, 0)).isEqualTo(WHITE);
        assertThat(rgb(pixel(image, 1, 0))).isEqualTo(Ramp.SEQUENTIAL.at(0.5));
        assertThat(rgb(pixel(image, 2, 0))).isEqualTo(Ramp.SEQUENTIAL.at(1));
    }

    @Test
    void pixels_undefinedAndInfinite_areGreyAndAtTheEnds() {
        RelevanceMap map = map(1, 4, NAN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1);
        BufferedImage image = RelevanceImage.of(map).pixels();
        assertThat(pixel(image, 0, 0)).isEqualTo(Palette.UNDEFINED.packed());
        assertThat(rgb(pixel(image, 1, 0))).isEqualTo(Ramp.RED.at(1));
        assertThat(rgb(pixel(image, 2, 0))).isEqualTo(Ramp.BLUE.at(1));
        assertThat(RelevanceScale.of(map).clipped()).isTrue();
        BufferedImage nothing = RelevanceImage.of(map(1, 1, NAN)).fit(9);
        assertThat(nothing.getWidth()).isEqualTo(9);
        assertThat(pixel(nothing, 4, 4)).isEqualTo(Palette.UNDEFINED.packed());
    }

    @Test
    void scale_percentile_clipsAndSaysSo() {
        double[] values = new double[1000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i + 1;
        }
        values[999] = 1e9;
        RelevanceScale scale = RelevanceScale.of(List.of(map(10, 100, values)), 99.5);
        assertThat(scale.bound()).isEqualTo(995);
        assertThat(scale.clipped()).isTrue();
        assertThat(scale.colour(1e9)).isEqualTo(scale.colour(995));
        assertThat(RelevanceScale.of(List.of(map(1, 2, 3, -4)), 100).clipped()).isFalse();
        // Nearly all zero: the percentile is 0 and tells nothing.
        double[] sparse = new double[1000];
        sparse[3] = 7;
        assertThat(RelevanceScale.of(List.of(map(10, 100, sparse)), 99).bound()).isEqualTo(7);
        assertThat(RelevanceScale.of(List.of(map(1, 1, 1), map(1, 1, -3)), 100))
                .isEqualTo(new RelevanceScale(true, 3, 100, false));
        assertThatIllegalArgumentException().isThrownBy(() -> RelevanceScale.of(List.of(), 0));
    }

    @Test
    void ramps_stepsLookEquallyLargeAndDarkenAllTheWay() {
        for (Ramp ramp : List.of(Ramp.BLUE, Ramp.RED, Ramp.SEQUENTIAL)) {
            int n = 16;
            double[] steps = new double[n];
            for (int i = 0; i < n; i++) {
                Rgb from = ramp.at((double) i / n);
                Rgb to = ramp.at((i + 1.0) / n);
                steps[i] = Ramp.distance(from, to);
                assertThat(to.oklab()[0]).isLessThan(from.oklab()[0]);
            }
            double mean = Arrays.stream(steps).average().orElseThrow();
            for (double step : steps) {
                assertThat(step).isCloseTo(mean, within(0.2 * mean));
            }
        }
        double blue = Ramp.BLUE.at(1).oklab()[0];
        assertThat(Ramp.RED.at(1).oklab()[0]).isCloseTo(blue, within(0.05));
    }

    @Test
    void fit_smallMap_isEnlargedByAWholeNumberWithSquareEdges() {
        RelevanceImage image = RelevanceImage.of(map(2, 3, 1, -1, 0, 0.5, 0.25, -0.5));
        BufferedImage pixels = image.pixels();
        BufferedImage large = image.fit(100);
        assertThat(large.getWidth()).isEqualTo(99);
        assertThat(large.getHeight()).isEqualTo(66);
        for (int y = 0; y < 66; y++) {
            for (int x = 0; x < 99; x++) {
                assertThat(pixel(large, x, y)).isEqualTo(pixel(pixels, x / 33, y / 33));
            }
        }
    }

    @Test
    void fit_largeMap_showsMeansOfAreas() {
        Random random = new Random(1);
        double[] values = random.doubles(60 * 90, -1, 1).toArray();
        RelevanceMap map = map(60, 90, values);
        RelevanceScale scale = RelevanceScale.of(map);
        BufferedImage small = new RelevanceImage(map, scale).fit(30);
        assertThat(small.getWidth()).isEqualTo(30);
        assertThat(small.getHeight()).isEqualTo(20);
        for (int[] at : new int[][] {{0, 0}, {29, 19}, {13, 7}}) {
            double sum = 0;
            for (int y = 0; y < 3; y++) {
                for (int x = 0; x < 3; x++) {
                    sum += values[(3 * at[1] + y) * 90 + 3 * at[0] + x];
                }
            }
            assertThat(rgb(pixel(small, at[0], at[1]))).isEqualTo(scale.colour(sum / 9));
        }
    }

    @Test
    void averaged_anySizes_keepsTheMeanAndLeavesOutUndefinedValues() {
        Random random = new Random(2);
        for (int i = 0; i < 30; i++) {
            int h = 1 + random.nextInt(40);
            int w = 1 + random.nextInt(40);
            double[] values = random.doubles((long) h * w).toArray();
            int newH = 1 + random.nextInt(h);
            int newW = 1 + random.nextInt(w);
            double[] small = Raster.averaged(values, h, w, newH, newW);
            double before = Arrays.stream(values).average().orElseThrow();
            assertThat(Arrays.stream(small).average().orElseThrow()).isCloseTo(before, within(1e-9));
        }
        assertThat(Raster.averaged(new double[] {1, NAN, NAN, NAN}, 1, 4, 1, 2)).containsExactly(1, NAN);
    }

    @Test
    void summed_channels_areAddedWithTheirSigns() {
        RelevanceMap map = RelevanceMap.summed(new double[] {1, 2, -3, 4, 5, -1}, 3, 1, 2);
        assertThat(map.values()).containsExactly(3, 5);
        assertThatIllegalArgumentException().isThrownBy(() -> RelevanceMap.summed(new double[5], 3, 1, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> map(2, 2, 1)).withMessageContaining("2 x 2 and 1");
    }

    static Rgb rgb(int packed) {
        return new Rgb(packed >> 16 & 255, packed >> 8 & 255, packed & 255);
    }
}
