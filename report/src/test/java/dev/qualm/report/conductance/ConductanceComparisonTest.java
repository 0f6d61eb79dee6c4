package dev.qualm.report.conductance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.report.Picture;
import dev.qualm.report.explanation.RelevanceMap;
import dev.qualm.report.explanation.RelevanceScale;
import dev.qualm.report.sheet.Mark;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConductanceComparisonTest {
    @Test
    void draw_twoImages_shareOneRange() {
        ConductanceComparison figure = figure(new double[] {0.25, Double.NaN});
        List<BufferedImage> images = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        figure.draw().marks().forEach(mark -> {
            if (mark instanceof Mark.Image i) {
                images.add(i.pixels());
            } else if (mark instanceof Mark.Text t) {
                texts.add(t.text());
            }
        });
        // The strongest value of both is 8, in the reference: there the colour ends, and the input's 2 is a quarter of
        // it.
        RelevanceMap all = new RelevanceMap(new double[] {-1, 8}, 1, 2);
        RelevanceScale scale = RelevanceScale.of(all);
        assertThat(images.stream().anyMatch(i -> has(i, scale.colour(8).packed())))
                .isTrue();
        assertThat(images.stream().anyMatch(i -> has(i, scale.colour(2).packed())))
                .isTrue();
        assertThat(texts)
                .contains("map 2", "map 0", "0.25 × class mean", "no class mean to compare", "cat.png", "dog.png")
                // The means of map 2 are -0.125 and 2, so the class mean is -0.5.
                .contains("−4.0 × class mean");
        assertThat(figure.png())
                .isEqualTo(figure(new double[] {0.25, Double.NaN}).png());
    }

    @Test
    void draw_layerWithoutPositions_isDrawn() {
        ConductanceComparison.Side side =
                new ConductanceComparison.Side("row 1", null, "yes", 0.9, Array.of(new double[] {1, -2, 3}, 3));
        ConductanceComparison figure =
                new ConductanceComparison("t", side, side, new int[] {2, 1}, new double[] {1, 1}, List.of());
        assertThat(figure.png()).isNotEmpty();
        assertThat(figure.svg()).contains("map 2");
    }

    @Test
    void draw_unknownMap_isRefused() {
        ConductanceComparison.Side side =
                new ConductanceComparison.Side("a", null, "yes", 0.9, Array.of(new double[] {1, -2, 3}, 3));
        assertThatThrownBy(() ->
                        new ConductanceComparison("t", side, side, new int[] {3}, new double[] {1}, List.of()).draw())
                .isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> new ConductanceComparison.Side("a", null, "", 1, Array.of(new double[4], 2, 2)))
                .isInstanceOf(ShapeException.class);
    }

    private static boolean has(BufferedImage image, int colour) {
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                if ((image.getRGB(x, y) & 0xffffff) == (colour & 0xffffff)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static ConductanceComparison figure(double[] relative) {
        double[] weak = new double[3 * 16];
        double[] strong = new double[3 * 16];
        for (int i = 0; i < weak.length; i++) {
            weak[i] = -(i % 3) / 4.0;
            strong[i] = i % 5;
        }
        weak[37] = 2;
        strong[3] = 8;
        weak[5] = -1;
        Picture picture = Picture.of(Array.of(new double[64], 8, 8));
        return new ConductanceComparison(
                "Conductance of features at the maps of class cat",
                new ConductanceComparison.Side("dog.png", picture, "cat", 0.61, Array.of(weak, 3, 4, 4)),
                new ConductanceComparison.Side("cat.png", picture, "cat", 0.99, Array.of(strong, 3, 4, 4)),
                new int[] {2, 0},
                relative,
                List.of("Mean over 412 correct predictions."));
    }
}
