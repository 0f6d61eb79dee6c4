package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.array.Npz;
import dev.qualm.attack.Attacks;
import dev.qualm.attack.Noises;
import dev.qualm.data.Dataset;
import dev.qualm.data.DatasetOptions;
import dev.qualm.data.Datasets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttackCommandTest {
    @TempDir
    private Path folder;

    private Path model;
    private Path data;
    private Path out;

    @BeforeEach
    void write() {
        model = TestModels.write(TestModels.cnn(1, 8, 3), folder.resolve("model.onnx"));
        data = folder.resolve("data.npz");
        out = folder.resolve("out");
        Array x = TestModels.stripes(40, 8, 3, new int[40]);
        int[] labels = TestModels.answers(model, x, 3);
        labels[0] = (labels[0] + 1) % 3;
        Npz.write(data, Map.of("x", x, "y", Array.of(labels, 40)));
    }

    private CommandRun run(Object... more) {
        Object[] all = new Object[4 + more.length];
        System.arraycopy(new Object[] {"attack", model, data, "--diagnose=0"}, 0, all, 0, 4);
        System.arraycopy(more, 0, all, 4, more.length);
        return CommandRun.of(all);
    }

    /** What the file says the model answers is what qualm score finds it to answer. */
    private void checkRoundTrip(Path file) {
        try (Npz npz = Npz.open(file)) {
            CommandRun score = CommandRun.of("score", model, file, "--scores=msp");
            assertThat(score.code()).as(score.err()).isZero();
            List<JsonNode> lines = score.jsonLines();
            Array predicted = npz.read("predicted");
            Array labels = npz.read("labels");
            assertThat(lines).hasSize(predicted.dim(0));
            for (int i = 0; i < lines.size(); i++) {
                assertThat(lines.get(i).path("prediction").asInt()).isEqualTo((int) predicted.get(i));
                assertThat(lines.get(i).path("label").asInt()).isEqualTo((int) labels.get(i));
            }
        }
    }

    @Test
    void attack_images_writesNpzThatReadsLikeOtherData() throws IOException {
        CommandRun run =
                run("--attack=pgd:0.2,gaussian:0.3", "-a", "fgsm:0.5:l2", "--steps=5", "-o", out, "--images=3");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("pgd:0.2").contains("gaussian:0.3").contains("fgsm:0.5:l2");
        assertThat(run.err()).contains("epsilons are in pixels of 0 to 1").contains("wrote attack.json");
        for (String name : List.of("pgd_0.2", "gaussian_0.3", "fgsm_0.5_l2")) {
            checkRoundTrip(out.resolve(name + ".npz"));
            assertThat(ImageIO.read(out.resolve(name + ".png").toFile()).getHeight())
                    .isGreaterThan(600);
        }
        Dataset read = Datasets.open(out.resolve("pgd_0.2.npz"), DatasetOptions.DEFAULT);
        assertThat(read.size()).isEqualTo(40);
        assertThat(read.labelled()).isTrue();
        try (Npz npz = Npz.open(out.resolve("pgd_0.2.npz"))) {
            assertThat(npz.read("attacked").get(0)).isZero();
            assertThat(npz.read("linf").get(0)).isZero();
            assertThat(npz.read("original").get(0))
                    .isEqualTo(npz.read("predicted").get(0));
            assertThat(npz.read("success").dtype()).isEqualTo(DType.BOOL);
            for (int i = 1; i < 40; i++) {
                assertThat(npz.read("attacked").get(i)).isEqualTo(1);
                assertThat(npz.read("linf").get(i)).isBetween(1e-3, 0.2 + 1e-5);
                boolean other =
                        npz.read("predicted").get(i) != npz.read("labels").get(i);
                assertThat(npz.read("success").get(i)).isEqualTo(other ? 1 : 0);
                assertThat(npz.read("queries").get(i)).isGreaterThanOrEqualTo(1);
            }
        }
        JsonNode json = new ObjectMapper().readTree(Files.readString(out.resolve("attack.json")));
        assertThat(json.path("format").asText()).isEqualTo("qualm-attack-1");
        assertThat(json.path("attacks").path(0).path("attacked").asInt()).isEqualTo(39);
        assertThat(json.path("attacks").path(0).path("linf").path("max").asDouble())
                .isBetween(0.1, 0.20001);
        assertThat(json.path("provenance").path("pgd:0.2").asText()).contains("steps=5");
    }

    @Test
    void attack_describedPreprocessing_isUndoneInTheFile() throws IOException {
        Files.writeString(
                folder.resolve("model.yaml"),
                "preprocessing:\n  resize: 8x8\n  colour: grey\n  scale: 1/255\n  mean: \"0.3\"\n  std: \"0.4\"\n");
        CommandRun run = run("--attack=apgd-ce:8/255", "--steps=5", "-o", out);
        assertThat(run.code()).as(run.err()).isZero();
        checkRoundTrip(out.resolve("apgd-ce_8-255.npz"));
        try (Npz npz = Npz.open(out.resolve("apgd-ce_8-255.npz"));
                Npz given = Npz.open(data)) {
            Array stored = npz.read("inputs");
            Array bytes = given.read("x");
            for (int j = 0; j < bytes.size(); j++) {
                assertThat(stored.get(j)).isBetween(bytes.get(j) - 8.01, bytes.get(j) + 8.01);
                assertThat(stored.get(j)).isBetween(-0.01, 255.01);
            }
        }
    }

    @Test
    void attack_preprocessingThatCannotBeUndone_isSaidAndCanBeSwitchedOff() throws IOException {
        Files.writeString(
                folder.resolve("model.yaml"),
                "preprocessing:\n  resize: 10x10\n  crop: 8x8\n  colour: grey\n  scale: 1/255\n  mean: \"0.3\"\n  std: \"0.4\"\n");
        CommandRun run = run("--attack=fgsm:8/255", "-o", out);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("--preprocess resize=none");
        Path file = out.resolve("fgsm_8-255.npz");
        CommandRun score = CommandRun.of(
                "score",
                model,
                file,
                "--scores=msp",
                "--preprocess",
                "resize=none",
                "--preprocess",
                "crop=none",
                "--preprocess",
                "scale=1",
                "--preprocess",
                "mean=0",
                "--preprocess",
                "std=1");
        assertThat(score.code()).as(score.err()).isZero();
        try (Npz npz = Npz.open(file)) {
            for (int i = 0; i < 40; i++) {
                assertThat(score.jsonLines().get(i).path("prediction").asInt())
                        .isEqualTo((int) npz.read("predicted").get(i));
            }
        }
    }

    @Test
    void attack_targeted_reachesTheClass() {
        CommandRun run = run("--attack=pgd:0.9,gaussian:0.01", "--targeted=2", "--json");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json().path("targeted").asText()).isEqualTo("class 2");
        assertThat(run.json().path("attacks").path(0).path("success").asDouble())
                .isGreaterThan(0.5);
        assertThat(run.json().path("attacks").path(1).path("success").asDouble())
                .isLessThan(0.1);
        assertThat(run("--attack=deepfool", "--targeted=2").err()).contains("cannot look for a given class");
        assertThat(run("--attack=pgd", "--targeted=predicted").err()).contains("give another class");
        assertThat(run("--attack=pgd", "--targeted=9").err()).contains("no class '9'");
    }

    @Test
    void attack_sameSeed_sameNumbersOnAnyThreads() {
        CommandRun one = run("--attack=square:0.1", "--queries=30", "--json", "--threads=1");
        CommandRun three = run("--attack=square:0.1", "--queries=30", "--json", "--threads=3");
        assertThat(one.code()).as(one.err()).isZero();
        assertThat(three.out()).isEqualTo(one.out());
    }

    @Test
    void attack_unlabelledTable_takesTheModelsAnswers() throws IOException {
        Path mlp = TestModels.write(TestModels.mlp(3, 2), folder.resolve("mlp.onnx"));
        Path table = folder.resolve("table.csv");
        Files.writeString(table, "a,b,c\n1,2,3\n2,1,0\n0.5,2,1\n");
        CommandRun run = CommandRun.of("attack", mlp, table, "--attack=deepfool,gaussian:1", "-o", out, "--images=1");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("no labels").contains("nothing to draw");
        model = mlp;
        checkRoundTrip(out.resolve("gaussian_1.npz"));
    }

    @Test
    void attack_list_namesEverythingWithoutModel() {
        CommandRun run = CommandRun.of("attack", "--list");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains(Attacks.names()).contains(Noises.names());
    }

    @Test
    void attack_oneStepOnly_warnsAndDiagnosticsAreRun() {
        CommandRun run = CommandRun.of("attack", model, data, "--attack=fgsm:0.05", "--diagnose=10", "--limit=20");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("One-step attack only").contains("Diagnostics on");
    }

    @Test
    void attack_misuse_isRefused() throws IOException {
        assertThat(run().code()).isEqualTo(2);
        assertThat(run().err()).contains("--attack").contains("--list");
        assertThat(run("--attack=fog:1").err()).contains("'fog'").contains("salt-and-pepper");
        assertThat(run("--attack=pgd:x").err()).contains("such as 0.1 or 8/255");
        assertThat(run("--attack=pgd:0.1,pgd:0.1").err()).contains("twice");
        assertThat(run("--attack=pgd", "--images=2").err()).contains("--out");
        assertThat(run("--attack=pgd", "--steps=0").code()).isEqualTo(2);
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThat(run("--attack=pgd", "-o", file).err()).contains("expected a folder");
        assertThat(CommandRun.of("attack", model).code()).isEqualTo(2);
    }
}
