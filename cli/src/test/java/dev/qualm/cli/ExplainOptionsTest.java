package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.qualm.array.Array;
import dev.qualm.array.Npy;
import dev.qualm.array.Npz;
import dev.qualm.data.ModelDescription;
import dev.qualm.data.Preprocessing;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainOptionsTest {
    @TempDir
    private Path folder;

    private Path model;
    private Path table;

    @BeforeEach
    void write() throws IOException {
        model = folder.resolve("model.onnx");
        table = Files.writeString(
                folder.resolve("rows.csv"), "age,height,weight,income,who\n1,2,3,4,0\n-1,1,-3,2,1\n5,0,1,-2,1\n");
    }

    private static CommandRun succeeds(Object... arguments) {
        CommandRun run = CommandRun.of(arguments);
        assertThat(run.code()).as(run.err()).isZero();
        return run;
    }

    private static void assertFails(String reason, Object... arguments) {
        CommandRun run = CommandRun.of(arguments);
        assertThat(run.code()).as(run.err()).isEqualTo(1);
        assertThat(run.err()).contains("qualm: ").contains(reason).doesNotContain("\tat ");
    }

    @Test
    void explain_table_listsTheStrongestFeaturesByName() {
        TestModels.write(TestModels.mlp(4, 3), model);
        CommandRun run = succeeds("explain", model, table, "--label", "who");
        assertThat(run.out())
                .contains("lrp-epsilon: sum ")
                .contains("age ", "income ")
                .doesNotContain("who ");
        assertThat(run.out().lines().filter(l -> l.contains("predicted"))).hasSize(3);
        assertThat(run.err()).isEmpty();
        CommandRun many = succeeds("explain", model, table, "--label", "who", "--compare");
        assertThat(many.out()).containsPattern("deeplift +(age|height|weight|income) [−0-9]");
        assertThat(many.err()).contains("left out grad-cam: Grad-CAM needs images");
        assertFails("rows of 4 features", "explain", model, table, "--label", "who", "-o", folder.resolve("x.png"));
    }

    @Test
    void explain_tableAsJson_namesFeatures() throws IOException {
        TestModels.write(TestModels.mlp(4, 3), model);
        Path json = folder.resolve("why.json");
        succeeds("explain", model, table, "--label", "who", "-m", "gradient-times-input", "-o", json);
        JsonNode item = ExplainCommandTest.json(json).at("/items/0");
        assertThat(item.at("/features/3").asText()).isEqualTo("income");
        assertThat(item.at("/map/values")).hasSize(4);
        assertThat(item.at("/target").asText()).isEqualTo("logit");
        assertThat(item.at("/passes").asInt()).isEqualTo(2);
    }

    @Test
    void explain_tokens_sumOverEmbeddings() {
        TestModels.write(TestModels.tokens(), model);
        Path ids = folder.resolve("ids.npy");
        Npy.write(ids, Array.of(new long[] {1, 2, 3, 7, 0, 9}, 2, 3));
        Path npz = folder.resolve("why.npz");
        succeeds("explain", model, ids, "-m", "gradient-times-input", "-o", npz);
        try (Npz found = Npz.open(npz)) {
            assertThat(found.read("maps").shape()).containsExactly(2, 3, 2);
            Array heat = found.read("heatmaps");
            assertThat(heat.shape()).containsExactly(2, 3);
            Array maps = found.read("maps");
            for (int i = 0; i < 6; i++) {
                assertThat(heat.get(i)).isCloseTo(maps.get(2 * i) + maps.get(2 * i + 1), within(1e-6));
            }
        }
        assertThat(succeeds("explain", model, ids).out()).contains("feature 2");
        assertFails("whole numbers", "explain", model, ids, "--baseline", "mean");
    }

    /** Pixels of 0 to 255 to inputs of -1 to 3, then one linear layer. */
    private Path pixels() {
        TestModels.write(
                TestModels.graph(
                        List.of(ValueInfo.floats("input", -1, 1, 2, 2)),
                        List.of(
                                Node.of("flat", "Flatten", List.of("input"), Attributes.NONE),
                                Node.of("logits", "MatMul", List.of("flat", "w"), Attributes.NONE)),
                        Map.of("w", TestModels.random(4, 3)),
                        ValueInfo.floats("logits", -1, 3)),
                model);
        ModelDescription.EMPTY
                .withPreprocessing(
                        Preprocessing.NONE.withScale(1 / 255.0).withMean(0.25).withStd(0.25))
                .write(ModelDescription.fileBeside(model));
        Path data = folder.resolve("x.npy");
        Npy.write(data, Array.ofUnsigned(new byte[] {0, 51, 102, (byte) 255, 10, 20, 30, 40}, 2, 2, 2));
        return data;
    }

    @Test
    void explain_baselines_areInTheModelsSpace() {
        Path data = pixels();
        double[] mean = {0, 0};
        for (int v : new int[] {0, 51, 102, 255, 10, 20, 30, 40}) {
            mean[0] += (v / 255.0 - 0.25) / 0.25 / 8;
        }
        Map<String, Double> expected = Map.of("black", -1.0, "mean", mean[0], "0.5", 0.5);
        Array w = TestModels.random(4, 3);
        expected.forEach((text, value) -> {
            Path npz = folder.resolve("maps.npz");
            succeeds("explain", model, data, "-m", "integrated-gradients", "--class", 1, "--baseline", text, "-o", npz);
            try (Npz found = Npz.open(npz)) {
                Array maps = found.read("maps");
                int[] first = {0, 51, 102, 255};
                for (int i = 0; i < 4; i++) {
                    double x = (first[i] / 255.0 - 0.25) / 0.25;
                    assertThat(maps.get(i)).as(text).isCloseTo((x - value) * w.get(i * 3 + 1), within(1e-4));
                }
            }
        });
        assertFails("--baseline: expected", "explain", model, data, "--baseline", "grey");
        assertFails("expected one value or 1", "explain", model, data, "--baseline", "1,2,3");
    }

    @Test
    void explain_pixelBounds_comeFromThePreprocessing() throws IOException {
        Path data = pixels();
        Path json = folder.resolve("why.json");
        succeeds("explain", model, data, "-m", "lrp-reference", "-o", json);
        assertThat(ExplainCommandTest.json(json)
                        .at("/items/0/parameters/bounds")
                        .asText())
                .isEqualTo("[-1.0]..[3.0]");
        Path floats = folder.resolve("floats.npy");
        Npy.write(floats, TestModels.random(2, 1, 2, 2));
        assertFails("--bounds", "explain", model, floats, "-m", "lrp-reference");
        assertFails("numbers; give the value of black", "explain", model, floats, "--baseline", "black");
    }

    @Test
    void explain_optionsWithoutEffect_areSaid() {
        Path data = pixels();
        Path npz = folder.resolve("maps.npz");
        assertThat(succeeds("explain", model, data, "-m", "gradient", "--steps", 5, "--seed", 3, "-o", npz)
                        .err())
                .contains("--steps changes nothing about gradient")
                .contains("--seed changes nothing");
        assertThat(succeeds("explain", model, data, "-m", "smoothgrad,gradient", "--samples", 20, "-o", npz)
                        .err())
                .doesNotContain("changes nothing");
    }

    @Test
    void explain_zeroMap_isMissingWithAReason() throws IOException {
        TestModels.write(TestModels.behind("", "Relu", 3), model);
        Path rows = Files.writeString(folder.resolve("r.csv"), "1,2,3,4\n-1,-2,-3,-4\n");
        CommandRun run = succeeds("explain", model, rows, "-m", "gradient");
        assertThat(run.out()).contains("gradient: zero gradient: the map is zero everywhere");
        assertThat(run.err()).contains("qualm: 1: zero gradient");
    }

    @Test
    void explain_modelsWithoutAGradient_pointToOcclusion() {
        TestModels.write(TestModels.behind("", "Round", 3), model);
        assertFails("through Round 'first'. Take --method occlusion", "explain", model, table, "--ignore", "who");
        assertThat(succeeds("explain", model, table, "--ignore", "who", "-m", "occlusion")
                        .out())
                .contains("occlusion: sum");
        assertFails("no Relu", "explain", model, table, "--ignore", "who", "--betas", "3");
        TestModels.write(TestModels.mlp(4, 3), model);
        assertFails(
                "cannot be smoothed", "explain", model, table, "--ignore", "who", "--betas", "3", "-m", "occlusion");
        assertFails("qualm patterns", "explain", model, table, "--ignore", "who", "-m", "pattern-net");
        assertFails("There is no class 'x'", "explain", model, table, "--ignore", "who", "--class", "x");
        assertFails("from 0 to 2", "explain", model, table, "--ignore", "who", "--class", "3");
    }

    @Test
    void explain_wrongOptions_exitWith2AndAHint() {
        TestModels.write(TestModels.mlp(4, 3), model);
        for (Object[] wrong : new Object[][] {
            {"explain"},
            {"explain", model},
            {"explain", model, table, "-o", "maps.gif"},
            {"explain", model, table, "-m", "gradint"},
            {"explain", model, table, "--limit", "0"},
            {"explain", model, table, "--steps", "0"},
            {"explain", model, table, "--level", "-1"},
            {"explain", model, table, "--level", "NaN"},
            {"explain", model, table, "--contour", "2"},
            {"explain", model, table, "--contour", "0.5", "--no-overlay"},
            {"explain", model, table, "--percentile", "0"},
            {"explain", model, table, "--target", "score"},
            {"explain", model, table, "--bounds", "1"},
            {"explain", model, table, "--bounds", "2:1"},
            {"explain", model, table, "--betas", "0"},
            {"explain", model, table, "--betas", "3", "--compare"},
            {"explain", model, table, "--betas", "3", "-m", "gradient,deeplift"},
            {"explain", model, table, "-m", "gradient,deeplift", "-o", "maps.npy"},
            {"explain", model, table, "--reduction", "none"},
        }) {
            CommandRun run = CommandRun.of(wrong);
            assertThat(run.code()).as(List.of(wrong).toString()).isEqualTo(2);
            assertThat(run.err()).startsWith("qualm: ").contains("Usage: qualm explain");
        }
    }
}
