package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code qualm fit --detectors} and {@code qualm score --detector} on the shipped classifier. */
class DetectorsCommandTest {
    private static final Path DATA = Path.of("..", "data");
    private static final Path MODEL = DATA.resolve("models/fashion-mnist-8.onnx");
    private static final Path TEST = DATA.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz");
    private static final Path TRAINING = DATA.resolve("fashion-mnist/train-images-6000-idx3-ubyte.gz");

    @TempDir
    private static Path folder;

    private static Path file;
    private static CommandRun fit;

    @BeforeAll
    static void fit() {
        file = folder.resolve("detectors.qualm");
        fit = CommandRun.of(
                "fit",
                MODEL,
                "--id",
                TRAINING,
                "--limit",
                120,
                "--detectors",
                "gen,fdbd,knn:k=10,she,odin",
                "-o",
                file);
    }

    @Test
    void fit_trustedItems_writesAFileAndSaysWhatItHolds() {
        assertThat(fit.code()).as(fit.err()).isZero();
        assertThat(fit.out())
                .contains("fitted on 72 items of true class, 0 left out")
                .contains("calibrated on 48 other items: verdicts at false-alarm rates from 0.02")
                .containsPattern("knn:k=10 +1 pass")
                .containsPattern("odin +3 passes")
                .contains("wrote " + file);
        assertThat(file).exists();
    }

    @Test
    void score_fittedDetectors_areTheScores() {
        CommandRun run = CommandRun.of("score", MODEL, TEST, "--detector", file, "--limit", 4);
        assertThat(run.code()).as(run.err()).isZero();
        List<JsonNode> lines = run.jsonLines();
        assertThat(lines).hasSize(4);
        for (JsonNode line : lines) {
            assertThat(line.path("scores").properties())
                    .extracting(java.util.Map.Entry::getKey)
                    .containsExactly("gen", "fdbd", "knn:k=10", "she", "odin");
            line.path("scores").forEach(v -> assertThat(v.isNumber()).isTrue());
            assertThat(line.path("status").asText()).isEqualTo("ok");
        }
        CommandRun beside =
                CommandRun.of("score", MODEL, TEST, "--detector", file, "--scores", "msp,gen", "--limit", 1);
        assertThat(beside.json().path("scores").properties())
                .extracting(java.util.Map.Entry::getKey)
                .containsExactly("msp", "gen", "fdbd", "knn:k=10", "she", "odin");
    }

    /** Every kind of reading: logits, features, inner layers, gradients, conductance, mutants. */
    @Test
    void fitAndScore_everyKindOfReading_planThenScores() {
        Path all = folder.resolve("kinds.qualm");
        CommandRun made = CommandRun.of(
                "fit",
                MODEL,
                "--id",
                TRAINING,
                "--limit",
                150,
                "--detectors",
                "gen,fdbd,knn,gga,gradient-metrics,gram,lcr:mutants=5:bank=60,conductance",
                "-o",
                all);
        assertThat(made.code()).as(made.err()).isZero();
        assertThat(made.out()).containsPattern("gga +8 passes").containsPattern("conductance +5 passes");
        CommandRun plan = CommandRun.of("score", MODEL, TEST, "--detector", all, "--plan");
        assertThat(plan.code()).as(plan.err()).isZero();
        assertThat(plan.out())
                .contains("1  forward pass, for all")
                .contains("7  cosine similarity maps of all 8 classes (7 back), for gga")
                .containsPattern("20  together")
                .containsPattern("gram +1 +0");
        CommandRun run = CommandRun.of("score", MODEL, TEST, "--detector", all, "--limit", 3);
        assertThat(run.code()).as(run.err()).isZero();
        for (JsonNode line : run.jsonLines()) {
            assertThat(line.path("scores").size()).isEqualTo(8);
            line.path("scores").forEach(v -> assertThat(v.isNumber()).isTrue());
        }
    }

    @Test
    void score_itemsOfTheFit_areRefused() {
        CommandRun run = CommandRun.of("score", MODEL, TRAINING, "--detector", file, "--limit", 5);
        assertThat(run.code()).isNotZero();
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .containsPattern(
                        "not fitted or calibrated on, but of 5 found \\d among those .*fit again without these");
    }

    @Test
    void fit_json_hasTheSame() {
        CommandRun run = CommandRun.of(
                "fit",
                MODEL,
                TRAINING,
                "--limit",
                60,
                "--detectors",
                "klm",
                "--json",
                "-o",
                folder.resolve("klm.qualm"));
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json().path("items").asInt()).isEqualTo(36);
        assertThat(run.json().path("calibrated").asInt()).isEqualTo(24);
        assertThat(run.json().path("detectors").path(0).path("name").asText()).isEqualTo("klm");
    }

    @ParameterizedTest
    @ValueSource(strings = {"magic", "knn:k=0", "gen,gen", "knn:k=100"})
    void fit_impossibleDetectors_areRefusedAndNothingIsWritten(String detectors) {
        Path out = folder.resolve("none.qualm");
        CommandRun run = CommandRun.of("fit", MODEL, TRAINING, "--limit", 60, "--detectors", detectors, "-o", out);
        assertThat(run.code()).isNotZero();
        assertThat(run.err()).contains("xpected");
        assertThat(out).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--pool=x.qualm", "--detector=msp", "--threshold-share=0.5", "--id=x"})
    void fit_optionsOfTheOtherDetector_areRefused(String option) {
        CommandRun run =
                CommandRun.of("fit", MODEL, TRAINING, "--detectors", "gen", option, "-o", folder.resolve("none.qualm"));
        assertThat(run.code()).isNotZero();
        assertThat(run.err()).contains("--");
    }

    @Test
    void fit_neitherDetectorNorData_saysWhatIsMissing() {
        Path out = folder.resolve("none.qualm");
        assertThat(CommandRun.of("fit", MODEL, TRAINING, "-o", out).err()).contains("--detectors");
        assertThat(CommandRun.of("fit", MODEL, "--detectors", "gen", "-o", out).err())
                .contains("--id");
    }
}
