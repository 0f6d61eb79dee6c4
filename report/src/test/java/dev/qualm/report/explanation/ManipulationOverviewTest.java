package dev.qualm.report.explanation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.qualm.report.sheet.Mark;
import dev.qualm.report.sheet.Sheet;
import java.awt.image.BufferedImage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class ManipulationOverviewTest {
    @Test
    void draw_sizesAndNames_isTidyAndComplete() {
        for (int size : new int[] {8, 28, 97, 224, 512}) {
            for (String name : List.of("short", "a very long name of a picture ".repeat(40))) {
                Sheet sheet = SyntheticExplanations.overview(size, name, true).draw();
                SheetChecks.assertTidy(sheet);
                assertThat(sheet.width()).isLessThan(1200);
                // Four pictures, two lines of three maps and bars, then two pictures and two maps with bars.
                assertThat(SheetChecks.images(sheet)).hasSize(4 + 12 + 6);
                assertThat(SheetChecks.texts(sheet))
                        .contains("Original", "Target", "Manipulated", "Difference × 10", "L2 0.412 · L∞ 0.031")
                        .contains("Explanation: lrp-epsilon-plus", "The same after smoothing (β = 10)")
                        .contains("Sandal · 0.989", "SSIM to the original 0.973", "0.213", "0.881");
            }
        }
    }

    @Test
    void draw_columns_standBelowEachOther() {
        List<Mark.Image> images = SheetChecks.images(
                SyntheticExplanations.overview(28, "x", false).draw());
        assertThat(images).hasSize(16);
        List<Double> first = images.subList(0, 3).stream().map(Mark.Image::x).toList();
        assertThat(List.of(images.get(4).x(), images.get(6).x(), images.get(8).x()))
                .isEqualTo(first);
        assertThat(List.of(
                        images.get(10).x(), images.get(12).x(), images.get(14).x()))
                .isEqualTo(first);
    }

    @Test
    void draw_withoutSmoothingDifferenceAndMap_leavesThemOut() {
        ManipulationStage bare = new ManipulationStage(
                SyntheticExplanations.asPicture(new double[64], 1, 8),
                "",
                Double.NaN,
                ManipulationStage.Compared.missing("zero gradient: all of it"),
                null,
                null,
                null);
        Sheet sheet = new ManipulationOverview("t", "gradient", "", bare, bare, bare, bare, 100, List.of()).draw();
        SheetChecks.assertTidy(sheet);
        assertThat(SheetChecks.images(sheet)).hasSize(4);
        assertThat(SheetChecks.texts(sheet))
                .contains("zero gradient: all of it")
                .noneMatch(t -> t.contains("smoothing") || t.contains("Difference"));
    }

    @Test
    void draw_withoutTarget_leavesItsColumnOut() {
        ManipulationOverview o = SyntheticExplanations.overview(8, "x", true);
        Sheet sheet = new ManipulationOverview(
                        "t", "m", "β = 3", o.original(), null, o.manipulated(), o.control(), 100, List.of())
                .draw();
        SheetChecks.assertTidy(sheet);
        // Three pictures, two lines of two maps and bars, then two pictures and two maps with bars.
        assertThat(SheetChecks.images(sheet)).hasSize(3 + 8 + 6);
        assertThat(SheetChecks.texts(sheet)).contains("Manipulated").doesNotContain("Target");
    }

    @Test
    void draw_controlWithStrongerMap_keepsTheScaleOfTheLinesAbove() {
        ManipulationOverview o = SyntheticExplanations.overview(8, "x", true);
        double[] huge = new double[64];
        huge[0] = 1e6;
        ManipulationStage c = o.manipulated();
        ManipulationStage control = new ManipulationStage(
                c.image(),
                "",
                Double.NaN,
                ManipulationStage.Compared.of(new RelevanceMap(huge, 8, 8), null, null),
                null,
                null,
                null);
        Sheet sheet =
                new ManipulationOverview("t", "m", "", o.original(), o.target(), c, control, 100, List.of()).draw();
        assertThat(SheetChecks.texts(sheet)).noneMatch(t -> t.contains("1000000"));
    }

    @Test
    void factor_isTheLargestRoundNumberThatFits() {
        assertThat(difference(0.03).factor()).isEqualTo(10);
        assertThat(difference(0.1).factor()).isEqualTo(5);
        assertThat(difference(0.25).factor()).isEqualTo(2);
        assertThat(difference(0.7).factor()).isEqualTo(1);
        assertThat(difference(0.0009).factor()).isEqualTo(500);
        assertThat(difference(0).factor()).isEqualTo(1);
        assertThat(difference(0).none()).isTrue();
        BufferedImage image = difference(0.1).pixels();
        assertThat(image.getRGB(0, 0) & 0xffffff).isEqualTo(0xffffff);
        assertThat(image.getRGB(1, 0) & 0xffffff).isEqualTo(0x000000);
        assertThat(image.getRGB(2, 0) & 0xffffff).isEqualTo(0x808080);
    }

    @Test
    void between_picturesOfOtherSizes_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Difference.between(new double[3], new double[4], 1, 1, 3))
                .withMessageContaining("3 and 4");
        assertThat(Difference.between(new double[] {0.2, 0.5}, new double[] {0.1, 0.5}, 1, 1, 2)
                        .values()[0])
                .isEqualTo(-0.1);
    }

    private static Difference difference(double v) {
        return new Difference(new double[] {v, -v, 0}, 1, 1, 3);
    }

    @Test
    void svg_hostileName_isWellFormed() throws Exception {
        Element svg = SheetChecks.parse(SyntheticExplanations.overview(8, SyntheticExplanations.HOSTILE, true)
                .svg());
        assertThat(svg.getElementsByTagName("script").getLength()).isZero();
    }
}
