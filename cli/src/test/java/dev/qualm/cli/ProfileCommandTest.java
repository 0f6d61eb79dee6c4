package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.qualm.detect.wrong.ClassProfiles;
import dev.qualm.network.Network;
import dev.qualm.network.onnx.ModelHash;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On the shipped classifier and the first of its test images. */
class ProfileCommandTest {
    private static final Path DATA = Path.of("..", "data");
    private static final Path MODEL = DATA.resolve("models/fashion-mnist-8.onnx");
    private static final Path TEST = DATA.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz");

    @TempDir
    private Path folder;

    private CommandRun run(Object... more) {
        Object[] first = {"profile", MODEL, TEST, "--limit", 300};
        Object[] all = Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return CommandRun.of(all);
    }

    private Path profiles() {
        Path file = folder.resolve("profiles.qualm");
        CommandRun run = run("-o", file);
        assertThat(run.code()).as(run.err()).isZero();
        return file;
    }

    @Test
    void profile_ofData_writesTheMeansOfCorrectPredictions() {
        Path file = folder.resolve("profiles.qualm");
        CommandRun run = run("-o", file, "--json", "--top", 2, "--threads", 2);
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode json = run.json();
        try (Network network = Network.load(MODEL)) {
            ClassProfiles profiles = ClassProfiles.load(file, ModelHash.of(network.graph()));
            assertThat(profiles.layer())
                    .isEqualTo("relu3")
                    .isEqualTo(json.path("layer").asText());
            assertThat(Arrays.stream(profiles.counts()).sum()).isBetween(200, 300);
            for (int c = 0; c < 8; c++) {
                JsonNode one = json.path("classes").path(c);
                assertThat(one.path("correct").asInt()).isEqualTo(profiles.counts()[c]);
                int[] maps = profiles.characteristic(c, 2);
                assertThat(one.path("maps").path(1).path("map").asInt()).isEqualTo(maps[1]);
            }
        }
        assertThat(run("-o", file).out())
                .contains("relu3: 32 maps")
                .contains("Ankle boot")
                .contains("wrote " + file);
    }

    @Test
    void compare_anItem_drawsItBesideACorrectPredictionOfItsClass() throws IOException {
        Path picture = folder.resolve("maps.png");
        // 25 is a coat that the model takes for a shirt.
        CommandRun run = run("--profiles", profiles(), "--item", 25, "-o", picture, "--json");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode json = run.json();
        assertThat(json.path("class").asText()).isEqualTo("Shirt");
        assertThat(json.path("maps")).hasSize(ClassProfiles.TOP);
        for (JsonNode map : json.path("maps")) {
            double share = map.path("input").asDouble() / map.path("mean").asDouble();
            assertThat(map.path("relative").asDouble()).isEqualTo(share);
        }
        BufferedImage image = ImageIO.read(picture.toFile());
        assertThat(image.getWidth()).isGreaterThan(800);
        try (Network network = Network.load(MODEL)) {
            LabelledItems items = LabelledItemsTest.shipped(network);
            int place = items.data().ids().indexOf(json.path("reference").asText());
            assertThat(items.data().classes().get(items.data().labels()[place])).isEqualTo("Shirt");
        }
    }

    @Test
    void compare_anImageOfItsOwnOrOfAnUnknownClass_isDrawn() throws IOException {
        Path image = TestModels.image(folder.resolve("noise.png"), 28, 28, false, 4);
        Path svg = folder.resolve("maps.svg");
        Path profiles = profiles();
        CommandRun run = run("--profiles", profiles, "--image", image, "-o", svg, "--top", 3);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("noise.png is taken for").contains("shown beside the correct prediction");
        assertThat(Files.readString(svg)).contains("noise.png").contains("class mean");
        // 18 is a bag, which the model does not know.
        CommandRun bag = run("--profiles", profiles, "--item", 18, "-o", svg);
        assertThat(bag.code()).as(bag.err()).isZero();
        assertThat(Files.readString(svg)).contains("label Bag");
    }

    @Test
    void compare_withWhatDoesNotFit_exitsWith1() throws IOException {
        Path png = folder.resolve("maps.png");
        Path profiles = profiles();
        CommandRun missing = run("--profiles", profiles, "--item", "no such", "-o", png);
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.err()).contains("no item 'no such'");
        Path bad = Files.writeString(folder.resolve("bad.qualm"), "nothing");
        assertThat(run("--profiles", bad, "--item", 25, "-o", png).code()).isEqualTo(1);
        Path text = Files.writeString(folder.resolve("text.png"), "no image");
        assertThat(run("--profiles", profiles, "--image", text, "-o", png).code())
                .isEqualTo(1);
        Path other = TestModels.write(TestModels.cnn(1, 28, 10), folder.resolve("other.onnx"));
        CommandRun foreign = CommandRun.of("profile", other, TEST, "--profiles", profiles, "--item", 25, "-o", png);
        assertThat(foreign.code()).isEqualTo(1);
        assertThat(foreign.err()).contains("belongs to another model");
        CommandRun few =
                CommandRun.of("profile", MODEL, TEST, "--limit", 1, "--profiles", profiles, "--item", 25, "-o", png);
        assertThat(few.code()).isEqualTo(1);
        assertThat(few.err()).contains("besides the input that the model is right about");
        assertThat(png).doesNotExist();
    }

    @Test
    void profile_wrongOptions_exitWith2() {
        for (Object[] wrong : new Object[][] {
            {},
            {"-o", "maps.png"},
            {"-o", "p.qualm", "--item", 3},
            {"-o", "p.png", "--profiles", "p.qualm"},
            {"-o", "p.qualm", "--profiles", "p.qualm", "--item", 3},
            {"-o", "p.npz", "--profiles", "p.qualm", "--item", 3},
            {"-o", "p.png", "--profiles", "p.qualm", "--item", 3, "--image", "i.png"},
            {"-o", "p.png", "--profiles", "p.qualm", "--item", 3, "--layer", "relu2"},
            {"-o", "p.qualm", "--top", 0},
        }) {
            assertThat(run(wrong).code()).as(Arrays.toString(wrong)).isEqualTo(2);
        }
    }
}
