package dev.qualm.report.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.qualm.Provenance;
import dev.qualm.evaluate.AdaptiveResult;
import dev.qualm.evaluate.AttackOutcome;
import dev.qualm.evaluate.DetectorCost;
import dev.qualm.evaluate.EvaluationReport;
import dev.qualm.evaluate.EvaluationSettings;
import dev.qualm.evaluate.ModelEvaluation;
import dev.qualm.evaluate.Role;
import dev.qualm.evaluate.ScoredModel;
import dev.qualm.evaluate.ScoredSet;
import dev.qualm.metric.Proportion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EvaluationFilesTest {
    private static final double NAN = Double.NaN;

    private record Ladder(String detector, List<Step> rungs) implements AdaptiveResult {
        @Override
        public Proportion worst() {
            return new Proportion(1, 2);
        }

        @Override
        public String conditions() {
            return "alarms above 0.3";
        }

        @Override
        public List<String> doubts() {
            return List.of("noise as good: <all> of them");
        }
    }

    private record Step(String name, int items, double evaded, String note) implements AdaptiveResult.Rung {
        @Override
        public Proportion evadedShare() {
            return new Proportion(Math.round(evaded * items), items);
        }

        @Override
        public Proportion misclassifiedShare() {
            return new Proportion(items, items);
        }

        @Override
        public double passes() {
            return 12;
        }
    }

    private static EvaluationReport report(Map<String, Ladder> adaptive, String... models) {
        ScoredSet id = ScoredSet.of(
                "ordinary items",
                Role.ID,
                new int[] {0, 0, 1, 1},
                new int[] {0, 1, 1, 1},
                new double[][] {{.1, .5, .2, .3}, {1, 2, 3, 4}},
                new long[] {1, 2, 3, 4});
        ScoredSet near = ScoredSet.of(
                "<near>", Role.NEAR, new int[3], null, new double[][] {{.4, .6, .7}, {NAN, NAN, NAN}}, new long[] {
                    5, 6, 7
                });
        AttackOutcome.Size size = new AttackOutcome.Size(0.1, 0.2);
        ScoredSet attacked = new ScoredSet(
                "fgsm",
                Role.ADVERSARIAL,
                new int[] {1, 0},
                new int[] {0, 1},
                new double[][] {{.3, .35}, {Double.POSITIVE_INFINITY, 5}},
                new long[] {1, 3},
                new int[] {0, 2},
                0,
                new AttackOutcome(3, 2, 0, size, size, size, 6, Provenance.of("fgsm")),
                "fgsm");
        List<ModelEvaluation> tables = new ArrayList<>();
        for (String name : models) {
            ScoredModel scored = new ScoredModel(
                    name,
                    "hash",
                    List.of(new DetectorCost("msp", "?", 1, 1, true), new DetectorCost("knn", "?", 1, 1.5, false)),
                    id,
                    List.of(near, attacked),
                    Map.of("odin", "no gradients"),
                    List.of(),
                    Provenance.of("test"));
            tables.add(ModelEvaluation.of(scored, EvaluationSettings.defaults().withReplicates(20), adaptive, b -> {}));
        }
        return EvaluationReport.of(tables);
    }

    private static List<String> keys(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void json_hasTheFieldsOfItsFormat() throws JsonProcessingException {
        JsonNode json = new ObjectMapper().readTree(EvaluationJson.render(report(Map.of(), "a", "b")));
        assertThat(keys(json))
                .containsExactly(
                        "format", "stamp", "nonAdaptive", "settings", "models", "spreads", "ranks", "warnings");
        assertThat(json.path("format").asText()).isEqualTo("qualm-evaluation-1");
        assertThat(json.path("stamp").asText()).startsWith("NON-ADAPTIVE");
        assertThat(keys(json.path("settings")))
                .containsExactly("baseline", "floor", "level", "resamples", "seed", "alpha", "definitions");
        JsonNode model = json.path("models").path(0);
        assertThat(keys(model))
                .containsExactly(
                        "model",
                        "hash",
                        "accuracy",
                        "detectors",
                        "sets",
                        "cells",
                        "leftOut",
                        "adaptive",
                        "refusals",
                        "warnings",
                        "provenance");
        assertThat(keys(model.path("sets").path(2).path("attack")))
                .containsExactly(
                        "attacked",
                        "broken",
                        "successRate",
                        "low",
                        "high",
                        "doubtful",
                        "linf",
                        "l2",
                        "l1",
                        "passes",
                        "provenance");
        // Wrong predictions, near and fgsm, each by two detectors.
        assertThat(model.path("cells")).hasSize(6);
        JsonNode wrong = model.path("cells").path(0);
        assertThat(keys(wrong))
                .containsExactly(
                        "detector",
                        "set",
                        "role",
                        "view",
                        "stamp",
                        "negatives",
                        "positives",
                        "undefinedNegatives",
                        "undefinedPositives",
                        "ranking",
                        "selective",
                        "missing",
                        "baseline",
                        "floor",
                        "notBeaten",
                        "adaptiveWorst");
        assertThat(wrong.path("role").asText()).isEqualTo("misclassified");
        assertThat(wrong.path("stamp").isNull()).isTrue();
        assertThat(keys(wrong.path("ranking")))
                .containsExactly(
                        "auroc", "interval", "auprOut", "auprIn", "prevalence", "fprAt95Tpr", "fprInterval", "autc");
        assertThat(wrong.path("ranking").path("fprAt95Tpr")).hasSize(3);
        assertThat(keys(wrong.path("selective")))
                .containsExactly("accuracy", "aurc", "excessAurc", "augrc", "riskAt80");
        JsonNode undefined = model.path("cells").path(3);
        assertThat(undefined.path("ranking").isNull()).isTrue();
        assertThat(undefined.path("missing").asText()).contains("3 are undefined");
        JsonNode attacked = model.path("cells").path(5);
        assertThat(attacked.path("stamp").asText()).isEqualTo("NON-ADAPTIVE");
        assertThat(attacked.path("ranking").path("autc").isNull())
                .as("an infinite score has no range")
                .isTrue();
        assertThat(keys(json.path("ranks").path(0)))
                .containsExactly(
                        "role",
                        "view",
                        "blocks",
                        "detectors",
                        "meanRanks",
                        "statistic",
                        "pValue",
                        "exact",
                        "criticalDifference",
                        "againstBaseline",
                        "leftOut");
        assertThat(keys(json.path("spreads").path(0)))
                .containsExactly(
                        "detector", "set", "role", "view", "models", "mean", "deviation", "smallest", "largest");
    }

    @Test
    void stamp_withAdaptiveResultsOfAll_isGone() throws JsonProcessingException {
        Step step = new Step("joint-loss", 2, 0.5, "threshold 0.3");
        Map<String, Ladder> both =
                Map.of("msp", new Ladder("msp", List.of(step)), "knn", new Ladder("knn", List.of(step)));
        EvaluationReport report = report(both, "a");
        JsonNode json = new ObjectMapper().readTree(EvaluationJson.render(report));
        assertThat(json.path("stamp").isNull()).isTrue();
        JsonNode ladder = json.path("models").path(0).path("adaptive").path(0);
        assertThat(keys(ladder)).containsExactly("detector", "conditions", "worst", "rungs", "warnings");
        JsonNode rung = ladder.path("rungs").path(0);
        assertThat(rung.path("name").asText()).isEqualTo("joint-loss");
        assertThat(rung.path("evaded").path("value").asDouble()).isEqualTo(0.5);
        assertThat(ladder.path("worst").path("low").asDouble()).isBetween(0.0, 0.5);
        assertThat(json.path("models")
                        .path(0)
                        .path("cells")
                        .path(5)
                        .path("adaptiveWorst")
                        .path("of")
                        .asInt())
                .isEqualTo(2);
        assertThat(EvaluationPage.render(report))
                .contains("id=\"adaptive\"", "joint-loss", "Warning: noise as good: &lt;all&gt;")
                .contains("if known, evaded 0.500 [0.095, 0.905]");
        assertThat(EvaluationCsv.render(report)).contains(",2,0.5,");
        assertThat(EvaluationPage.render(report)).doesNotContain("NON-ADAPTIVE");
        assertThat(EvaluationPage.render(report(Map.of(), "a"))).contains("NON-ADAPTIVE");
        assertThat(EvaluationCsv.render(report)).doesNotContain("NON-ADAPTIVE");
    }

    @Test
    void stamp_withAdaptiveResultsOfOne_isOnTheOthersOnly() {
        Step step = new Step("joint-loss", 2, 0.5, "");
        EvaluationReport report = report(Map.of("msp", new Ladder("msp", List.of(step))), "a");
        assertThat(report.nonAdaptive()).containsExactly("knn");
        List<String> rows = EvaluationCsv.render(report).lines().toList();
        assertThat(rows).filteredOn(r -> r.contains("NON-ADAPTIVE")).allMatch(r -> r.startsWith("a,knn,fgsm"));
        assertThat(EvaluationPage.render(report)).contains("; NON-ADAPTIVE<");
    }

    @Test
    void csv_hasALineForEachCellAndAsManyFields() {
        List<String> lines =
                EvaluationCsv.render(report(Map.of(), "a,\"b", "=b")).lines().toList();
        assertThat(lines).hasSize(13);
        long fields = lines.get(0).split(",", -1).length;
        assertThat(lines.get(7)).startsWith("'=b,msp,wrong predictions,misclassified,failures,,3,1,0,0,1.0,");
        assertThat(lines.subList(7, 13))
                .allSatisfy(l -> assertThat(l.split(",", -1)).hasSize((int) fields));
        assertThat(lines.get(1)).startsWith("\"a,\"\"b\",msp,");
        assertThat(lines.get(12)).contains("NON-ADAPTIVE").doesNotContain("NaN");
    }

    @Test
    void page_namesEveryRoleAndEscapes() {
        String page = EvaluationPage.render(report(Map.of(), "a", "b"));
        assertThat(page)
                .contains("id=\"near\"", "id=\"adversarial\"", "id=\"misclassified\"", "&lt;near&gt;")
                .contains("Mean ranks over 2 models with sets")
                .contains("Detector odin is left out: no gradients")
                .doesNotContain("<near>", "<script src");
    }
}
