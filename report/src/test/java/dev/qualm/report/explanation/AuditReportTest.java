package dev.qualm.report.explanation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.qualm.metric.Interval;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class AuditReportTest {
    private static AuditReport report(AuditRow... rows) {
        return SyntheticAudit.report(List.of(rows), "x", Map.of("Attack", "PGD"));
    }

    private static Document parse(String page) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(page)));
    }

    @Test
    void verdict_movedExplanations_areCountedWithTheirChange() {
        AuditReport report = report(
                SyntheticAudit.row("a", 0.2, true, 0.9, 0.99),
                SyntheticAudit.row("b", 0.4, true, 0.3, 0.99),
                SyntheticAudit.row("c", 0.8, true, 0.9, 0.4),
                SyntheticAudit.row("d", 0.1, false, 0.9, 0.99),
                AuditRow.failed("e", "zero gradient"));
        assertThat(report.verdict())
                .isEqualTo("2 of 4 explanations could be moved to PCC < 0.5 of the original at an image change of"
                        + " L2 0.36 (median) and L∞ 0.031 at most, with the prediction kept. Smoothing (β = 10) brings"
                        + " 1 of these 2 back above that. A random change of equal size moves 1 of 4. For 1 picture the"
                        + " prediction changed as well; it does not count as moved. 1 picture has no result; the table"
                        + " says why.");
    }

    @Test
    void verdict_nothingMovedOrNothingKnown_saysSo() {
        assertThat(report(SyntheticAudit.row("a", 0.71, true, 0.9, 0.99)).verdict())
                .startsWith("The one explanation could not be moved to PCC < 0.5")
                .contains("0.71", "does not prove");
        assertThat(report(AuditRow.failed("a", "unreadable")).verdict())
                .startsWith("No explanation could be attacked")
                .contains("1 picture has no result");
        assertThat(report().verdict()).startsWith("No explanation could be attacked");
        AuditRow bare = new AuditRow(
                "a",
                "",
                Double.NaN,
                null,
                true,
                Double.NaN,
                new Similarity(0.1, Double.NaN, Double.NaN),
                Similarity.UNKNOWN,
                Similarity.UNKNOWN,
                Similarity.UNKNOWN,
                Similarity.UNKNOWN,
                ImageChange.UNKNOWN,
                Curvature.UNKNOWN,
                AuditRow.OK);
        assertThat(report(bare).verdict())
                .isEqualTo("1 of 1 explanation could be moved to PCC < 0.5 of the original by a change of the picture"
                        + " that was not measured, with the prediction kept.");
    }

    @Test
    void worst_isOrderedByPccWithKeptPredictionsFirst() {
        AuditReport report = report(
                SyntheticAudit.row("a", 0.6, true, 0.9, 0.99),
                SyntheticAudit.row("b", -0.4, false, 0.9, 0.99),
                AuditRow.failed("c", "zero gradient"),
                SyntheticAudit.row("d", 0.2, true, 0.9, 0.99));
        assertThat(report.worst(9).stream().map(AuditRow::id)).containsExactly("d", "a", "b");
        assertThat(report.worst(1)).hasSize(1);
    }

    @Test
    void page_full_isOneWellFormedPageWithEverythingInside() throws Exception {
        AuditReport report = SyntheticAudit.create(60, "image");
        Map<String, ManipulationOverview> overviews = new LinkedHashMap<>();
        report.rows().forEach(r -> overviews.put(r.id(), SyntheticExplanations.overview(8, r.id(), false)));
        String text = AuditReportPage.render(report, overviews);
        Document page = parse(text);
        assertThat(text).isEqualTo(AuditReportPage.render(report, overviews));
        assertThat(page.getElementsByTagName("main").item(0).getTextContent()).doesNotContain("NaN");
        assertThat(page.getElementsByTagName("script").getLength()).isEqualTo(1);
        int sheets = 0;
        for (int i = 0; i < page.getElementsByTagName("svg").getLength(); i++) {
            Element svg = (Element) page.getElementsByTagName("svg").item(i);
            sheets += svg.getAttribute("class").equals("sheet") ? 1 : 0;
        }
        assertThat(sheets).isEqualTo(AuditReportPage.SHOWN);
        assertThat(page.getDocumentElement().getTextContent())
                .contains(report.verdict(), "random control", "MaxPool node pool1")
                .contains("percentile bootstrap", "0.290 to 0.410", "moved", "held", "prediction changed")
                .contains("zero gradient: every unit of layer relu_3 is off");
    }

    @Test
    void page_hostileNames_areOnlyText() throws Exception {
        String hostile = SyntheticExplanations.HOSTILE;
        AuditReport report = SyntheticAudit.create(3, hostile);
        Map<String, ManipulationOverview> overviews =
                Map.of(report.rows().get(0).id(), SyntheticExplanations.overview(8, hostile, true));
        Document page = parse(AuditReportPage.render(report, overviews));
        assertThat(page.getElementsByTagName("script").getLength()).isEqualTo(1);
        assertThat(page.getElementsByTagName("img").getLength()).isZero();
        for (int i = 0; i < page.getElementsByTagName("*").getLength(); i++) {
            Element e = (Element) page.getElementsByTagName("*").item(i);
            for (int k = 0; k < e.getAttributes().getLength(); k++) {
                assertThat(e.getAttributes().item(k).getNodeName()).doesNotStartWith("on");
            }
        }
    }

    @Test
    void page_emptyOrFailedAudit_isStillAPage() throws Exception {
        for (AuditReport report : List.of(report(), report(AuditRow.failed("a", "unreadable: no image")))) {
            Document page = parse(AuditReportPage.render(report, Map.of()));
            assertThat(page.getDocumentElement().getTextContent()).contains("No explanation could be attacked");
            assertThat(page.getElementsByTagName("section").getLength()).isEqualTo(3);
        }
    }

    @Test
    void json_report_holdsRowsAndFindings(@TempDir Path folder) throws Exception {
        AuditReport report = SyntheticAudit.create(20, "image");
        Path file = folder.resolve("audit.json");
        AuditReportJson.write(report, file);
        JsonNode json = new ObjectMapper().readTree(Files.readString(file));
        assertThat(json.get("format").asText()).isEqualTo("qualm-audit-report/1");
        assertThat(json.get("verdict").asText()).isEqualTo(report.verdict());
        assertThat(json.get("images").intValue()).isEqualTo(20);
        assertThat(json.get("results").intValue()).isEqualTo(19);
        assertThat(json.get("moved").longValue())
                .isEqualTo(report.rows().stream().filter(report::moved).count());
        assertThat(json.get("rows")).hasSize(20);
        AuditRow first = report.rows().get(0);
        assertThat(json.at("/rows/0/toOriginal/pcc").doubleValue())
                .isEqualTo(first.toOriginal().pcc());
        assertThat(json.at("/rows/0/curvature/bound").isNull()).isTrue();
        assertThat(json.at("/rows/0/curvature/boundVoid").asText()).isEqualTo("max-pooling has kinks");
        assertThat(json.at("/rows/5/status").asText()).startsWith("zero gradient");
        assertThat(json.at("/summary/0/measure").asText()).isEqualTo("pcc-to-original");
        assertThat(json.at("/summary/0/images").intValue()).isEqualTo(19);
        assertThat(json.at("/summary/0/interval/low").doubleValue()).isEqualTo(0.29);
        assertThat(json.toString()).doesNotContain("NaN").doesNotContain("\"present\"");
    }

    @Test
    void new_contradictions_areRefused() {
        AuditRow row = SyntheticAudit.row("a", 0.2, true, 0.9, 0.99);
        assertThatIllegalArgumentException().isThrownBy(() -> report(row, row)).withMessageContaining("1 ids for 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AuditReport(
                        "t",
                        "m",
                        "d",
                        "e",
                        Map.of(),
                        0.5,
                        "",
                        List.of(),
                        Map.of("pcc", new Interval(0, 1, 0.95, "b")),
                        Map.of(),
                        List.of()))
                .withMessageContaining("pcc-to-original");
    }

    @Test
    void explanationJson_items_keepMapsAndGaps() throws Exception {
        RelevanceMap map = new RelevanceMap(new double[] {1, Double.NaN, -2, 0}, 2, 2);
        ExplanationReport.Item item = new ExplanationReport.Item(
                "a.png",
                "lrp-epsilon-plus",
                Map.of("epsilon", "1e-6"),
                3,
                "Dress",
                0.9,
                "logit",
                Double.NaN,
                3,
                "ok",
                List.of("w"),
                List.of("left", "right"),
                map);
        ExplanationReport.Item bad = new ExplanationReport.Item(
                "b.png",
                "gradient",
                Map.of(),
                -1,
                null,
                Double.NaN,
                "logit",
                Double.NaN,
                Double.NaN,
                "unreadable: no image",
                List.of(),
                List.of(),
                null);
        JsonNode json = new ObjectMapper()
                .readTree(ExplanationReportJson.render(
                        new ExplanationReport("m.onnx", Map.of("Seed", "1"), List.of(item, bad))));
        assertThat(json.get("format").asText()).isEqualTo("qualm-explanations/1");
        assertThat(json.at("/items/0/map/height").intValue()).isEqualTo(2);
        assertThat(json.at("/items/0/map/values/2").doubleValue()).isEqualTo(-2);
        assertThat(json.at("/items/0/map/values/1").isNull()).isTrue();
        assertThat(json.at("/items/0/features/1").asText()).isEqualTo("right");
        assertThat(json.at("/items/0/explained").intValue()).isEqualTo(3);
        assertThat(json.at("/items/0/residual").isNull()).isTrue();
        assertThat(json.at("/items/1/map").isNull()).isTrue();
        assertThat(json.at("/items/0/map/defined").isMissingNode()).isTrue();
    }
}
