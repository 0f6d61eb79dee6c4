package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.qualm.array.Array;
import dev.qualm.array.Npy;
import dev.qualm.array.Npz;
import dev.qualm.data.ModelDescription;
import dev.qualm.data.Preprocessing;
import dev.qualm.gradient.ChannelReduction;
import dev.qualm.gradient.ClassSelection;
import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.gradient.MapFeatures;
import dev.qualm.network.Network;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MapCommandTest {
    private static final int ONE = 0x9c3a05;

    @TempDir
    private Path folder;

    private Path model;
    private Path data;

    @BeforeEach
    void name() throws IOException {
        model = folder.resolve("model.onnx");
        data = Files.createDirectory(folder.resolve("data"));
    }

    private Path rows(int n) {
        Path npy = data.resolve("x.npy");
        Npy.write(npy, TestModels.random(n, 4));
        return npy;
    }

    private static JsonNode json(Path file) throws IOException {
        return CommandRun.parseLines(Files.readString(file).replace("\n", "")).get(0);
    }

    private static void assertMap(JsonNode map, double[][] expected) {
        assertThat(map).hasSize(expected.length);
        for (int a = 0; a < expected.length; a++) {
            for (int b = 0; b < expected.length; b++) {
                if (Double.isNaN(expected[a][b])) {
                    assertThat(map.get(a).get(b).isNull()).isTrue();
                } else {
                    assertThat(map.get(a).get(b).asDouble()).isCloseTo(expected[a][b], within(1e-12));
                }
            }
        }
    }

    @Test
    void map_json_equalsTheLibrarysMapsInEveryMode() throws IOException {
        TestModels.write(TestModels.cnn(3, 8, 5), model);
        Path npy = data.resolve("x.npy");
        Array inputs = TestModels.random(3, 3, 8, 8);
        Npy.write(npy, inputs);
        Path out = folder.resolve("map.json");
        Map<List<String>, CosineSimilarityMaps> modes = Map.of(
                List.of(), CosineSimilarityMaps.defaults(),
                List.of("--no-sign"), CosineSimilarityMaps.defaults().withSign(false),
                List.of("--no-rescale", "--sign"),
                        CosineSimilarityMaps.defaults().withRescale(false),
                List.of("--channels", "max"), CosineSimilarityMaps.defaults().withChannels(ChannelReduction.MAX),
                List.of("--top-k", "3"), CosineSimilarityMaps.defaults().withClasses(ClassSelection.top(3)));
        try (Network network = Network.load(model)) {
            modes.forEach((options, maps) -> {
                CommandRun run = CommandRun.of(
                        Stream.concat(Stream.of("map", model, npy, "-o", out, "--threads", "1"), options.stream())
                                .toArray());
                assertThat(run.code()).as(run.err()).isZero();
                CosineSimilarityMaps.Maps expected = maps.of(network, inputs);
                try {
                    JsonNode found = json(out);
                    assertThat(found.at("/items")).hasSize(3);
                    for (int i = 0; i < 3; i++) {
                        JsonNode item = found.at("/items").get(i);
                        assertThat(item.at("/prediction").asInt()).isEqualTo(expected.predictions()[i]);
                        assertThat(item.at("/status").asText()).isEqualTo("ok");
                        assertThat(item.at("/logits")).hasSize(5);
                        assertThat(IntStream.range(0, item.at("/classes").size())
                                        .map(c -> item.at("/classes").get(c).asInt()))
                                .containsExactly(IntStream.of(expected.classes()[i])
                                        .boxed()
                                        .toArray(Integer[]::new));
                        assertMap(item.at("/map"), expected.maps()[i]);
                        assertThat(item.at("/features/predicted_row_mean").asDouble())
                                .isCloseTo(
                                        MapFeatures.summary(expected.maps()[i], expected.predictedIndex(i))[4],
                                        within(1e-12));
                    }
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
        }
    }

    @Test
    void map_sorted_movesRowsAndColumnsTogether() throws IOException {
        TestModels.write(TestModels.mlp(4, 6), model);
        Path byClass = folder.resolve("class.json");
        Path byLogit = folder.resolve("logit.json");
        CommandRun.of("map", model, rows(2), "-o", byClass);
        CommandRun.of("map", model, rows(2), "-o", byLogit, "--sort", "logit");
        for (int i = 0; i < 2; i++) {
            JsonNode plain = json(byClass).at("/items").get(i);
            JsonNode sorted = json(byLogit).at("/items").get(i);
            assertThat(sorted.at("/classes").get(0).asInt())
                    .isEqualTo(sorted.at("/prediction").asInt());
            for (int a = 0; a < 6; a++) {
                int ca = sorted.at("/classes").get(a).asInt();
                assertThat(plain.at("/classes").get(a).asInt()).isEqualTo(a);
                for (int b = 0; b < 6; b++) {
                    int cb = sorted.at("/classes").get(b).asInt();
                    assertThat(sorted.at("/map").get(a).get(b))
                            .isEqualTo(plain.at("/map").get(ca).get(cb));
                }
                if (a > 0) {
                    int before = sorted.at("/classes").get(a - 1).asInt();
                    assertThat(plain.at("/logits").get(before).asDouble())
                            .isGreaterThanOrEqualTo(plain.at("/logits").get(ca).asDouble());
                }
            }
            assertThat(sorted.at("/features")).isEqualTo(plain.at("/features"));
        }
    }

    @Test
    void map_arrays_holdTheSameNumbers() throws IOException {
        TestModels.write(TestModels.mlp(4, 5), model);
        Path npz = folder.resolve("maps.npz");
        Path npy = folder.resolve("maps.npy");
        Path json = folder.resolve("maps.json");
        assertThat(CommandRun.of("map", model, rows(12), "-o", npz).err()).contains("12 maps");
        CommandRun.of("map", model, rows(12), "-o", npy);
        CommandRun.of("map", model, rows(12), "-o", json);
        try (Npz arrays = Npz.open(npz)) {
            assertThat(arrays.keys()).containsExactly("maps", "classes", "logits", "predictions", "status", "features");
            Array maps = arrays.read("maps");
            assertThat(maps.shape()).containsExactly(12, 5, 5);
            assertThat(Npy.read(npy)).isEqualTo(maps);
            assertThat(arrays.read("status").toLongs()).containsOnly(0);
            assertThat(arrays.read("classes").shape()).containsExactly(12, 5);
            JsonNode item = json(json).at("/items").get(11);
            assertThat(maps.get(11 * 25 + 3))
                    .isEqualTo(item.at("/map").get(0).get(3).asDouble());
            assertThat(arrays.read("predictions").get(11))
                    .isEqualTo(item.at("/prediction").asInt());
        }
    }

    @Test
    void map_oneImage_drawsOneMapWithItsNames() throws IOException {
        TestModels.write(TestModels.cnn(3, 8, 3), model);
        ModelDescription.EMPTY
                .withClasses(List.of("cat", "dog", "owl"))
                .withPreprocessing(Preprocessing.guess(1, 3, 8, 8))
                .write(ModelDescription.fileBeside(model));
        Path image = TestModels.image(data.resolve("a.png"), 30, 20, true, 1);
        Path png = folder.resolve("map.png");
        CommandRun run = CommandRun.of("map", model, image, "-o", png);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).isEqualTo("qualm: wrote " + png + ": 1 map" + System.lineSeparator());
        BufferedImage drawn = ImageIO.read(png.toFile());
        assertThat(drawn.getWidth()).isBetween(400, 1400);
        assertThat(count(drawn, ONE)).as("the diagonal").isGreaterThan(3 * 70 * 70);
        Path svg = folder.resolve("map.svg");
        CommandRun.of("map", model, image, "-o", svg);
        assertThat(Files.readString(svg))
                .contains(">owl</text>")
                .contains("a.png")
                .contains("image-rendering")
                .contains("cat and dog: ")
                .contains("all 3 classes; signs of the gradients, rescaled logits");
    }

    private static int count(BufferedImage image, int colour) {
        int n = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                n += (image.getRGB(x, y) & 0xffffff) == colour ? 1 : 0;
            }
        }
        return n;
    }

    @Test
    void map_severalFolders_giveARowEach() throws IOException {
        TestModels.write(TestModels.cnn(1, 8, 4), model);
        Path clean = Files.createDirectory(folder.resolve("clean"));
        Path noise = Files.createDirectory(folder.resolve("noise"));
        for (int i = 0; i < 11; i++) {
            TestModels.image(clean.resolve("c" + i + ".png"), 8, 8, false, i);
        }
        TestModels.image(noise.resolve("n.png"), 8, 8, false, 50);
        Path svg = folder.resolve("maps.svg");
        CommandRun run = CommandRun.of("map", model, clean, noise, "-o", svg);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("showing the first 8 of up to 11 items in each row; change it with --limit");
        assertThat(Files.readString(svg))
                .contains(">clean · 8 of 11</text>")
                .contains(">noise · 1</text>")
                .contains(">mean of 8 maps</text>")
                .contains(">c6.png</text>")
                .doesNotContain(">c7.png</text>")
                .contains(">n.png</text>");
        CommandRun more = CommandRun.of("map", model, clean, noise, "-o", svg, "--limit", 11);
        assertThat(more.err()).doesNotContain("showing");
        assertThat(Files.readString(svg)).contains(">c7.png</text>").contains(">clean · 11</text>");
    }

    @Test
    void map_imagesNamedSingly_allStandInOneRow() throws IOException {
        TestModels.write(TestModels.cnn(1, 8, 4), model);
        Object[] arguments = new Object[13];
        arguments[0] = "map";
        arguments[1] = model;
        for (int i = 2; i < 11; i++) {
            arguments[i] = TestModels.image(data.resolve("image" + i + ".png"), 8, 8, false, i);
        }
        arguments[11] = "-o";
        arguments[12] = folder.resolve("maps.svg");
        CommandRun run = CommandRun.of(arguments);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).doesNotContain("showing").contains("9 maps");
        assertThat(Files.readString(folder.resolve("maps.svg")))
                .contains(">images · 9</text>")
                .contains(">image10.png</text>");
    }

    @Test
    void map_numberedLabels_areComparedWhereTheyMeanTheModelsClasses() throws IOException {
        TestModels.write(TestModels.mlp(4, 3), model);
        Path known = Files.writeString(data.resolve("known.csv"), "1,2,3,4,0\n1,2,3,4,1\n1,2,3,4,2\n");
        Path foreign = Files.writeString(data.resolve("foreign.csv"), "1,2,3,4,0\n1,2,3,4,1\n1,2,3,4,3\n");
        Path svg = folder.resolve("maps.svg");
        String wrong = "fill=\"#d9722b\"";
        CommandRun.of("map", model, known, "-o", svg, "--label", "-1");
        assertThat(Files.readString(svg).split(wrong, -1))
                .as("two wrong labels")
                .hasSize(3);
        CommandRun.of("map", model, foreign, "-o", svg, "--label", "-1");
        assertThat(Files.readString(svg)).contains(">label 3</text>").doesNotContain(wrong);
    }

    @Test
    void map_labelledFolder_givesARowPerClass() throws IOException {
        TestModels.write(TestModels.cnn(1, 8, 3), model);
        for (String name : List.of("ant", "bee")) {
            Path sub = Files.createDirectory(data.resolve(name));
            TestModels.image(sub.resolve("1.png"), 8, 8, false, name.length());
            TestModels.image(sub.resolve("2.png"), 8, 8, false, name.length() + 9);
        }
        Path svg = folder.resolve("maps.svg");
        CommandRun run = CommandRun.of("map", model, data, "-o", svg, "--classes", "ant,bee,cow");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(Files.readString(svg))
                .contains(">ant · 2</text>")
                .contains(">bee · 2</text>")
                .contains(">label bee</text>")
                .contains(">cow</text>");
        Path json = folder.resolve("maps.json");
        CommandRun.of("map", model, data, "-o", json, "--classes", "ant,bee,cow");
        JsonNode found = json(json);
        assertThat(found.at("/classes").get(2).asText()).isEqualTo("cow");
        assertThat(found.at("/items").get(3).at("/label").asText()).isEqualTo("bee");
        assertThat(found.at("/items").get(3).at("/row").asText()).isEqualTo("bee");
    }

    @Test
    void map_damagedImages_costOnlyTheirOwnMaps() throws IOException {
        TestModels.write(TestModels.cnn(1, 8, 3), model);
        Path good = TestModels.image(data.resolve("good.png"), 8, 8, false, 1);
        Path bad = Files.writeString(data.resolve("bad.png"), "not an image");
        Path json = folder.resolve("maps.json");
        for (Object[] arguments : new Object[][] {
            {"map", model, data, "-o", json}, {"map", model, bad, good, "-o", json},
        }) {
            CommandRun run = CommandRun.of(arguments);
            assertThat(run.code()).as(run.err()).isZero();
            assertThat(run.err()).contains("bad.png: unreadable: ");
            JsonNode items = json(json).at("/items");
            assertThat(items.get(0).at("/status").asText()).startsWith("unreadable: ");
            assertThat(items.get(0).at("/prediction").isNull()).isTrue();
            assertThat(items.get(0).at("/map")).isEmpty();
            assertThat(items.get(1).at("/status").asText()).isEqualTo("ok");
            assertThat(items.get(1).at("/map")).hasSize(3);
        }
        Path svg = folder.resolve("maps.svg");
        assertThat(CommandRun.of("map", model, bad, good, "-o", svg).code()).isZero();
        assertThat(Files.readString(svg)).contains(">good.png</text>").contains(">bad.png</text>");
        CommandRun none = CommandRun.of("map", model, bad, "-o", svg);
        assertThat(none.code()).isEqualTo(1);
        assertThat(none.err()).contains("bad.png").contains("expected a folder of images");
    }

    @Test
    void map_zeroGradient_isMissingWithAReason() throws IOException {
        TestModels.write(TestModels.behind("", "Relu", 4), model);
        Path table = Files.writeString(data.resolve("rows.csv"), "1,2,3,4\n-1,-2,-3,-4\n");
        Path json = folder.resolve("maps.json");
        CommandRun run = CommandRun.of("map", model, table, "-o", json, "--no-rescale");
        assertThat(run.code()).isZero();
        assertThat(run.err()).contains("qualm: 1: zero gradient: the gradient toward every class is zero");
        JsonNode bad = json(json).at("/items").get(1);
        assertThat(bad.at("/status").asText()).startsWith("zero gradient");
        assertThat(bad.at("/map").get(0).get(0).isNull()).isTrue();
        Path svg = folder.resolve("maps.svg");
        CommandRun.of("map", model, table, "-o", svg, "--no-rescale");
        assertThat(Files.readString(svg)).contains("zero gradient: the");
        CommandRun text = CommandRun.of("map", model, table, "--no-rescale");
        assertThat(text.out()).contains("zero gradient");
    }

    @Test
    void map_oneZeroRow_isHatchedAndExplained() throws IOException {
        // Logits 0, v x and -v x: where v x = 0 the two gradients cancel in that of class 0.
        TestModels.write(
                TestModels.graph(
                        List.of(ValueInfo.floats("input", -1, 2)),
                        List.of(Node.of("logits", "MatMul", List.of("input", "w"), Attributes.NONE)),
                        Map.of("w", Array.of(new float[] {0, 1, -1, 0, 0, 0}, 2, 3)),
                        ValueInfo.floats("logits", -1, 3)),
                model);
        Path table = Files.writeString(data.resolve("rows.csv"), "0,5\n");
        Path svg = folder.resolve("map.svg");
        CommandRun run = CommandRun.of("map", model, table, "-o", svg, "--no-rescale");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("zero gradient: the gradient toward classes [0] is zero");
        assertThat(Files.readString(svg))
                .contains("0 and 1: undefined")
                .contains("1 and 2: −1.000")
                .contains("Grey, or hatched");
    }

    @Test
    void map_manyClasses_takesTheTopTenAndSaysSo() throws IOException {
        TestModels.write(TestModels.cnn(3, 32, 1000), model);
        Path image = TestModels.image(data.resolve("a.png"), 32, 32, true, 1);
        Path json = folder.resolve("map.json");
        CommandRun run = CommandRun.of("map", model, image, "-o", json);
        assertThat(run.code()).isZero();
        assertThat(run.err()).contains("mapping the 10 most likely of the 1000 classes");
        JsonNode item = json(json).at("/items").get(0);
        assertThat(item.at("/classes")).hasSize(10);
        assertThat(item.at("/classes").get(0).asInt())
                .isEqualTo(item.at("/prediction").asInt());
        assertThat(item.at("/logits")).hasSize(1000);
        Path png = folder.resolve("map.png");
        assertThat(CommandRun.of("map", model, image, "-o", png).code()).isZero();
        assertThat(ImageIO.read(png.toFile()).getWidth()).isBetween(400, 1400);
    }

    @Test
    void map_estimate_staysNearTheExactMap() throws IOException {
        TestModels.write(TestModels.cnn(3, 8, 30), model);
        Path npy = data.resolve("x.npy");
        Npy.write(npy, TestModels.random(1, 3, 8, 8));
        Path exact = folder.resolve("exact.npz");
        Path estimated = folder.resolve("estimated.npz");
        assertThat(CommandRun.of("map", model, npy, "-o", exact, "--no-sign", "--top-k", 30)
                        .code())
                .isZero();
        CommandRun run = CommandRun.of("map", model, npy, "-o", estimated, "--estimate", 2000, "--seed", 3);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("without --sign");
        try (Npz a = Npz.open(exact);
                Npz b = Npz.open(estimated)) {
            Array errors = b.read("standard_errors");
            assertThat(b.read("maps").shape()).containsExactly(1, 30, 30);
            for (int i = 0; i < 900; i++) {
                assertThat(b.read("maps").get(i)).isCloseTo(a.read("maps").get(i), within(6 * errors.get(i) + 1e-3));
            }
        }
    }

    @Test
    void map_terminal_printsNumbersWhileThereAreFew() {
        TestModels.write(TestModels.mlp(4, 4), model);
        CommandRun few = CommandRun.of("map", model, rows(9));
        assertThat(few.code()).isZero();
        assertThat(few.out())
                .contains("predicted")
                .contains("off-diagonal mean")
                .contains("1.00");
        assertThat(few.out().lines()).hasSize(4 * (2 + 5));
        assertThat(few.err()).contains("showing the first 4 of up to 9");
        assertThat(few.out().lines()).allMatch(l -> l.length() < 110);
        TestModels.write(TestModels.mlp(4, 15), model);
        assertThat(CommandRun.of("map", model, rows(9)).out().lines()).hasSize(4 * 2);
    }

    @Test
    void map_classNames_comeFromAFileToo() throws IOException {
        TestModels.write(TestModels.mlp(4, 3), model);
        Path names = Files.writeString(folder.resolve("names.txt"), "red\ngreen\nblue\n");
        assertThat(CommandRun.of("map", model, rows(1), "--classes", names).out())
                .contains("green");
        CommandRun wrong = CommandRun.of("map", model, rows(1), "--classes", "red,green");
        assertThat(wrong.code()).isZero();
        assertThat(wrong.err()).contains("--classes names 2 classes, but there are 3");
    }

    @Test
    void map_anyThreads_givesTheSameNumbers() throws IOException {
        TestModels.write(TestModels.mlp(4, 5), model);
        Path one = folder.resolve("one.npy");
        Path three = folder.resolve("three.npy");
        CommandRun.of("map", model, rows(40), "-o", one, "--threads", 1);
        CommandRun.of("map", model, rows(40), "-o", three, "--threads", 3);
        double[] a = Npy.read(one).toDoubles();
        double[] b = Npy.read(three).toDoubles();
        assertThat(b).containsExactly(a, within(1e-5));
    }

    @Test
    void map_modelsWithoutAMap_failWithTheReason() throws IOException {
        Path table = Files.writeString(data.resolve("rows.csv"), "1,2,3,4\n");
        Path png = folder.resolve("map.png");
        TestModels.write(TestModels.mlp(4, 2), model);
        assertFails("at least 3 classes", "map", model, table, "-o", png);
        TestModels.write(TestModels.mlp(4, 1), model);
        assertFails("one number per item", "map", model, table, "-o", png);
        TestModels.write(TestModels.behind("", "Round", 3), model);
        assertFails("through Round 'first'. A cosine", "map", model, table, "-o", png);
        TestModels.write(TestModels.mlp(4, 3), model);
        assertFails("nothing is there", "map", model, folder.resolve("nosuch"), "-o", png);
        assertFails(
                "expected the name of a file in an existing folder",
                "map",
                model,
                table,
                "-o",
                folder.resolve("no/map.png"));
        assertThat(png).doesNotExist();
    }

    private static void assertFails(String reason, Object... arguments) {
        CommandRun run = CommandRun.of(arguments);
        assertThat(run.code()).as(run.err()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("qualm: ").contains(reason).doesNotContain("\tat ");
    }

    @Test
    void map_wrongOptions_exitWith2AndAHint() {
        TestModels.write(TestModels.mlp(4, 3), model);
        for (Object[] wrong : new Object[][] {
            {"map", model},
            {"map", model, data, "-o", "map.gif"},
            {"map", model, data, "--limit", "0"},
            {"map", model, data, "--top-k", "1"},
            {"map", model, data, "--sort", "name"},
            {"map", model, data, "--channels", "mean"},
            {"map", model, data, "--estimate", "100", "--sign"},
            {"map", model, data, "--estimate", "100", "--channels", "max"},
            {"map", model, data, "--estimate", "4"},
        }) {
            CommandRun run = CommandRun.of(wrong);
            assertThat(run.code()).as(List.of(wrong).toString()).isEqualTo(2);
            assertThat(run.err()).startsWith("qualm: ").contains("Usage: qualm map");
        }
        CommandRun help = CommandRun.of("map", "--help");
        assertThat(help.out().lines()).allMatch(l -> l.length() <= 80);
        assertThat(help.out()).contains("--top-k").contains("--estimate");
    }

    @Test
    void requireMemory_tooMuch_saysWhatToDo() {
        assertThatThrownBy(() -> MapNumbers.requireMemory(100_000, 1000))
                .hasMessageContaining("--limit")
                .hasMessageContaining("--top-k");
    }
}
