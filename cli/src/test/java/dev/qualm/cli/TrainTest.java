package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.array.Npz;
import dev.qualm.data.ModelDescription;
import dev.qualm.network.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainTest {
    private static final int SIDE = 8;

    @TempDir
    private Path folder;

    private Path data;
    private Path out;

    @BeforeEach
    void makeImages() {
        out = folder.resolve("model.onnx");
        data = images(folder.resolve("images.npz"), 120);
    }

    private static Path images(Path file, int n) {
        int[] labels = new int[n];
        Array images = TestModels.stripes(n, SIDE, 4, labels);
        Npz.write(file, Map.of("x", images, "y", Array.of(labels, n)));
        return file;
    }

    @Test
    void train_images_learnsAndWritesAModelThatScoreReads() {
        CommandRun run = CommandRun.of(
                "train",
                "--data",
                data,
                "--test",
                images(folder.resolve("test.npz"), 40),
                "--out",
                out,
                "--epochs",
                4,
                "--batch",
                16);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("wrote " + out).contains("test accuracy 100.0 % (40 of 40 right");
        assertThat(run.err())
                .contains("learning 4 classes from 120 items of 1 x 8 x 8")
                .contains("epoch 4 of 4: loss");
        CommandRun scored = CommandRun.of("score", out, data);
        assertThat(scored.code()).isZero();
        assertThat(scored.err()).doesNotContain("assuming");
        assertThat(scored.jsonLines())
                .hasSize(120)
                .allMatch(l -> l.at("/prediction").asInt() == l.at("/label").asInt());
    }

    @Test
    void train_sameCommandTwice_writesTheSameBytes() throws IOException {
        Object[] command = {"train", "--data", data, "--out", out, "--epochs", 2, "--seed", 7, "--shift", 1};
        assertThat(CommandRun.of(command).code()).isZero();
        byte[] model = Files.readAllBytes(out);
        byte[] description = Files.readAllBytes(ModelDescription.fileBeside(out));
        assertThat(CommandRun.of(command).code()).isZero();
        assertThat(Files.readAllBytes(out)).isEqualTo(model);
        assertThat(Files.readAllBytes(ModelDescription.fileBeside(out))).isEqualTo(description);
        command[command.length - 3] = 8;
        assertThat(CommandRun.of(command).code()).isZero();
        assertThat(Files.readAllBytes(out)).isNotEqualTo(model);
    }

    @Test
    void train_chosenClasses_areNumberedInTheirOrder() {
        assertThat(CommandRun.of("train", "--data", data, "--out", out, "--classes", "3,1", "--epochs", 4, "--batch", 8)
                        .code())
                .isZero();
        assertThat(ModelDescription.beside(out).classes()).containsExactly("3", "1");
        assertThat(CommandRun.of("score", out, data).jsonLines())
                .filteredOn(l -> l.at("/label").asInt() % 2 == 1)
                .hasSize(60)
                .allMatch(l -> l.at("/class").asText().equals(l.at("/label").asText()));
    }

    @Test
    void train_leftOutClasses_areNotLearnt() {
        assertThat(CommandRun.of("train", "--data", data, "--out", out, "--leave-out", "0,2", "--epochs", 1)
                        .code())
                .isZero();
        assertThat(ModelDescription.beside(out).classes()).containsExactly("1", "3");
        try (Network network = Network.load(out)) {
            assertThat(network.logits(Array.zeros(DType.FLOAT32, 1, 1, SIDE, SIDE))
                            .dim(1))
                    .isEqualTo(2);
        }
    }

    @Test
    void train_imageFolders_takesClassesFromTheirNames() throws IOException {
        Path images = Files.createDirectory(folder.resolve("images"));
        for (int i = 0; i < 16; i++) {
            Path sub = Files.createDirectories(images.resolve(i % 2 == 0 ? "cats" : "dogs"));
            TestModels.image(sub.resolve(i + ".png"), 12, i == 5 ? 20 : 10, true, i);
        }
        Files.writeString(images.resolve("dogs").resolve("broken.png"), "x");
        CommandRun run = CommandRun.of("train", "--data", images, "--out", out, "--epochs", 1);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err())
                .contains("1 of 17 items cannot be read")
                .contains("broken.png")
                .contains("resize=10x12");
        assertThat(ModelDescription.beside(out).classes()).containsExactly("cats", "dogs");
    }

    @Test
    void train_table_standardisesItsColumns() throws IOException {
        StringBuilder rows = new StringBuilder("large,small,kind\n");
        Random random = new Random(1);
        for (int i = 0; i < 80; i++) {
            rows.append(1000 + (i % 2 == 0 ? 300 : 0) + 10 * random.nextGaussian())
                    .append(',')
                    .append(random.nextGaussian() * 1e-3)
                    .append(i % 2 == 0 ? ",yes\n" : ",no\n");
        }
        Path table = Files.writeString(folder.resolve("table.csv"), rows.toString());
        CommandRun run = CommandRun.of(
                "train",
                "--data",
                table,
                "--label",
                "kind",
                "--test",
                table,
                "--out",
                out,
                "--epochs",
                8,
                "--batch",
                8,
                "--optimizer",
                "sgd",
                "--schedule",
                "constant");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("test accuracy 100.0 %");
        assertThat(ModelDescription.beside(out).classes()).containsExactly("no", "yes");
    }

    @Test
    void train_withoutLabels_failsWithAMessage() throws IOException {
        Path table = Files.writeString(folder.resolve("table.csv"), "1,2\n3,4\n");
        assertFails("has no labels", "train", "--data", table, "--out", out);
    }

    @Test
    void train_oneClass_failsWithAMessage() {
        assertFails("classes", "train", "--data", data, "--out", out, "--classes", "1");
    }

    @Test
    void train_unknownClass_failsWithAMessage() {
        assertFails("found 'seven'", "train", "--data", data, "--out", out, "--leave-out", "seven");
    }

    @Test
    void train_rowsForAnImageNetwork_failsWithAMessage() throws IOException {
        Path table = Files.writeString(folder.resolve("table.csv"), "1,2,0\n3,4,1\n");
        assertFails(
                "small-cnn takes images, but the items are of 2",
                "train",
                "--data",
                table,
                "--label",
                "2",
                "--out",
                out,
                "--architecture",
                "small-cnn");
        assertFails("mlp takes rows", "train", "--data", data, "--out", out, "--architecture", "mlp");
    }

    @Test
    void train_missingTestData_failsBeforeTraining() {
        CommandRun run = CommandRun.of("train", "--data", data, "--out", out, "--test", folder.resolve("nosuch"));
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("nothing is there").doesNotContain("epoch");
    }

    @Test
    void train_divergence_leavesNoFile() {
        assertFails("diverged", "train", "--data", data, "--out", out, "--lr", "1e30", "--optimizer", "sgd");
        assertThat(out).doesNotExist();
    }

    @Test
    void train_unwritablePlace_failsBeforeTraining() {
        CommandRun run = CommandRun.of(
                "train", "--data", data, "--out", folder.resolve("no").resolve("model.onnx"));
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("Cannot write").doesNotContain("epoch");
        assertFails("its description goes there", "train", "--data", data, "--out", folder.resolve("model.yaml"));
    }

    @Test
    void train_wrongOptions_exitWith2() {
        for (Object[] wrong : new Object[][] {
            {"train", "--data", data},
            {"train", "--data", data, "--out", out, "--classes", "0,1", "--leave-out", "2"},
            {"train", "--data", data, "--out", out, "--optimizer", "lion"},
        }) {
            CommandRun run = CommandRun.of(wrong);
            assertThat(run.code()).isEqualTo(2);
            assertThat(run.err()).contains("Usage: qualm train");
        }
    }

    private static void assertFails(String reason, Object... arguments) {
        CommandRun run = CommandRun.of(arguments);
        assertThat(run.code()).as(run.err()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("qualm: ").contains(reason).doesNotContain("\tat ");
    }
}
