package dev.qualm.report.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.QualmException;
import dev.qualm.report.CosineMap;
import dev.qualm.report.sheet.Lettering;
import dev.qualm.report.sheet.Mark;
import dev.qualm.report.sheet.PngSheet;
import dev.qualm.report.sheet.Sheet;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class MapPictureTest {
    private static final double NAN = Double.NaN;
    private static final int ONE = 0x9c3a05;
    private static final int MINUS_ONE = 0x123a8c;
    private static final int ZERO = 0xf3f2ee;

    static MapPanel panel(double[][] values, List<String> names, int predicted) {
        return new MapPanel("item", "", null, false, CosineMap.of(values), names, predicted, null, "");
    }

    static double[][] random(int k, long seed) {
        Random random = new Random(seed);
        double[][] map = new double[k][k];
        for (int a = 0; a < k; a++) {
            for (int b = 0; b < a; b++) {
                map[a][b] = map[b][a] = 2 * random.nextDouble() - 1;
            }
            map[a][a] = 1;
        }
        return map;
    }

    static BufferedImage decode(MapFigure figure) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(figure.png()));
    }

    /** Colour of a cell near its upper left corner, which neither numbers nor hatches touch. */
    private static int cell(BufferedImage image, Sheet sheet, String tip) {
        Mark.Rect cell = cells(sheet).stream()
                .filter(r -> String.valueOf(r.tip()).startsWith(tip + ":"))
                .findFirst()
                .orElseThrow();
        int scale = PngSheet.scale(sheet);
        return image.getRGB((int) (cell.x() + 3) * scale, (int) (cell.y() + 3) * scale) & 0xffffff;
    }

    static List<Mark.Rect> cells(Sheet sheet) {
        return sheet.marks().stream()
                .filter(m -> m instanceof Mark.Rect r && r.tip() != null)
                .map(m -> (Mark.Rect) m)
                .toList();
    }

    @Test
    void png_fewClasses_hasTheFixedColours() throws IOException {
        double[][] map = {{1, -1, 0, NAN}, {-1, 1, 0.5, NAN}, {0, 0.5, 1, NAN}, {NAN, NAN, NAN, NAN}};
        MapPicture picture = new MapPicture(panel(map, List.of("a", "b", "c", "d"), 0), List.of());
        Sheet sheet = picture.draw();
        BufferedImage image = decode(picture);
        assertThat(cell(image, sheet, "a and a")).isEqualTo(ONE);
        assertThat(cell(image, sheet, "a and b")).isEqualTo(MINUS_ONE);
        assertThat(cell(image, sheet, "a and c")).isEqualTo(ZERO);
        assertThat(cell(image, sheet, "d and b")).isEqualTo(HeatDrawing.UNDEFINED.packed());
        assertThat(cell(image, sheet, "c and b")).isEqualTo(cell(image, sheet, "b and c"));
        // A map without extremes has the same colours: the scale is not stretched.
        MapPicture pale = new MapPicture(
                panel(new double[][] {{1, 0.5, 0}, {0.5, 1, 0.1}, {0, 0.1, 1}}, List.of("a", "b", "c"), 0), List.of());
        BufferedImage paleImage = decode(pale);
        assertThat(cell(paleImage, pale.draw(), "a and b")).isEqualTo(cell(image, sheet, "b and c"));
        assertThat(cell(paleImage, pale.draw(), "a and c")).isEqualTo(ZERO);
    }

    @Test
    void draw_undefinedCells_areHatched() {
        double[][] map = {{1, 0.5, NAN}, {0.5, 1, NAN}, {NAN, NAN, NAN}};
        Sheet sheet = new MapPicture(panel(map, List.of("a", "b", "c"), -1), List.of()).draw();
        Mark.Rect undefined = cells(sheet).stream()
                .filter(r -> "a and c: undefined".equals(r.tip()))
                .findFirst()
                .orElseThrow();
        long hatches = sheet.marks().stream()
                .filter(m -> m instanceof Mark.Line l && l.x1() != l.x2() && l.y1() != l.y2())
                .count();
        assertThat(hatches).isEqualTo(5);
        assertThat(sheet.marks())
                .anyMatch(m -> m instanceof Mark.Line l && l.x1() == undefined.x() && l.y2() == undefined.y());
    }

    @Test
    void draw_predictedClass_isBoldAndFramed() {
        Sheet sheet = new MapPicture(panel(random(5, 1), List.of("a", "b", "c", "d", "e"), 3), List.of()).draw();
        List<String> bold = sheet.marks().stream()
                .filter(m -> m instanceof Mark.Text t && t.lettering().bold())
                .map(m -> ((Mark.Text) m).text())
                .toList();
        assertThat(bold).containsExactly("item", "d", "d");
        Mark.Rect first = cells(sheet).stream()
                .filter(r -> String.valueOf(r.tip()).startsWith("d and a"))
                .findFirst()
                .orElseThrow();
        assertThat(sheet.marks())
                .anyMatch(m -> m instanceof Mark.Rect r
                        && r.fill().equals(Sheet.INK)
                        && r.y() + r.height() == first.y()
                        && r.width() > 5 * first.width());
    }

    @Test
    void png_thousandClasses_hasWholePixelsPerCell() throws IOException {
        double[][] map = random(1000, 2);
        map[3][7] = map[7][3] = NAN;
        map[0][999] = map[999][0] = -1;
        MapPicture picture = new MapPicture(panel(map, List.of(), 500), List.of("A note."));
        Sheet sheet = picture.draw();
        BufferedImage image = decode(picture);
        int scale = PngSheet.scale(sheet);
        Mark.Image drawn = (Mark.Image) sheet.marks().stream()
                .filter(m -> m instanceof Mark.Image)
                .findFirst()
                .orElseThrow();
        assertThat(drawn.width()).isEqualTo(1000);
        assertThat(image.getWidth()).isLessThan(2600);
        for (int[] at : new int[][] {{0, 0}, {3, 7}, {0, 999}, {999, 0}, {123, 456}, {999, 999}}) {
            int x = (int) drawn.x() + at[1];
            int y = (int) drawn.y() + at[0];
            assertThat(image.getRGB(x * scale, y * scale) & 0xffffff)
                    .as("cell %d, %d", at[0], at[1])
                    .isEqualTo(HeatDrawing.colour(map[at[0]][at[1]]).packed());
        }
        assertThat(cells(sheet)).isEmpty();
    }

    @Test
    void draw_anyNumberOfClasses_staysOnTheSheetAndReasonable() {
        for (int k : new int[] {2, 3, 10, 11, 20, 21, 45, 60, 72, 73, 100, 121, 361, 719, 721, 1500, 2500}) {
            List<String> names =
                    IntStream.range(0, k).mapToObj(i -> "class number " + i).toList();
            Sheet sheet = new MapPicture(panel(random(k, k), names, k - 1), List.of("one", "two")).draw();
            assertThat(sheet.width()).as("width for %d", k).isBetween(200, 2300);
            assertThat(sheet.height()).as("height for %d", k).isBetween(200, 2400);
            assertOnSheet(sheet);
            double side = MapPicture.grid(k).side();
            assertThat(side).as("side for %d", k).isGreaterThanOrEqualTo(Math.min(k * 10, 350));
        }
    }

    static void assertOnSheet(Sheet sheet) {
        for (Mark mark : sheet.marks()) {
            double left = 0;
            double right = 0;
            double bottom = 0;
            if (mark instanceof Mark.Rect r) {
                left = r.x();
                right = r.x() + r.width();
                bottom = r.y() + r.height();
            } else if (mark instanceof Mark.Image i) {
                left = i.x();
                right = i.x() + i.width();
                bottom = i.y() + i.height();
            } else if (mark instanceof Mark.Text t) {
                double w = t.lettering().width(t.text());
                left = t.anchor() == Mark.Anchor.END
                        ? t.x() - w
                        : t.anchor() == Mark.Anchor.MIDDLE ? t.x() - w / 2 : t.x();
                right = t.anchor() == Mark.Anchor.RISING
                        ? t.x() + 0.7 * w
                        : t.anchor() == Mark.Anchor.START ? t.x() + w : t.x();
                bottom = t.y();
            }
            assertThat(left).as("%s", mark).isGreaterThanOrEqualTo(0);
            assertThat(right).as("%s", mark).isLessThanOrEqualTo(sheet.width());
            assertThat(bottom).as("%s", mark).isLessThanOrEqualTo(sheet.height());
        }
    }

    @Test
    void pixels_moreClassesThanPixels_areMeansOfBlocks() {
        double[][] map = random(5, 3);
        map[0][2] = NAN;
        map[4][4] = NAN;
        BufferedImage image = HeatDrawing.pixels(map, new Grid(5, 1, 2));
        assertThat(image.getWidth()).isEqualTo(3);
        assertThat(image.getRGB(0, 1) & 0xffffff)
                .isEqualTo(HeatDrawing.colour((map[2][0] + map[2][1] + map[3][0] + map[3][1]) / 4)
                        .packed());
        assertThat(image.getRGB(1, 0) & 0xffffff)
                .isEqualTo(HeatDrawing.colour((map[0][3] + map[1][2] + map[1][3]) / 3)
                        .packed());
        assertThat(image.getRGB(2, 2) & 0xffffff).isEqualTo(HeatDrawing.UNDEFINED.packed());
    }

    @Test
    void svg_hostileNames_isWellFormedWithTooltips() throws Exception {
        String hostile = "<script>alert(1)</script>\"'&\u0000";
        MapPanel panel = new MapPanel(
                hostile,
                hostile,
                hostile,
                true,
                CosineMap.of(new double[][] {{1, -0.25, NAN}, {-0.25, 1, NAN}, {NAN, NAN, NAN}}),
                List.of(hostile, "b", "c"),
                1,
                null,
                hostile);
        String svg = new MapPicture(panel, List.of(hostile)).svg();
        Element root = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)))
                .getDocumentElement();
        assertThat(root.getTagName()).isEqualTo("svg");
        assertThat(root.getElementsByTagName("script").getLength()).isZero();
        assertThat(svg)
                .contains(": −0.250</title>")
                .contains("undefined</title>")
                .doesNotContain("var(");
    }

    @Test
    void draw_missingMap_saysWhy() {
        MapPanel panel = new MapPanel(
                "item", "", null, false, CosineMap.missing("zero gradient: all of it"), List.of(), -1, null, "");
        Sheet sheet = new MapPicture(panel, List.of()).draw();
        assertThat(sheet.marks())
                .anyMatch(m -> m instanceof Mark.Text t && t.text().equals("zero gradient: all of it"));
        assertOnSheet(sheet);
    }

    @Test
    void panel_rowsThatDoNotFit_areRefused() {
        double[][] map = random(3, 4);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> panel(map, List.of("a"), 0))
                .withMessageContaining("3 rows");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> panel(map, List.of(), 3))
                .withMessageContaining("row 3");
    }

    @Test
    void png_hugeSheet_isRefusedWithAWayOut() {
        Sheet sheet = new Sheet();
        sheet.reach(100_000, 3_000);
        assertThatThrownBy(() -> PngSheet.draw(sheet))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("--limit");
    }

    @Test
    void lettering_longText_isFittedAndWrapped() {
        Lettering l = Lettering.BODY;
        assertThat(l.fit("short", 100)).isEqualTo("short");
        String cut = l.fit("images/a-very-long-name-of-some-file-0001.png", 120);
        assertThat(cut).startsWith("images").endsWith("1.png").contains("…");
        assertThat(l.width(cut)).isLessThanOrEqualTo(120);
        List<String> lines = l.wrap("one two three four five six seven eight nine ten", 100);
        assertThat(lines).hasSizeGreaterThan(2).allMatch(line -> l.width(line) <= 100);
        assertThat(String.join(" ", lines)).isEqualTo("one two three four five six seven eight nine ten");
        assertThat(l.fit("wide", 0)).isEqualTo("…");
    }

    @Test
    void axes_step_givesAFewRoundNumbers() {
        for (int k = 13; k < 5000; k++) {
            int step = Axes.step(k);
            assertThat(k / step).as("k %d step %d", k, step).isBetween(4, 12);
            assertThat(Integer.toString(step)).matches("[125]0*");
        }
    }
}
