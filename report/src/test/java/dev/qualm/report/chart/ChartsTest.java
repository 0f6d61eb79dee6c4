package dev.qualm.report.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.qualm.report.html.DataUri;
import dev.qualm.report.html.Html;
import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ChartsTest {
    private static final String HOSTILE = "<script>alert(1)</script>\"'&\u0000";

    @Test
    void svg_hostileNames_staysWellFormedAndInert() throws Exception {
        double[] x = {0, 0.5, 1};
        List<Html> charts = List.of(
                new LineChart(
                                HOSTILE,
                                HOSTILE,
                                Axis.unit(HOSTILE),
                                Axis.unit(HOSTILE),
                                List.of(new Line(HOSTILE, x, x, 0)))
                        .svg(),
                new RocChart(HOSTILE, HOSTILE, HOSTILE, List.of(new Line(HOSTILE, x, x, 3))).svg(),
                new HistogramChart(
                                HOSTILE,
                                HOSTILE,
                                new double[] {0, 1, 2},
                                HOSTILE,
                                new double[] {0.5, 0.5},
                                List.of(new HistogramChart.Strip(HOSTILE, new double[] {0.1, 0.9}, 1)))
                        .svg(),
                new IntervalChart(
                                HOSTILE,
                                HOSTILE,
                                0.5,
                                List.of(HOSTILE),
                                List.of(new IntervalChart.Column(HOSTILE, List.of(new double[] {0.7, 0.6, 0.8}))))
                        .svg(),
                new ReliabilityChart(HOSTILE, List.of(new ReliabilityChart.Bin(0, 0.5, 4, 0.3, 0.5))).svg(),
                HeatMap.cosines(HOSTILE, new double[][] {{1, Double.NaN}, {-1, 1}}, List.of(HOSTILE, "b"), 0)
                        .html());
        for (Html chart : charts) {
            Element svg = parse(chart);
            assertThat(svg.getTagName()).isEqualTo("svg");
            assertThat(svg.getAttribute("role")).isEqualTo("img");
            assertThat(svg.getAttribute("aria-label")).isNotBlank();
            assertThat(svg.getElementsByTagName("desc").item(0).getTextContent())
                    .isNotBlank();
            assertThat(svg.getElementsByTagName("script").getLength()).isZero();
            assertThat(chart.toString()).doesNotContain("NaN", "Infinity");
        }
    }

    @Test
    void lineChart_longCurve_keepsItsShapeInFewPoints() throws Exception {
        int n = 50_000;
        double[] x = IntStream.range(0, n).mapToDouble(i -> i / (n - 1.0)).toArray();
        double[] y = Arrays.stream(x).map(Math::sqrt).toArray();
        Element svg = parse(new RocChart("t", "out", "in", List.of(new Line("s", x, y, 0))).svg());
        String d = ((Element) svg.getElementsByTagName("path").item(0)).getAttribute("d");
        assertThat(d.length()).isLessThan(2000);
        assertThat(d).startsWith("M46 292L").endsWith("L328 10");
    }

    @Test
    void simplify_randomWalk_staysWithinTolerance() {
        Random random = new Random(5);
        for (int trial = 0; trial < 30; trial++) {
            int n = 2 + random.nextInt(200);
            double[] x = new double[n];
            double[] y = new double[n];
            for (int i = 1; i < n; i++) {
                x[i] = x[i - 1] + random.nextGaussian();
                y[i] = y[i - 1] + random.nextGaussian();
            }
            int[] keep = Simplify.keep(x, y, 0.8);
            assertThat(keep[0]).isZero();
            assertThat(keep[keep.length - 1]).isEqualTo(n - 1);
            for (int k = 1; k < keep.length; k++) {
                for (int i = keep[k - 1]; i <= keep[k]; i++) {
                    assertThat(toSegment(x, y, i, keep[k - 1], keep[k])).isLessThanOrEqualTo(0.8 + 1e-3);
                }
            }
        }
    }

    /** By walking along the segment: slow and obvious. */
    private static double toSegment(double[] x, double[] y, int p, int a, int b) {
        double best = Double.POSITIVE_INFINITY;
        for (int s = 0; s <= 4000; s++) {
            double t = s / 4000.0;
            best = Math.min(best, Math.hypot(x[a] + t * (x[b] - x[a]) - x[p], y[a] + t * (y[b] - y[a]) - y[p]));
        }
        return best;
    }

    @Test
    void lineChart_gapInTheData_breaksTheLine() throws Exception {
        double[] x = {0, 0.2, 0.4, 0.6, 0.8};
        double[] y = {0, 0.2, Double.NaN, 0.1, 0.9};
        LineChart chart = new LineChart("t", "d", Axis.unit("x"), Axis.unit("y"), List.of(new Line("s", x, y, 0)));
        assertThat(parse(chart.svg()).getElementsByTagName("path").getLength()).isEqualTo(2);
    }

    @Test
    void intervalChart_missingEstimate_showsADash() throws Exception {
        List<double[]> missing = List.of(new double[] {Double.NaN, Double.NaN, Double.NaN});
        Element svg = parse(
                new IntervalChart("t", "AUROC", 0.5, List.of("a"), List.of(new IntervalChart.Column("set", missing)))
                        .svg());
        assertThat(svg.getTextContent()).contains("–");
    }

    @Test
    void heatMap_fixedScale_givesEqualValuesEqualColours() {
        double[][] weak = {{0.5, 0}, {0, 0.5}};
        double[][] strong = {{0.5, -1}, {1, 0.5}};
        String colour = Palette.diverging(0.5);
        assertThat(HeatMap.cosines("a", weak, List.of(), -1).html().toString()).contains(colour);
        assertThat(HeatMap.cosines("b", strong, List.of(), -1).html().toString())
                .contains(colour);
        assertThat(HeatMap.symmetric("c", weak, List.of()).html().toString()).doesNotContain(colour);
    }

    @Test
    void heatMap_manyClasses_isAPictureOfOnePixelPerCell() throws Exception {
        int k = 100;
        double[][] v = new double[k][k];
        IntStream.range(0, k).forEach(i -> v[i][i] = 1);
        v[3][7] = Double.NaN;
        String src = parse(HeatMap.cosines("big", v, List.of(), -1).html()).getAttribute("src");
        assertThat(src).startsWith(DataUri.PNG);
        byte[] png = Base64.getDecoder().decode(src.substring(DataUri.PNG.length()));
        var image = ImageIO.read(new ByteArrayInputStream(png));
        assertThat(image.getWidth()).isEqualTo(k);
        assertThat(image.getRGB(5, 5) & 0xffffff)
                .isEqualTo(Palette.divergingLight(1).packed());
        assertThat(image.getRGB(6, 5) & 0xffffff)
                .isEqualTo(Palette.divergingLight(0).packed());
        assertThat(image.getRGB(7, 3) & 0xffffff).isEqualTo(Palette.UNDEFINED.packed());
    }

    @Test
    void heatMap_raggedEmptyOrUnlabelled_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HeatMap.cosines("t", new double[][] {{1, 2}, {1}}, List.of(), -1))
                .withMessageContaining("row 1");
        assertThatIllegalArgumentException().isThrownBy(() -> HeatMap.cosines("t", new double[0][], List.of(), -1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HeatMap.cosines("t", new double[][] {{1}}, List.of("a", "b"), -1));
    }

    @Test
    void histogramChart_peakBeyondTheFrame_isNumbered() {
        double[] edges = {0, 1, 2, 3, 4, 5};
        double[] reference = {0.2, 0.2, 0.2, 0.2, 0.2};
        var strip = new HistogramChart.Strip("noise", new double[] {0, 0, 0, 0, 1}, 0);
        Html svg = new HistogramChart("s", "x", edges, "in", reference, List.of(strip)).svg();
        assertThat(svg.toString()).contains("100 %");
    }

    @Test
    void axis_aroundNothingOrOneValue_hasWidth() {
        assertThat(Axis.around("x", Double.NaN)).isEqualTo(Axis.unit("x"));
        Axis one = Axis.around("x", 5, 5, Double.POSITIVE_INFINITY);
        assertThat(one.min()).isLessThan(5);
        assertThat(one.max()).isGreaterThan(5).isFinite();
    }

    private static Element parse(Html html) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(html.toString())))
                .getDocumentElement();
    }

    @Test
    void legend_eachName_hasItsSample() throws Exception {
        NodeList items = parse(Legend.lines(List.of("a", "b", HOSTILE))).getElementsByTagName("li");
        assertThat(items.getLength()).isEqualTo(3);
    }
}
