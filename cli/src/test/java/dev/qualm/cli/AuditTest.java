package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditTest {
    @TempDir
    private Path folder;

    private Path model;
    private Path images;
    private Path out;

    @BeforeEach
    void files() throws IOException {
        model = TestModels.write(TestModels.cnn(3, 12, 4), folder.resolve("model.onnx"));
        images = Files.createDirectory(folder.resolve("images"));
        for (int i = 0; i < 6; i++) {
            TestModels.image(images.resolve(i + ".png"), 12, 12, true, i);
        }
        out = folder.resolve("out");
    }

    private CommandRun run(Object... more) {
        return CommandRun.of(
                Stream.concat(Stream.of("audit", model, images, "-o", out, "--steps", "5"), Arrays.stream(more))
                        .toArray());
    }

    private JsonNode json(String file) throws IOException {
        return CommandRun.parseLines(Files.readString(out.resolve(file)).replace("\n", " "))
                .get(0);
    }

    @Test
    void audit_folderWithADamagedImage_reportsTheOthers() throws IOException {
        Files.write(images.resolve("damaged.png"), new byte[] {1, 2, 3});
        CommandRun run = run("--curvature", "--adaptive");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("lrp-epsilon-plus", "median", "pcc to original", "Attacks on the smoothed maps");
        JsonNode json = json("audit.json");
        assertThat(json.at("/warnings").toString()).contains("Attacks on the smoothed maps themselves");
        assertThat(json.at("/images").asInt()).isEqualTo(7);
        assertThat(json.at("/results").asInt()).isEqualTo(6);
        assertThat(json.at("/intervals/pcc-to-original/low").isNumber()).isTrue();
        for (JsonNode row : json.at("/rows")) {
            boolean damaged = row.at("/id").asText().contains("damaged");
            assertThat(row.at("/status").asText().equals("ok")).isEqualTo(!damaged);
            if (!damaged) {
                assertThat(row.at("/target").asText())
                        .isNotEqualTo(row.at("/id").asText());
                assertThat(row.at("/curvature/boundVoid").asText()).contains("MaxPool 'pool1'");
            }
        }
        assertThat(Files.readString(out.resolve("audit.html")))
                .contains("How easily explanations are faked", "damaged.png");
    }

    @Test
    void audit_severalMethods_writesAReportEachAndComparesThem() {
        CommandRun run = run("--method", "lrp-epsilon-plus,gradient", "--attack", "top-k");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("Medians beside each other");
        for (String name : new String[] {"lrp-epsilon-plus", "gradient"}) {
            assertThat(out.resolve("audit-" + name + ".html")).exists();
            assertThat(out.resolve("audit-" + name + ".json")).exists();
        }
    }

    @Test
    void audit_targetsFolder_takesThemInOrder() throws IOException {
        Path targets = Files.createDirectory(folder.resolve("targets"));
        TestModels.image(targets.resolve("t0.png"), 12, 12, true, 50);
        TestModels.image(targets.resolve("t1.png"), 12, 12, true, 51);
        CommandRun run = run("--targets", targets, "--limit", "3");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode rows = json("audit.json").at("/rows");
        assertThat(rows).hasSize(3);
        assertThat(rows.get(0).at("/target").asText()).isEqualTo("t0.png");
        assertThat(rows.get(1).at("/target").asText()).isEqualTo("t1.png");
        assertThat(rows.get(2).at("/target").asText()).isEqualTo("t0.png");
    }

    @Test
    void audit_sameSeed_givesTheSameReport() throws IOException {
        assertThat(run("--seed", "3", "--limit", "4").code()).isZero();
        String first = json("audit.json").at("/rows").toString();
        assertThat(run("--seed", "3", "--limit", "4").code()).isZero();
        assertThat(json("audit.json").at("/rows").toString()).isEqualTo(first);
    }

    @Test
    void audit_mistakes_areRefusedWithWhatToDo() throws IOException {
        assertThat(run("--threshold", "2").code()).isEqualTo(2);
        assertThat(run("--limit", "0").code()).isEqualTo(2);
        assertThat(run("--attack", "top-k", "--targets", images).code()).isEqualTo(2);
        assertThat(run("--method", "magic").err()).contains("no attribution method 'magic'");
        assertThat(run("--limit", "1").err()).contains("two readable images", "--targets");
        for (int i = 0; i < 6; i++) {
            Files.write(images.resolve(i + ".png"), new byte[] {1});
        }
        assertThat(run().code()).isEqualTo(1);
    }
}
