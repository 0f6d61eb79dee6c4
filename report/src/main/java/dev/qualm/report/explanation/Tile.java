package dev.qualm.report.explanation;

import dev.qualm.report.chart.Rgb;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * One picture of a sheet with what is written around it.
 *
 * @param title above the picture
 * @param subject what is drawn, or null
 * @param reason why nothing is drawn; empty where something is
 * @param scale drawn below the picture as a bar, or null
 * @param lines below that, each cut to the tile's width
 * @param scores below that, or null
 */
record Tile(
        String title,
        @Nullable Subject subject,
        String reason,
        @Nullable RelevanceScale scale,
        List<Line> lines,
        @Nullable Scores scores) {
    /** The reason where a map has no value. */
    static final String UNDEFINED = "The map is undefined everywhere";

    /**
     * Something to draw.
     *
     * @param width in its own pixels
     * @param fit draws it in a square of so many pixels
     */
    record Subject(int width, int height, IntFunction<BufferedImage> fit) {
        static Subject of(BufferedImage image) {
            return new Subject(image.getWidth(), image.getHeight(), side -> Raster.fit(image, side));
        }

        static Subject of(RelevanceImage image) {
            return new Subject(image.map().width(), image.map().height(), image::fit);
        }

        int longer() {
            return Math.max(width, height);
        }
    }

    record Line(String text, boolean strong, Rgb colour) {}

    /**
     * Numbers in columns under short heads.
     *
     * @param rows each with a name and as many numbers as there are heads
     */
    record Scores(List<String> heads, List<Row> rows) {
        record Row(String name, List<String> numbers) {}
    }

    Tile {
        lines = List.copyOf(lines);
    }

    static Tile picture(String title, Subject subject, List<Line> lines, @Nullable Scores scores) {
        return new Tile(title, subject, "", null, lines, scores);
    }

    static Tile map(String title, Subject subject, RelevanceScale scale, List<Line> lines, @Nullable Scores scores) {
        return new Tile(title, subject, "", scale, lines, scores);
    }

    static Tile missing(String title, String reason, List<Line> lines) {
        return new Tile(title, null, reason, null, lines, null);
    }
}
