package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.qualm.array.Array;
import dev.qualm.array.Idx;
import dev.qualm.array.Npy;
import dev.qualm.data.ImageOptions;
import dev.qualm.data.Images;
import dev.qualm.data.Layout;
import dev.qualm.data.ModelDescription;
import dev.qualm.data.Preprocessing;
import dev.qualm.detect.Scores;
import dev.qualm.gradient.ClassSelection;
import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.gradient.MapFeatures;
import dev.qualm.network.Network;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.ElementType;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreTest {
    @TempDir
    private Path folder;

    private Path model;
    private Path data;

    @BeforeEach
    void name() throws IOException {
        model = folder.resolve("model.onnx");
        data = Files.createDirectory(folder.resolve("data"));
    }

    @Test
    void score_describedModel_printsALinePerImageInOrder() {
        TestModels.write(TestModels.cnn(1, 8, 3), model);
        ModelDescription.EMPTY
                .withClasses(List.of("cat", "dog", "owl"))
                .withPreprocessing(Preprocessing.guess(1, 1, 8, 8))
                .write(ModelDescription.fileBeside(model));
        for (int i = 0; i < 5; i++) {
            TestModels.image(data.resolve("image" + i + ".png"), 8, 8, false, i);
        }
        CommandRun run = CommandRun.of("score", model, data);
        assertThat(run.code()).isZero();
        List<JsonNode> lines = run.jsonLines();
        assertThat(lines)
                .extracting(l -> l.at("/id").asText())
                .containsExactly("image0.png", "image1.png", "image2.png", "image3.png", "image4.png");
        for (JsonNode line : lines) {
            assertThat(line.fieldNames())
                    .toIterable()
                    .containsExactly("id", "prediction", "class", "confidence", "scores", "status");
            assertThat(line.at("/class").asText())
                    .isEqualTo(List.of("cat", "dog", "owl")
                            .get(line.at("/prediction").asInt()));
            assertThat(line.at("/confidence").asDouble())
                    .isCloseTo(1 - line.at("/scores/msp").asDouble(), within(1e-12));
            assertThat(line.at("/scores").fieldNames())
                    .toIterable()
                    .containsExactly("msp", "energy", "gen", "gradnorm");
            assertThat(line.at("/status").asText()).isEqualTo("ok");
        }
        assertThat(run.err()).matches("(?s)qualm: scored 5 items in .*per second\\)\\R");
    }

    @Test
    void score_rows_equalsTheNetworksOwnLogits() throws IOException {
        TestModels.write(TestModels.mlp(4, 3), model);
        Path table = Files.writeString(data.resolve("rows.csv"), "a,b,c,d\n1,2,3,4\n0.5,-1,2,3\n");
        CommandRun run = CommandRun.of("score", model, table, "--scores", "max-logit");
        assertThat(run.code()).isZero();
        List<JsonNode> lines = run.jsonLines();
        try (Network network = Network.load(model)) {
            Array logits = network.logits(Array.of(new float[] {1, 2, 3, 4, 0.5f, -1, 2, 3}, 2, 4));
            for (int i = 0; i < 2; i++) {
                double largest = Math.max(logits.get(3 * i), Math.max(logits.get(3 * i + 1), logits.get(3 * i + 2)));
                assertThat(lines.get(i).at("/scores/max-logit").asDouble()).isCloseTo(-largest, within(1e-6));
            }
        }
        assertThat(lines.get(0).at("/class").isNull()).isTrue();
        assertThat(run.err()).doesNotContain("assuming");
    }

    @Test
    void score_undescribedModel_fitsImagesOfAnyKindAndSaysHow() {
        TestModels.write(TestModels.cnn(1, 8, 3), model);
        TestModels.image(data.resolve("a.png"), 20, 10, true, 1);
        TestModels.image(data.resolve("b.png"), 8, 8, false, 2);
        CommandRun run = CommandRun.of("score", model, data);
        assertThat(run.code()).isZero();
        assertThat(run.jsonLines()).allMatch(l -> l.at("/status").asText().equals("ok"));
        assertThat(run.err())
                .contains("assuming resize=8x8 colour=grey scale=1/255")
                .contains("--preprocess");
    }

    @Test
    void score_preprocessOption_changesTheResult() {
        TestModels.write(TestModels.cnn(3, 8, 3), model);
        TestModels.image(data.resolve("a.png"), 8, 8, true, 1);
        CommandRun plain = CommandRun.of("score", model, data);
        CommandRun shifted =
                CommandRun.of("score", model, data, "--preprocess", "mean=0.1,0.5,0.9", "--preprocess", "colour=bgr");
        assertThat(shifted.err()).contains("preprocessing: resize=8x8 colour=bgr scale=1/255 mean=0.1,0.5,0.9");
        assertThat(shifted.jsonLines().get(0).at("/scores/msp").asDouble())
                .isNotEqualTo(plain.jsonLines().get(0).at("/scores/msp").asDouble());
    }

    @Test
    void score_damagedImageAmongGoodOnes_costsOnlyItsOwnLine() throws IOException {
        TestModels.write(TestModels.cnn(1, 8, 3), model);
        TestModels.image(data.resolve("a.png"), 8, 8, false, 1);
        Path b = TestModels.image(data.resolve("b.png"), 8, 8, false, 2);
        TestModels.image(data.resolve("c.png"), 8, 8, false, 3);
        CommandRun before = CommandRun.of("score", model, data);
        Files.write(b, Stream.of("not an image").toList());
        CommandRun after = CommandRun.of("score", model, data);
        assertThat(after.code()).isZero();
        List<JsonNode> lines = after.jsonLines();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(1).at("/status").asText())
                .startsWith("unreadable: ")
                .contains("b.png");
        assertThat(lines.get(1).at("/prediction").isNull()).isTrue();
        assertThat(lines.get(1).at("/scores/msp").isNull()).isTrue();
        for (int i : new int[] {0, 2}) {
            assertThat(lines.get(i).at("/scores/msp").asDouble())
                    .isCloseTo(before.jsonLines().get(i).at("/scores/msp").asDouble(), within(1e-5));
        }
        assertThat(after.err()).contains("scored 3 items").contains("1 could not be read");
    }

    @Test
    void score_firstImageDamaged_stillScoresTheOthers() throws IOException {
        TestModels.write(TestModels.cnn(1, 8, 3), model);
        Files.writeString(data.resolve("a.png"), "");
        TestModels.image(data.resolve("b.png"), 8, 8, false, 2);
        CommandRun run = CommandRun.of("score", model, data);
        assertThat(run.code()).isZero();
        assertThat(run.jsonLines())
                .extracting(l -> l.at("/status").asText().equals("ok"))
                .containsExactly(false, true);
    }

    @Test
    void score_allScores_oneLineNamesTheRefusedOnes() throws IOException {
        TestModels.write(TestModels.mlp(4, 2), model);
        Path table = Files.writeString(data.resolve("rows.csv"), "1,2,3,4\n0.5,-1,2,3\n");
        CommandRun run = CommandRun.of("score", model, table, "--scores", "all");
        assertThat(run.code()).isZero();
        assertThat(run.err()).containsOnlyOnce("left out gga-row, gga-rest, gga-mean, gga-std: with 2 classes");
        assertThat(run.jsonLines().get(0).at("/scores").fieldNames())
                .toIterable()
                .contains("msp", "grad-l2", "gradnorm")
                .doesNotContain("gga-row");
        CommandRun none = CommandRun.of("score", model, table, "--scores", "gga");
        assertThat(none.code()).isEqualTo(1);
        assertThat(none.err()).contains("None of the scores asked for exists");
    }

    @Test
    void score_thousandClasses_ggaComparesTheTopTenAndSaysSo() {
        TestModels.write(TestModels.cnn(3, 32, 1000), model);
        Path image = TestModels.image(data.resolve("a.png"), 32, 32, true, 1);
        CommandRun run = CommandRun.of("score", model, image, "--scores", "gga,gradients");
        assertThat(run.code()).isZero();
        assertThat(run.err())
                .containsOnlyOnce("gga scores compare the 10 most likely of the 1000 classes, in 11 passes")
                .contains("--top-k");
        JsonNode line = run.jsonLines().get(0);
        assertThat(line.at("/status").asText()).isEqualTo("ok");
        assertThat(line.at("/scores")).hasSize(10);
        try (Network network = Network.load(model)) {
            Array input = Preprocessing.guess(1, 3, 32, 32)
                    .apply(Images.read(image, ImageOptions.DEFAULT), Layout.NHWC)
                    .reshape(1, 3, 32, 32);
            CosineSimilarityMaps.Maps maps = CosineSimilarityMaps.defaults()
                    .withClasses(ClassSelection.top(10))
                    .of(network, input);
            double[] summary = MapFeatures.summary(maps.maps()[0], maps.predictedIndex(0));
            assertThat(line.at("/scores/gga-row").asDouble()).isCloseTo(summary[4], within(1e-9));
            assertThat(line.at("/scores/gga-rest").asDouble()).isCloseTo(-summary[5], within(1e-9));
        }
        CommandRun asked = CommandRun.of("score", model, image, "--scores", "gga,gradients", "--top-k", 10);
        assertThat(asked.jsonLines().get(0)).isEqualTo(line);
        assertThat(asked.err()).doesNotContain("gga scores compare");
    }

    @Test
    void score_topKOfAllClasses_equalsTheWholeMap() throws IOException {
        TestModels.write(TestModels.mlp(4, 5), model);
        Path table = Files.writeString(data.resolve("rows.csv"), "1,2,3,4\n0.5,-1,2,3\n");
        String whole = CommandRun.of("score", model, table, "--scores", "gga").out();
        assertThat(CommandRun.of("score", model, table, "--scores", "gga", "--top-k", 5)
                        .out())
                .isEqualTo(whole);
        assertThat(CommandRun.of("score", model, table, "--scores", "gga", "--top-k", 3)
                        .out())
                .isNotEqualTo(whole);
    }

    @Test
    void score_signAndRescale_areThoseOfTheMap() throws IOException {
        TestModels.write(TestModels.mlp(4, 5), model);
        Path table = Files.writeString(data.resolve("rows.csv"), "1,2,3,4\n0.5,-1,2,3\n");
        JsonNode line = CommandRun.of("score", model, table, "--scores", "gga", "--no-sign", "--no-rescale")
                .jsonLines()
                .get(0);
        try (Network network = Network.load(model)) {
            CosineSimilarityMaps.Maps maps = CosineSimilarityMaps.defaults()
                    .withSign(false)
                    .withRescale(false)
                    .of(network, Array.of(new float[] {1, 2, 3, 4}, 1, 4));
            double[] summary = MapFeatures.summary(maps.maps()[0], maps.predictedIndex(0));
            assertThat(line.at("/scores/gga-mean").asDouble()).isCloseTo(-summary[0], within(1e-9));
        }
    }

    @Test
    void score_zeroGradient_isNullWithAStatus() throws IOException {
        TestModels.write(TestModels.behind("", "Round", 3), model);
        Path table = Files.writeString(data.resolve("rows.csv"), "1,2,3,4\n0.5,-1,2,3\n");
        CommandRun run = CommandRun.of("score", model, table, "--scores", "msp,gga");
        assertThat(run.code()).isZero();
        assertThat(run.jsonLines())
                .allMatch(l -> l.at("/scores/gga-row").isNull()
                        && l.at("/scores/msp").isNumber()
                        && l.at("/status").asText().startsWith("zero gradient"));
        assertThat(run.err()).contains("2 with a zero gradient");
    }

    @Test
    void score_manyClasses_work() throws IOException {
        TestModels.write(TestModels.mlp(4, 1000), model);
        Path table = Files.writeString(data.resolve("rows.csv"), "1,2,3,4\n0.5,-1,2,3\n");
        CommandRun run = CommandRun.of("score", model, table, "--scores", "all");
        assertThat(run.code()).isZero();
        assertThat(run.err()).contains("the 10 most likely of the 1000 classes");
        assertThat(run.jsonLines().get(0).at("/scores/gga-row").isNumber()).isTrue();
    }

    @Test
    void score_tokens_takesWholeNumbersAndRefusesOthers() throws IOException {
        TestModels.write(TestModels.tokens(), model);
        Path table = Files.writeString(data.resolve("tokens.csv"), "1,2,3\n4,5,9\n");
        CommandRun run = CommandRun.of("score", model, table, "--scores", "msp,gga");
        assertThat(run.code()).isZero();
        assertThat(run.jsonLines())
                .hasSize(2)
                .allMatch(l -> l.at("/status").asText().equals("ok"));
        Path npy = data.resolve("tokens.npy");
        Npy.write(npy, Array.of(new long[] {1, 2, 3, 4, 5, 9}, 2, 3));
        assertThat(CommandRun.of("score", model, npy, "--scores", "msp,gga").out())
                .isEqualTo(run.out());
        Files.writeString(table, "0.5,2,3\n4,5,9\n");
        CommandRun fraction = CommandRun.of("score", model, table);
        assertThat(fraction.code()).isEqualTo(1);
        assertThat(fraction.err()).contains("whole numbers").contains("0.5");
    }

    @Test
    void score_byteImages_areRoundedAfterResizing() {
        TestModels.write(
                TestModels.graph(
                        List.of(new ValueInfo(
                                "input",
                                ElementType.UINT8,
                                ValueInfo.floats("input", -1, 1, 4, 4).shape())),
                        List.of(
                                Node.of("float", "Cast", List.of("input"), Attributes.NONE.with("to", 1L)),
                                Node.of("flat", "Flatten", List.of("float"), Attributes.NONE),
                                Node.of("logits", "MatMul", List.of("flat", "w"), Attributes.NONE)),
                        Map.of("w", TestModels.random(16, 3)),
                        ValueInfo.floats("logits", -1, 3)),
                model);
        TestModels.image(data.resolve("a.png"), 9, 7, true, 1);
        CommandRun run = CommandRun.of("score", model, data);
        assertThat(run.code()).isZero();
        assertThat(run.jsonLines().get(0).at("/status").asText()).isEqualTo("ok");
    }

    @Test
    void score_fixedBatch_runsSampleBySample() {
        TestModels.write(TestModels.oneAtATime(), model);
        Path npy = data.resolve("x.npy");
        Npy.write(npy, TestModels.random(7, 2, 2));
        List<JsonNode> all = CommandRun.of("score", model, npy, "--scores", "msp,gga,gradients")
                .jsonLines();
        assertThat(all).hasSize(7).allMatch(l -> l.at("/status").asText().equals("ok"));
        List<JsonNode> first = CommandRun.of("score", model, npy, "--scores", "msp,gga,gradients", "--limit", 1)
                .jsonLines();
        assertThat(first).hasSize(1);
        assertThat(first.get(0)).isEqualTo(all.get(0));
    }

    @Test
    void score_rowsOfPixels_getTheShapeOfTheInput() {
        TestModels.write(TestModels.cnn(1, 8, 3), model);
        Path npy = data.resolve("x.npy");
        Array pixels = TestModels.stripes(4, 8, 3, new int[4]);
        Npy.write(npy, pixels);
        String images = CommandRun.of("score", model, npy).out();
        Npy.write(npy, pixels.reshape(4, 64));
        assertThat(CommandRun.of("score", model, npy).out()).isEqualTo(images);
    }

    @Test
    void score_imagesForRows_areFlattened() {
        TestModels.write(TestModels.mlp(64, 3), model);
        Path npy = data.resolve("x.npy");
        Npy.write(npy, TestModels.stripes(4, 8, 3, new int[4]));
        CommandRun run = CommandRun.of("score", model, npy);
        assertThat(run.code()).isZero();
        assertThat(run.err()).contains("assuming scale=1/255");
    }

    @Test
    void score_labelledData_carriesTheLabels() {
        TestModels.write(TestModels.cnn(1, 8, 3), model);
        int[] labels = new int[5];
        Array images = TestModels.stripes(5, 8, 3, labels);
        Idx.write(data.resolve("t-images-idx3-ubyte"), images);
        byte[] bytes = new byte[5];
        for (int i = 0; i < 5; i++) {
            bytes[i] = (byte) labels[i];
        }
        Idx.write(data.resolve("t-labels-idx1-ubyte"), Array.ofUnsigned(bytes, 5));
        CommandRun run = CommandRun.of("score", model, data.resolve("t-images-idx3-ubyte"));
        assertThat(run.jsonLines()).extracting(l -> l.at("/label").asInt()).containsExactly(0, 1, 2, 0, 1);
    }

    @Test
    void score_outFile_holdsWhatStandardOutputWould() throws IOException {
        TestModels.write(TestModels.mlp(4, 3), model);
        Path npy = data.resolve("x.npy");
        Npy.write(npy, TestModels.random(3000, 4));
        Path out = folder.resolve("scores.jsonl");
        CommandRun toFile = CommandRun.of("score", model, npy, "--out", out, "--threads", 3);
        assertThat(toFile.code()).isZero();
        assertThat(toFile.out()).isEmpty();
        assertThat(CommandRun.parseLines(Files.readString(out))).hasSize(3000);
        assertThat(CommandRun.of("score", model, npy, "--threads", 1).out()).isEqualTo(Files.readString(out));
    }

    @Test
    void score_failure_leavesNoFile() throws IOException {
        TestModels.write(TestModels.mlp(4, 3), model);
        Path table = Files.writeString(data.resolve("rows.csv"), "1,2,3\n");
        Path out = folder.resolve("scores.jsonl");
        CommandRun run = CommandRun.of("score", model, table, "--out", out);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("takes [4] per item, but the data give [3]");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).noneMatch(f -> f.toString().contains("scores"));
        }
    }

    @Test
    void score_oneNumberPerItem_isRefused() throws IOException {
        TestModels.write(TestModels.mlp(4, 1), model);
        Path table = Files.writeString(data.resolve("rows.csv"), "1,2,3,4\n");
        assertFails("one number per item", "score", model, table);
    }

    @Test
    void score_notARowOfClasses_isRefused() {
        TestModels.write(TestModels.cnn(1, 8, 3), model);
        TestModels.image(data.resolve("a.png"), 8, 8, false, 1);
        assertFails("Expected one row of logits per item", "score", model, data, "--output", "pool1");
    }

    @Test
    void score_emptyFolder_failsWithAMessage() {
        TestModels.write(TestModels.cnn(1, 8, 3), model);
        assertFails("found none", "score", model, data);
    }

    @Test
    void score_onlyDamagedImages_failsWithAMessage() throws IOException {
        TestModels.write(TestModels.cnn(1, 8, 3), model);
        Files.writeString(data.resolve("a.png"), "x");
        assertFails("not one of 1 items can be read", "score", model, data);
    }

    @Test
    void score_missingData_failsWithAMessage() {
        TestModels.write(TestModels.cnn(1, 8, 3), model);
        assertFails("nothing is there", "score", model, folder.resolve("nosuch"));
    }

    @Test
    void score_severalInputs_failsWithAMessage() throws IOException {
        TestModels.write(
                TestModels.graph(
                        List.of(ValueInfo.floats("a", -1, 4), ValueInfo.floats("b", -1, 4)),
                        List.of(Node.of("logits", "Add", List.of("a", "b"), Attributes.NONE)),
                        Map.of(),
                        ValueInfo.floats("logits", -1, 4)),
                model);
        Path table = Files.writeString(data.resolve("rows.csv"), "1,2,3,4\n");
        assertFails("The model has 2 inputs", "score", model, table);
    }

    @Test
    void score_unknownScore_namesTheKnownOnes() throws IOException {
        TestModels.write(TestModels.mlp(4, 3), model);
        Path table = Files.writeString(data.resolve("rows.csv"), "1,2,3,4\n");
        assertFails("There is no score 'mps'", "score", model, table, "--scores", "mps");
    }

    @Test
    void score_wrongOptions_exitWith2AndAHint() {
        for (Object[] wrong : new Object[][] {
            {"score", model},
            {"score", model, data, "--threads", "0"},
            {"score", model, data, "--top-k", "2"},
            {"score", model, data, "--precision", "float16"},
            {"score", model, data, "--preprocess", "resize"},
            {"score", model, data, "--item-shape", "8by8"},
        }) {
            CommandRun run = CommandRun.of(wrong);
            assertThat(run.code()).isEqualTo(2);
            assertThat(run.err())
                    .startsWith("qualm: ")
                    .contains("Usage: qualm score")
                    .contains("qualm score --help");
        }
    }

    @Test
    void score_help_listsEveryScore() {
        CommandRun run = CommandRun.of("score", "--help");
        assertThat(run.code()).isZero();
        Scores.all().forEach(s -> assertThat(run.out()).contains(s.name()));
        Scores.groups().keySet().forEach(g -> assertThat(run.out()).contains("  " + g));
        assertThat(run.out().lines()).allMatch(l -> l.length() <= 80);
    }

    private static void assertFails(String reason, Object... arguments) {
        CommandRun run = CommandRun.of(arguments);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("qualm: ").contains(reason).doesNotContain("\tat ");
    }
}
