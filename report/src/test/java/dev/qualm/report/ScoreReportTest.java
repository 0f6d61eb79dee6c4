package dev.qualm.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreReportTest {
    private static final Doubted NOBODY = new Doubted("energy", List.of(), CosineMap.missing("no class"), List.of());
    private static final Rules RULES = new Rules("a", "b", "c", "d");

    @Test
    void new_cellsInAnotherOrder_isRefused() {
        List<OutSet> sets = List.of(new OutSet("x", OutSet.Kind.NEAR, 1, ""), new OutSet("y", OutSet.Kind.FAR, 1, ""));
        Estimate e = Estimate.of(0.5, 0.4, 0.6);
        ScoreRow row = new ScoreRow(
                "s", "f", "q", 1, 1, List.of(new ScoreRow.Cell("y", e, e, 0), new ScoreRow.Cell("x", e, e, 0)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> report(sets, List.of(row)))
                .withMessageContaining("[x, y]")
                .withMessageContaining("[y, x]");
    }

    @Test
    void new_scoreNamedTwice_isRefused() {
        ScoreRow row = new ScoreRow("s", "f", "q", 1, 1, List.of());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> report(List.of(), List.of(row, row)))
                .withMessageContaining("twice");
    }

    @Test
    void estimate_missingWithoutReasonOrOutOfRange_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Estimate.of(Double.NaN, 0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> Estimate.of(95, 90, 99));
        assertThatIllegalArgumentException().isThrownBy(() -> Estimate.of(0.5, 0.6, 0.4));
    }

    @Test
    void cosineMap_notSquare_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> CosineMap.of(new double[][] {{1, 0}}));
        assertThatIllegalArgumentException().isThrownBy(() -> CosineMap.of(new double[0][]));
    }

    @Test
    void json_syntheticReport_holdsTheSameNumbers(@TempDir Path folder) throws Exception {
        ScoreReport report = SyntheticReport.create();
        Path file = folder.resolve("report.json");
        ScoreReportJson.write(report, file);
        JsonNode json = new ObjectMapper().readTree(Files.readString(file));
        assertThat(json.get("format").asText()).isEqualTo("qualm-score-report/1");
        for (int r = 0; r < report.rows().size(); r++) {
            for (int c = 0; c < report.outSets().size(); c++) {
                Estimate expected = report.rows().get(r).cells().get(c).auroc();
                JsonNode found = json.at("/rows/" + r + "/cells/" + c + "/auroc");
                if (expected.present()) {
                    assertThat(found.get("value").doubleValue()).isEqualTo(expected.value());
                    assertThat(found.get("reason").isNull()).isTrue();
                } else {
                    assertThat(found.get("value").isNull()).isTrue();
                    assertThat(found.get("reason").asText()).isEqualTo("zero gradients");
                }
            }
        }
        Picture picture = report.doubted().items().get(0).image();
        assertThat(json.at("/doubted/items/0/image/png").binaryValue()).isEqualTo(picture.png());
        assertThat(json.at("/doubted/items/0/map/values/0/0").doubleValue()).isEqualTo(1);
        assertThat(json.get("rocs")
                        .get(0)
                        .get("curves")
                        .get(0)
                        .get("falsePositive")
                        .isArray())
                .isTrue();
        assertThat(json.toString()).doesNotContain("NaN").doesNotContain("\"present\"");
    }

    @Test
    void json_infinity_isAString() throws Exception {
        ScoreReport base = SyntheticReport.create();
        ScoreRow row = new ScoreRow("s", "f", "q", 1, Double.POSITIVE_INFINITY, List.of());
        String json = ScoreReportJson.render(report(List.of(), List.of(row)));
        assertThat(new ObjectMapper()
                        .readTree(json)
                        .at("/rows/0/millisPerImage")
                        .asText())
                .isEqualTo("Infinity");
        assertThat(ScoreReportJson.render(base)).isEqualTo(ScoreReportJson.render(base));
    }

    private static ScoreReport report(List<OutSet> sets, List<ScoreRow> rows) {
        return new ScoreReport("t", "s", "in", 1, sets, RULES, rows, List.of(), List.of(), NOBODY, Map.of(), List.of());
    }
}
