package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.qualm.array.Array;
import dev.qualm.array.Npz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RobustnessCommandTest {
    @TempDir
    private Path folder;

    private Path model;
    private Path data;

    @BeforeEach
    void write() {
        model = TestModels.write(TestModels.cnn(1, 8, 3), folder.resolve("model.onnx"));
        data = folder.resolve("data.npz");
        Array x = TestModels.stripes(40, 8, 3, new int[40]);
        int[] labels = TestModels.answers(model, x, 3);
        labels[0] = (labels[0] + 1) % 3;
        labels[9] = (labels[9] + 1) % 3;
        Npz.write(data, Map.of("x", x, "y", Array.of(labels, 40)));
    }

    private CommandRun run(Object... more) {
        Object[] all = new Object[3 + more.length];
        System.arraycopy(new Object[] {"robustness", model, data}, 0, all, 0, 3);
        System.arraycopy(more, 0, all, 3, more.length);
        return CommandRun.of(all);
    }

    @Test
    void robustness_ofData_writesTablePicturePageAndJson() throws IOException {
        Path out = folder.resolve("out");
        CommandRun run = run("--epsilons=0.05,8/255,0.4:l2", "--steps=5", "--diagnose=10", "-o", out);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("model.onnx: % right of 40 items, with 95% interval; epsilon in linf")
                .contains("8/255")
                .contains("95.0 [83.5, 98.6]")
                .contains("worst case")
                .contains("epsilon in l2");
        assertThat(run.err()).contains("epsilons are in pixels of 0 to 1");
        JsonNode json = new ObjectMapper().readTree(Files.readString(out.resolve("robustness.json")));
        assertThat(json.path("format").asText()).isEqualTo("qualm-robustness-1");
        JsonNode first = json.path("models").path(0);
        assertThat(first.path("clean").path("right").asInt()).isEqualTo(38);
        assertThat(first.path("cells")).hasSize(12);
        JsonNode cell = first.path("cells").path(0);
        assertThat(cell.path("attack").asText()).isEqualTo("fgsm");
        assertThat(cell.path("epsilon").asDouble()).isCloseTo(8 / 255.0, within(1e-9));
        assertThat(cell.path("accuracy").path("right").asInt()
                        + cell.path("broken").asInt())
                .isEqualTo(38);
        assertThat(first.path("provenance").path("model").asText()).startsWith("sha256:");
        assertThat(first.path("diagnostics").path("rates")).hasSize(5);
        assertThat(ImageIO.read(out.resolve("robustness.png").toFile()).getHeight())
                .isGreaterThan(400);
        assertThat(Files.readString(out.resolve("robustness.svg")))
                .contains("apgd-ce")
                .contains("worst case, within l2 0.4: ");
        assertThat(Files.readString(out.resolve("robustness.html")))
                .contains("Accuracy in percent, l2")
                .contains("Signs of masked gradients")
                .doesNotContain("<script src");
    }

    @Test
    void robustness_against_putsModelsSideBySide() {
        Path other = TestModels.write(TestModels.cnn(1, 8, 3), folder.resolve("hardened.onnx"));
        CommandRun run = run("--against", other, "--epsilons=0.05", "--attacks=fgsm,pgd", "--diagnose=0", "--steps=3");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("worst case of each model").contains("hardened.onnx");
        CommandRun json =
                run("--against", model, "--epsilons=0.05", "--attacks=fgsm,pgd", "--diagnose=0", "--steps=3", "--json");
        JsonNode models = json.json().path("models");
        assertThat(models.path(0).path("model").asText()).isEqualTo("model.onnx (1)");
        assertThat(models.path(0).path("cells")).isEqualTo(models.path(1).path("cells"));
    }

    @Test
    void robustness_fgsmAlone_warns() {
        CommandRun run = run("--attacks=fgsm", "--diagnose=0", "--monotone", "--limit=20");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("warning: One-step attack only");
        assertThat(run.out()).contains("of 20 items").contains("16/255").doesNotContain("worst case");
    }

    @Test
    void robustness_ofTable_needsEpsilonsAndTakesUnitsOfTheInput() throws IOException {
        Path mlp = TestModels.write(TestModels.mlp(3, 2), folder.resolve("mlp.onnx"));
        Path table = folder.resolve("table.csv");
        Files.writeString(table, "a,b,c,class\n1,2,3,0\n2,1,0,1\n0.5,2,1,0\n");
        CommandRun without = CommandRun.of("robustness", mlp, table, "--label=class");
        assertThat(without.code()).isEqualTo(1);
        assertThat(without.err()).contains("say with --epsilons");
        CommandRun run =
                CommandRun.of("robustness", mlp, table, "--label=class", "--epsilons=0.5", "--norm=l2", "--json");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json().path("unit").asText()).contains("model's input");
        assertThat(run.json().path("models").path(0).path("diagnostics").isNull())
                .isTrue();
    }

    @Test
    void robustness_misuse_isRefused() throws IOException {
        assertThat(run("--attacks=pgdd").err()).contains("'pgdd'").contains("apgd-ce");
        assertThat(run("--epsilons=x").code()).isEqualTo(2);
        assertThat(run("--epsilons=0.1:l3").err()).contains("linf, l2 and l1");
        assertThat(run("--epsilons=-0.1").err()).contains("positive epsilon");
        assertThat(run("--steps=0").code()).isEqualTo(2);
        assertThat(run("--diagnose=-1").code()).isEqualTo(2);
        assertThat(run("--against", folder.resolve("none.onnx")).err()).contains("no such file");
        assertThat(run("--attacks=apgd-t", "--epsilons=0.1").err()).contains("at least 4 classes");
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThat(run("-o", file).err()).contains("expected a folder");
        Path bare = folder.resolve("bare.npz");
        Npz.write(bare, Map.of("x", TestModels.stripes(4, 8, 3, new int[4])));
        CommandRun unlabelled = CommandRun.of("robustness", model, bare);
        assertThat(unlabelled.code()).isEqualTo(1);
        assertThat(unlabelled.err()).containsIgnoringCase("labels");
    }
}
