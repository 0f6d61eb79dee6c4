package dev.qualm.report.explanation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.qualm.report.Picture;
import dev.qualm.report.explanation.ExplanationSheet.Look;
import dev.qualm.report.explanation.ExplanationSheet.Range;
import dev.qualm.report.explanation.ExplanationSheet.Row;
import dev.qualm.report.sheet.Mark;
import dev.qualm.report.sheet.Sheet;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class ExplanationSheetTest {
    private static final String LONG = "a-very-long-name-of-a-method-that-nobody-would-choose-0001 ".repeat(30);

    private static Row row(String name, int size, int panels, long seed) {
        Picture input = SyntheticExplanations.asPicture(SyntheticExplanations.picture(size, 3, seed), 3, size);
        return new Row(name, input, "Sandal", 0.98, SyntheticExplanations.panels(panels, size, seed));
    }

    private static ExplanationSheet sheet(List<Row> rows, int columns) {
        return new ExplanationSheet("Explanations", rows, Look.PLAIN, List.of("A note."), columns);
    }

    @Test
    void draw_anySizesAndCounts_isTidy() {
        for (int size : new int[] {1, 8, 28, 97, 224, 300, 512}) {
            for (int panels : new int[] {1, 2, 7, 30}) {
                for (int columns : new int[] {1, 5, 40}) {
                    SheetChecks.assertTidy(sheet(List.of(row("x", Math.min(size, 64), panels, 1)), columns)
                            .draw());
                }
            }
            Sheet sheet = sheet(List.of(row("x", size, 3, 1), row("y", size, 2, 1)), 2)
                    .draw();
            SheetChecks.assertTidy(sheet);
            for (Mark.Image image : SheetChecks.images(sheet)) {
                assertThat(Math.max(image.width(), image.height()))
                        .as("size %d", size)
                        .isBetween(97.0, 256.0);
            }
        }
    }

    @Test
    void draw_longWords_areShortenedNotClipped() {
        for (int size : new int[] {8, 28, 512}) {
            RelevanceMap map = SyntheticExplanations.map(size, size, 3, true);
            ExplanationPanel panel = new ExplanationPanel(LONG, map, "", LONG, 0.5, 1e-300, List.of(LONG, LONG));
            ExplanationPanel missing = new ExplanationPanel(LONG, null, LONG, LONG, 0.5, 0.1, List.of(LONG));
            Picture input = SyntheticExplanations.asPicture(new double[size * size], 1, size);
            Row row = new Row(LONG, input, LONG, 1.0 / 3, List.of(panel, missing));
            for (List<Row> rows : List.of(List.of(row), List.of(row, row))) {
                Sheet sheet = new ExplanationSheet(
                                LONG,
                                rows,
                                new Look(Range.ROW, 90, true, 0.5),
                                List.of(LONG, LONG.replace(' ', '-')),
                                3)
                        .draw();
                SheetChecks.assertTidy(sheet);
                assertThat(sheet.width()).isLessThan(1000);
                assertThat(SheetChecks.texts(sheet)).anyMatch(t -> t.contains("…"));
            }
        }
    }

    @Test
    void draw_sameMethodsInAllRows_titlesStandOnce() {
        List<Row> rows = List.of(row("one", 28, 3, 1), row("two", 28, 3, 2), row("three", 28, 3, 3));
        List<String> texts = SheetChecks.texts(sheet(rows, 5).draw());
        assertThat(texts).containsOnlyOnce("method 0", "method 2", "one", "two", "three");
        assertThat(texts.stream().filter("Sandal · 0.980"::equals)).hasSize(3);
        List<String> wrapped = SheetChecks.texts(sheet(rows, 2).draw());
        assertThat(wrapped.stream().filter("method 2"::equals)).hasSize(3);
    }

    @Test
    void draw_wrappedRow_keepsTheInputsColumnFree() {
        Sheet sheet = sheet(List.of(row("x", 28, 5, 1)), 2).draw();
        List<Mark.Image> maps =
                SheetChecks.images(sheet).stream().filter(i -> i.height() > 20).toList();
        assertThat(maps).hasSize(6);
        double input = maps.get(0).x();
        assertThat(maps.subList(1, 6)).allMatch(m -> m.x() > input + 136);
        assertThat(maps.subList(1, 6).stream().map(Mark.Image::x).distinct()).hasSize(2);
        assertThat(maps.stream().map(Mark.Image::y).distinct()).hasSize(3);
    }

    @Test
    void draw_ranges_areSharedAsAsked() {
        RelevanceMap weak = new RelevanceMap(new double[] {0.5, -0.25, 0, 0}, 2, 2);
        RelevanceMap strong = new RelevanceMap(new double[] {2, -4, 0, 0}, 2, 2);
        RelevanceMap other = new RelevanceMap(new double[] {8, -8, 0, 0}, 2, 2);
        List<Row> rows = List.of(
                new Row(
                        "a",
                        null,
                        "",
                        Double.NaN,
                        List.of(ExplanationPanel.of("w", weak), ExplanationPanel.of("s", strong))),
                new Row("b", null, "", Double.NaN, List.of(ExplanationPanel.of("o", other))));
        assertThat(bounds(rows, Range.EACH)).containsExactly("0.50", "4.0", "8.0");
        assertThat(bounds(rows, Range.ROW)).containsExactly("4.0", "4.0", "8.0");
        assertThat(bounds(rows, Range.ALL)).containsExactly("8.0", "8.0", "8.0");
    }

    private static List<String> bounds(List<Row> rows, Range range) {
        Sheet sheet = new ExplanationSheet("t", rows, new Look(range, 100, false, 0), List.of(), 4).draw();
        return SheetChecks.texts(sheet).stream()
                .filter(t -> t.matches("[0-9]\\.[0-9]+"))
                .toList();
    }

    @Test
    void draw_oddMaps_sayWhatTheyAre() {
        List<ExplanationPanel> panels = new ArrayList<>();
        panels.add(ExplanationPanel.of("zero", new RelevanceMap(new double[4], 2, 2)));
        panels.add(ExplanationPanel.of("nan", new RelevanceMap(new double[] {Double.NaN}, 1, 1)));
        panels.add(ExplanationPanel.of("flat", new RelevanceMap(new double[] {1, 2, 3, 4}, 1, 4)));
        panels.add(ExplanationPanel.of("tall", new RelevanceMap(new double[900], 900, 1)));
        panels.add(ExplanationPanel.missing("none", "zero gradient: layer relu_3 is off"));
        Sheet sheet =
                sheet(List.of(new Row("x", null, "", Double.NaN, panels)), 9).draw();
        SheetChecks.assertTidy(sheet);
        assertThat(SheetChecks.texts(sheet))
                .containsOnlyOnce("The map is undefined everywhere", "zero gradient: layer relu_3 is off")
                .contains("0 everywhere");
        double[] clipped = new double[400];
        clipped[0] = -1;
        clipped[1] = -9;
        Sheet clip = new ExplanationSheet(
                        "t",
                        List.of(new Row(
                                "x",
                                null,
                                "",
                                Double.NaN,
                                List.of(ExplanationPanel.of("c", new RelevanceMap(clipped, 20, 20))))),
                        new Look(Range.EACH, 99.75, false, 0),
                        List.of(),
                        4)
                .draw();
        assertThat(SheetChecks.texts(clip)).contains("≤ −1.0", "≥ 1.0", "0", "colours end at percentile 99.75");
    }

    @Test
    void png_map_hasItsColoursInWholePixels() throws Exception {
        RelevanceMap map = new RelevanceMap(new double[] {1, -1, 0, 0.5}, 2, 2);
        ExplanationSheet figure =
                sheet(List.of(new Row("x", null, "", Double.NaN, List.of(ExplanationPanel.of("m", map)))), 1);
        Mark.Image drawn = SheetChecks.images(figure.draw()).get(0);
        BufferedImage png = SheetChecks.decode(figure);
        double[] expected = {1, -1, 0, 0.5};
        for (int i = 0; i < 4; i++) {
            for (double edge : new double[] {0.02, 0.98}) {
                int x = (int) (2 * (drawn.x() + (i % 2 + edge) * drawn.width() / 2));
                int y = (int) (2 * (drawn.y() + (i / 2 + edge) * drawn.height() / 2));
                assertThat(RelevanceImageTest.rgb(png.getRGB(x, y) & 0xffffff))
                        .isEqualTo(RelevanceScale.of(map).colour(expected[i]));
            }
        }
    }

    @Test
    void draw_oneMethod_hasTheColoursOfSignedMapsInAllRows() {
        RelevanceMap positive = new RelevanceMap(new double[] {2, 1, 0, 0}, 2, 2);
        RelevanceMap signed = new RelevanceMap(new double[] {2, -1, 0, 0}, 2, 2);
        Row both = new Row(
                "a",
                null,
                "",
                Double.NaN,
                List.of(ExplanationPanel.of("m", positive), ExplanationPanel.of("other", positive)));
        List<Row> rows = List.of(both, new Row("b", null, "", Double.NaN, List.of(ExplanationPanel.of("m", signed))));
        List<String> texts = SheetChecks.texts(sheet(rows, 3).draw());
        assertThat(texts.stream().filter("−2.0"::equals))
                .as("of both maps of m")
                .hasSize(2);
        assertThat(texts.stream().filter("2.0"::equals)).hasSize(3);
    }

    @Test
    void draw_itemsWithoutAPicture_keepTheirNames() {
        Row bad = new Row("bad.png", null, "", Double.NaN, List.of(ExplanationPanel.missing("method 0", "unreadable")));
        Sheet sheet = sheet(List.of(row("good.png", 28, 1, 1), bad), 3).draw();
        SheetChecks.assertTidy(sheet);
        assertThat(SheetChecks.texts(sheet)).contains("good.png", "bad.png", "No picture", "unreadable");
    }

    @Test
    void draw_roundingErrors_haveNoDigits() {
        RelevanceMap map = new RelevanceMap(new double[] {1, 2, 3, 4}, 2, 2);
        Row row = new Row(
                "a",
                null,
                "",
                Double.NaN,
                List.of(new ExplanationPanel("m", map, "", "", Double.NaN, 1e-8, List.of())));
        assertThat(SheetChecks.texts(sheet(List.of(row), 1).draw())).contains("sum off by < 0.01 %");
    }

    @Test
    void svg_hostileNames_isWellFormed() throws Exception {
        String hostile = SyntheticExplanations.HOSTILE;
        ExplanationPanel panel = new ExplanationPanel(
                hostile, SyntheticExplanations.map(8, 8, 1, true), "", hostile, 1, 0, List.of(hostile));
        Element svg = SheetChecks.parse(new ExplanationSheet(
                        hostile,
                        List.of(new Row(hostile, null, hostile, 1, List.of(panel))),
                        Look.PLAIN,
                        List.of(hostile),
                        3)
                .svg());
        assertThat(svg.getTagName()).isEqualTo("svg");
        assertThat(svg.getElementsByTagName("script").getLength()).isZero();
        assertThat(svg.getElementsByTagName("image").getLength()).isEqualTo(2);
    }

    @Test
    void new_contradictions_areRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> ExplanationPanel.missing("x", ""));
        assertThatIllegalArgumentException().isThrownBy(() -> sheet(List.of(), 0));
        SheetChecks.assertTidy(sheet(List.of(), 1).draw());
    }
}
