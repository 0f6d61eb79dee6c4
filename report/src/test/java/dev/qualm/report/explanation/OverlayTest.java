package dev.qualm.report.explanation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.qualm.report.Picture;
import dev.qualm.report.chart.Palette;
import dev.qualm.report.chart.Rgb;
import java.awt.image.BufferedImage;
import org.junit.jupiter.api.Test;

class OverlayTest {
    private static final Picture GREY = SyntheticExplanations.asPicture(new double[16], 1, 4);

    private static Rgb pixel(BufferedImage image, int x, int y) {
        return RelevanceImageTest.rgb(image.getRGB(x, y) & 0xffffff);
    }

    @Test
    void fit_strength_setsTheOpacity() {
        double[] values = new double[16];
        values[0] = 1;
        values[1] = -1;
        values[2] = 0.25;
        BufferedImage image = Overlay.of(new RelevanceMap(values, 4, 4), GREY).fit(4);
        Rgb none = pixel(image, 3, 3);
        assertThat(none.r()).isEqualTo(none.g()).isEqualTo(none.b());
        assertThat(pixel(image, 0, 0).r()).isGreaterThan(pixel(image, 0, 0).b() + 50);
        assertThat(pixel(image, 1, 0).b()).isGreaterThan(pixel(image, 1, 0).r() + 50);
        assertThat(pixel(image, 2, 0)).isEqualTo(Ramp.RED.at(0.25).over(none, 0.92 * 0.5));
    }

    @Test
    void fit_mapsOfOtherSizes_coverTheirShareOfTheInput() {
        RelevanceMap coarse = new RelevanceMap(new double[] {1, 0, 0, -1}, 2, 2);
        BufferedImage image = Overlay.of(coarse, GREY).fit(8);
        assertThat(image.getWidth()).isEqualTo(8);
        assertThat(pixel(image, 0, 0)).isEqualTo(pixel(image, 3, 3)).isNotEqualTo(pixel(image, 4, 3));
        assertThat(pixel(image, 7, 7)).isEqualTo(pixel(image, 4, 4)).isNotEqualTo(pixel(image, 0, 0));
        RelevanceMap fine = SyntheticExplanations.map(64, 64, 1, true);
        assertThat(Overlay.of(fine, GREY).fit(4).getWidth()).isEqualTo(4);
    }

    @Test
    void fit_contour_surroundsTheStrongRegionAlone() {
        double[] values = new double[32 * 32];
        for (int y = 8; y < 24; y++) {
            for (int x = 8; x < 24; x++) {
                values[y * 32 + x] = -1;
            }
        }
        RelevanceMap map = new RelevanceMap(values, 32, 32);
        Picture input = SyntheticExplanations.asPicture(new double[32 * 32], 1, 32);
        BufferedImage image = new Overlay(map, input, RelevanceScale.of(map), 0.5).fit(32);
        int outlined = 0;
        for (int y = 0; y < 32; y++) {
            for (int x = 0; x < 32; x++) {
                boolean ink = pixel(image, x, y).equals(Palette.Role.INK.light());
                outlined += ink ? 1 : 0;
                boolean nearBorder = Math.min(Math.min(x, y), Math.min(31 - x, 31 - y)) >= 7
                        && !(x > 10 && x < 21 && y > 10 && y < 21);
                assertThat(ink && !nearBorder).as("%d, %d", x, y).isFalse();
            }
        }
        assertThat(outlined).isBetween(40, 64);
        RelevanceMap zero = new RelevanceMap(new double[16], 4, 4);
        assertThat(pixel(new Overlay(zero, GREY, RelevanceScale.of(zero), 0.5).fit(4), 0, 0))
                .isNotEqualTo(Palette.Role.INK.light());
    }

    @Test
    void new_contourBeyondOne_isRefused() {
        RelevanceMap map = new RelevanceMap(new double[1], 1, 1);
        assertThatIllegalArgumentException().isThrownBy(() -> new Overlay(map, GREY, RelevanceScale.of(map), 1.5));
    }
}
