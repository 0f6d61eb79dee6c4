package dev.qualm.report.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class PaletteTest {
    /** Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB: none, protanopia, deuteranopia, tritanopia. */
    private static final double[][][] VISION = {
        {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
        {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
        {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
        {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
    };

    @Test
    void series_anyVision_areTellApart() {
        for (List<String> series : List.of(Palette.SERIES_LIGHT, Palette.SERIES_DARK)) {
            for (double[][] vision : VISION) {
                for (int i = 0; i < series.size(); i++) {
                    for (int j = 0; j < i; j++) {
                        assertThat(distance(seen(Rgb.of(series.get(i)), vision), seen(Rgb.of(series.get(j)), vision)))
                                .as("%s and %s", series.get(i), series.get(j))
                                .isGreaterThan(0.11);
                    }
                }
            }
        }
    }

    @Test
    void series_onTheirSurface_haveContrastThree() {
        for (String c : Palette.SERIES_LIGHT) {
            assertThat(Rgb.of(c).contrast(Palette.Role.SURFACE.light())).as(c).isGreaterThanOrEqualTo(2.95);
        }
        for (String c : Palette.SERIES_DARK) {
            assertThat(Rgb.of(c).contrast(Palette.Role.SURFACE.dark())).as(c).isGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void text_onEveryBackgroundAndHeat_isReadable() {
        for (Palette.Role back : List.of(Palette.Role.PAGE, Palette.Role.SURFACE, Palette.Role.SUNKEN)) {
            for (Palette.Role ink : List.of(Palette.Role.INK, Palette.Role.MUTED, Palette.Role.ACCENT)) {
                assertThat(ink.light().contrast(back.light()))
                        .as("%s on %s", ink, back)
                        .isGreaterThan(4.5);
                assertThat(ink.dark().contrast(back.dark()))
                        .as("dark %s on %s", ink, back)
                        .isGreaterThan(4.5);
            }
        }
        for (Palette.Role heat : List.of(Palette.Role.GOOD, Palette.Role.BAD)) {
            Rgb light = heat.light().over(Palette.Role.SURFACE.light(), Palette.MAX_HEAT);
            Rgb dark = heat.dark().over(Palette.Role.SURFACE.dark(), Palette.MAX_HEAT);
            // Small text in heat cells is painted with opacity 0.85.
            assertThat(Palette.Role.INK.light().over(light, 0.85).contrast(light))
                    .as("%s", heat)
                    .isGreaterThan(4.5);
            assertThat(Palette.Role.INK.dark().over(dark, 0.85).contrast(dark))
                    .as("dark %s", heat)
                    .isGreaterThan(4.5);
        }
    }

    @Test
    void diverging_awayFromZero_movesAwayFromTheMiddleOnBothSides() {
        Rgb light = Palette.divergingLight(0);
        Rgb dark = Palette.divergingDark(0);
        for (double v = 0.1; v <= 1; v += 0.1) {
            for (double sign : new double[] {-1, 1}) {
                assertThat(distance(Palette.divergingLight(sign * v).oklab(), light.oklab()))
                        .isGreaterThan(distance(
                                Palette.divergingLight(sign * (v - 0.1)).oklab(), light.oklab()));
                assertThat(distance(Palette.divergingDark(sign * v).oklab(), dark.oklab()))
                        .isGreaterThan(
                                distance(Palette.divergingDark(sign * (v - 0.1)).oklab(), dark.oklab()));
            }
        }
        assertThat(Palette.divergingLight(-7)).isEqualTo(Palette.divergingLight(-1));
    }

    @Test
    void diverging_oppositeSigns_areTellApartByAnyVision() {
        for (double[][] vision : VISION) {
            for (double v = 0.2; v <= 1; v += 0.1) {
                assertThat(distance(seen(Palette.divergingLight(v), vision), seen(Palette.divergingLight(-v), vision)))
                        .as("±%s", v)
                        .isGreaterThan(0.05);
            }
        }
    }

    @Test
    void dash_neighbours_differ() {
        for (int i = 1; i < 16; i++) {
            assertThat(Palette.dash(i)).isNotEqualTo(Palette.dash(i - 1));
        }
    }

    @Test
    void mix_ends_areTheColoursThemselves() {
        Rgb a = Rgb.of("#1844c4");
        Rgb b = Rgb.of("#c28b0d");
        assertThat(a.mix(b, 0)).isEqualTo(a);
        assertThat(a.mix(b, 1)).isEqualTo(b);
        assertThat(Rgb.of("#000000").contrast(Rgb.of("#ffffff"))).isCloseTo(21, within(1e-9));
    }

    private static double[] seen(Rgb c, double[][] m) {
        double[] in = {Rgb.linear(c.r()), Rgb.linear(c.g()), Rgb.linear(c.b())};
        double[] out = new double[3];
        for (int i = 0; i < 3; i++) {
            out[i] = Math.max(0, m[i][0] * in[0] + m[i][1] * in[1] + m[i][2] * in[2]);
        }
        return Rgb.oklab(out[0], out[1], out[2]);
    }

    private static double distance(double[] a, double[] b) {
        return Math.sqrt(Math.pow(a[0] - b[0], 2) + Math.pow(a[1] - b[1], 2) + Math.pow(a[2] - b[2], 2));
    }
}
