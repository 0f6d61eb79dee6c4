package dev.qualm.report.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class BoxChartTest {
    private static Element parse(BoxChart chart) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(chart.svg().toString())))
                .getDocumentElement();
    }

    private static BoxChart chart(double[] values) {
        return new BoxChart("t", new Axis("PCC", 0, 1), 0.5, List.of(new BoxChart.Row("sample", values, 0)));
    }

    @Test
    void svg_sample_hasItsQuartilesAndOutliers() throws Exception {
        double[] values =
                IntStream.rangeClosed(0, 100).mapToDouble(i -> i / 100.0).toArray();
        Element svg = parse(chart(values));
        assertThat(svg.getTextContent()).contains("sample: median 0.500, quartiles 0.250 and 0.750, n = 101");
        Element box = (Element) svg.getElementsByTagName("rect").item(0);
        // The axis runs from 150 to 546.
        assertThat(Double.parseDouble(box.getAttribute("x"))).isEqualTo(150 + 0.25 * 396);
        assertThat(Double.parseDouble(box.getAttribute("width"))).isEqualTo(0.5 * 396);
        assertThat(svg.getElementsByTagName("circle").getLength()).isEqualTo(20);
    }

    @Test
    void svg_oddSamples_areDrawnWithoutBrokenNumbers() throws Exception {
        for (double[] values : List.of(
                new double[0],
                new double[] {Double.NaN},
                new double[] {0.3},
                new double[] {7, -7},
                new double[] {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0.1},
                new double[1000])) {
            Element svg = parse(chart(values));
            assertThat(svg.getElementsByTagName("circle").getLength()).isLessThanOrEqualTo(200);
        }
        assertThat(chart(new double[0]).svg().toString()).contains("no value");
    }
}
