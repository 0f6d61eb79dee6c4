package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code qualm evaluate --adaptive} on the shipped model, with few items. */
class EvaluateAdaptiveTest {
    private static final Path DATA = Path.of("..", "data");
    private static final Path MODEL = DATA.resolve("models/fashion-mnist-8.onnx");
    private static final Path TEST = DATA.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz");
    private static final Path TRAIN = DATA.resolve("fashion-mnist/train-images-6000-idx3-ubyte.gz");

    @TempDir
    private Path folder;

    private static CommandRun run(Object... more) {
        List<Object> all = new ArrayList<>(List.of("evaluate", MODEL, "--id", TEST, "--resamples=10", "--threads=2"));
        all.addAll(List.of("--attack=fgsm", "--eps=0.1", "--steps=2", "--restarts=1", "--queries=10", "--lambdas=1"));
        all.addAll(Arrays.asList(more));
        return CommandRun.of(all.toArray());
    }

    @Test
    void adaptive_someDetectorsOfSeveralModels_takesTheStampOffThose() throws IOException {
        Path out = folder.resolve("out");
        CommandRun run = run(
                "--model",
                MODEL,
                "--limit=80",
                "--alpha=0.1",
                "--adaptive=3",
                "--adaptive-detectors=energy",
                "-o",
                out);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("Adaptive attacks on energy: ", "of the items evade on some rung")
                .contains("threshold from 40 ordinary items that are not attacked, alpha 0.1")
                .contains("--adaptive N attacks the detectors too");
        JsonNode json = new ObjectMapper().readTree(Files.readString(out.resolve("report.json")));
        assertThat(json.path("nonAdaptive")).hasSize(2);
        for (JsonNode model : json.path("models")) {
            JsonNode ladder = model.path("adaptive").path(0);
            assertThat(model.path("adaptive")).hasSize(1);
            assertThat(ladder.path("rungs")).hasSize(9);
            assertThat(ladder.path("worst").path("of").asInt()).isBetween(1, 3);
            for (JsonNode cell : model.path("cells")) {
                boolean attacked = cell.path("role").asText().equals("adversarial");
                boolean known = cell.path("detector").asText().equals("energy");
                assertThat(cell.path("stamp").isNull()).isEqualTo(!attacked || known);
            }
        }
        assertThat(Files.readString(out.resolve("report.html"))).contains("id=\"adaptive\"", "verdict-query");
    }

    @Test
    void adaptive_calibratedFile_givesItsOwnThreshold() {
        Path file = folder.resolve("d.qualm");
        CommandRun fit = CommandRun.of("fit", MODEL, "--id", TRAIN, "--detectors=fdbd", "--limit=200", "-o", file);
        assertThat(fit.code()).as(fit.err()).isZero();
        CommandRun run = run("--detector", file, "--limit=60", "--adaptive=2", "--json");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json().path("stamp").isNull()).isTrue();
        JsonNode ladders = run.json().path("models").path(0).path("adaptive");
        assertThat(ladders).hasSize(4);
        for (JsonNode l : ladders) {
            boolean fitted = l.path("detector").asText().equals("fdbd");
            assertThat(l.path("conditions").asText().contains("own calibration on 80 items"))
                    .isEqualTo(fitted);
        }
    }

    @Test
    void adaptive_misuse_isRefused() {
        assertThat(run("--alpha=0.1").err()).contains("belong to --adaptive N");
        assertThat(CommandRun.of("evaluate", MODEL, "--id", TEST, "--adaptive=2")
                        .err())
                .contains("needs --eps");
        assertThat(run("--adaptive=0").code()).isEqualTo(2);
        assertThat(run("--adaptive=1", "--alpha=2").code()).isEqualTo(2);
        CommandRun few = run("--adaptive=2", "--limit=20");
        assertThat(few.code()).isEqualTo(1);
        assertThat(few.err()).contains("expected enough items for a rate of false alarms of 0.05, but found 10");
        assertThat(run("--adaptive=1", "--adaptive-detectors=knn", "--limit=40").err())
                .contains("among those of the tables");
    }
}
