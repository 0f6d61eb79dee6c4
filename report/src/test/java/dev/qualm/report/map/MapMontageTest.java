package dev.qualm.report.map;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.array.Array;
import dev.qualm.report.CosineMap;
import dev.qualm.report.Picture;
import dev.qualm.report.sheet.Mark;
import dev.qualm.report.sheet.Sheet;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MapMontageTest {
    private static final List<String> NAMES = List.of("a", "b", "c", "d");

    private static MapPanel panel(String title, long seed) {
        return new MapPanel(
                title,
                "a · 0.500",
                "label b",
                true,
                CosineMap.of(MapPictureTest.random(4, seed)),
                NAMES,
                (int) (seed % 4),
                Picture.of(Array.of(new float[] {0, 1, 1, 0}, 2, 2)),
                "");
    }

    private static List<MapPanel> panels(int n) {
        return IntStream.range(0, n).mapToObj(i -> panel("item " + i, i)).toList();
    }

    /** Upper left corners of the maps, by their first cell. */
    private static List<Mark.Rect> corners(Sheet sheet) {
        return MapPictureTest.cells(sheet).stream()
                .filter(r -> String.valueOf(r.tip()).startsWith("a and a:"))
                .toList();
    }

    @Test
    void draw_rows_standBelowEachOtherInOneGrid() {
        MapPanel mean =
                new MapPanel("mean", "", null, false, CosineMap.of(MapPictureTest.random(4, 9)), NAMES, -1, null, "");
        MapMontage montage = new MapMontage(
                "maps",
                List.of(
                        new MapMontage.Row("clean", mean, panels(5)),
                        new MapMontage.Row("noise", mean, panels(2)),
                        new MapMontage.Row("one", null, panels(1))),
                List.of("A note."),
                3);
        Sheet sheet = montage.draw();
        MapPictureTest.assertOnSheet(sheet);
        Map<Double, List<Double>> lines = new TreeMap<>();
        for (Mark.Rect corner : corners(sheet)) {
            lines.computeIfAbsent(corner.y(), y -> new ArrayList<>()).add(corner.x());
        }
        assertThat(lines.values().stream().map(List::size)).containsExactly(4, 2, 3, 1);
        List<Double> columns = new ArrayList<>(lines.values()).get(0);
        assertThat(columns).isSortedAccordingTo(Comparator.naturalOrder()).doesNotHaveDuplicates();
        // The column of the means is kept free where a row goes on or has none.
        List<List<Double>> all = List.copyOf(lines.values());
        assertThat(all.get(1)).containsExactly(columns.get(1), columns.get(2));
        assertThat(all.get(2)).containsExactly(columns.get(0), columns.get(1), columns.get(2));
        assertThat(all.get(3)).containsExactly(columns.get(1));
        double side = MapMontage.grid(4).side();
        assertThat(columns.get(1) - columns.get(0)).isGreaterThan(side);
        List<Double> tops = List.copyOf(lines.keySet());
        for (int i = 1; i < tops.size(); i++) {
            assertThat(tops.get(i) - tops.get(i - 1)).isGreaterThan(side);
        }
    }

    @Test
    void draw_titlesAndNames_areThere() {
        MapMontage montage = new MapMontage(
                "maps",
                List.of(new MapMontage.Row("clean", null, panels(2)), new MapMontage.Row("noise", null, panels(2))),
                List.of(),
                8);
        Map<String, Long> texts = montage.draw().marks().stream()
                .filter(m -> m instanceof Mark.Text)
                .map(m -> ((Mark.Text) m).text())
                .collect(Collectors.groupingBy(t -> t, Collectors.counting()));
        assertThat(texts).containsEntry("clean", 1L).containsEntry("noise", 1L).containsEntry("maps", 1L);
        assertThat(texts).containsEntry("−1", 1L).containsEntry("0.5", 1L).containsEntry("item 1", 2L);
        assertThat(texts).as("names stand once a line").containsEntry("c", 2L);
        assertThat(texts).containsEntry("label b", 4L);
    }

    @Test
    void draw_differingClasses_haveNoNames() {
        MapPanel other = new MapPanel(
                "x",
                "",
                null,
                false,
                CosineMap.of(MapPictureTest.random(4, 1)),
                List.of("a", "b", "c", "e"),
                0,
                null,
                "");
        MapMontage montage = new MapMontage(
                "maps", List.of(new MapMontage.Row("", null, List.of(panel("y", 1), other))), List.of(), 8);
        assertThat(montage.draw().marks())
                .noneMatch(m -> m instanceof Mark.Text t && t.text().equals("c"));
    }

    @Test
    void draw_missingAndRemarkedPanels_explainThemselves() {
        MapPanel missing = new MapPanel(
                "bad", "", null, false, CosineMap.missing("unreadable: no image"), List.of(), -1, null, "");
        MapPanel remarked = new MapPanel(
                "odd",
                "",
                null,
                false,
                CosineMap.of(MapPictureTest.random(4, 1)),
                NAMES,
                0,
                null,
                "zero gradient: of class 3");
        MapMontage montage =
                new MapMontage("maps", List.of(new MapMontage.Row("", null, List.of(missing, remarked))), List.of(), 8);
        Sheet sheet = montage.draw();
        MapPictureTest.assertOnSheet(sheet);
        String texts = sheet.marks().stream()
                .filter(m -> m instanceof Mark.Text)
                .map(m -> ((Mark.Text) m).text())
                .collect(Collectors.joining(" "));
        assertThat(texts).contains("unreadable: no image").contains("zero gradient: of class 3");
    }

    @Test
    void png_manyClasses_keepsMapsSmall() throws IOException {
        MapPanel large = new MapPanel(
                "x", "", null, false, CosineMap.of(MapPictureTest.random(500, 1)), List.of(), 499, null, "");
        MapMontage montage =
                new MapMontage("maps", List.of(new MapMontage.Row("", null, List.of(large, large))), List.of(), 8);
        assertThat(MapMontage.grid(500).side()).isBetween(120, 220);
        BufferedImage image = MapPictureTest.decode(montage);
        assertThat(image.getWidth()).isLessThan(1200);
        MapPictureTest.assertOnSheet(montage.draw());
    }
}
