package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.qualm.array.Array;
import dev.qualm.array.Npy;
import dev.qualm.array.Npz;
import dev.qualm.network.NetworkBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManipulateTest {
    @TempDir
    private Path folder;

    private Path model;
    private Path image;
    private Path other;
    private Path out;

    @BeforeEach
    void files() {
        model = TestModels.write(TestModels.cnn(3, 12, 4), folder.resolve("model.onnx"));
        image = TestModels.image(folder.resolve("a.png"), 12, 12, true, 1);
        other = TestModels.image(folder.resolve("b.png"), 12, 12, true, 2);
        out = folder.resolve("out");
    }

    private CommandRun run(Object... more) {
        return CommandRun.of(Stream.concat(Stream.of("manipulate", model, image, "-o", out), Arrays.stream(more))
                .toArray());
    }

    private JsonNode report() throws IOException {
        return CommandRun.parseLines(
                        Files.readString(out.resolve("report.json")).replace("\n", " "))
                .get(0);
    }

    private Map<String, Array> arrays() {
        try (Npz npz = Npz.open(out.resolve("manipulated.npz"))) {
            return npz.readAll();
        }
    }

    @Test
    void manipulate_target_writesPicturesExactImageAndNumbers() throws IOException {
        CommandRun run = run("--target", other, "--steps", "30", "--lr", "0.005");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("PCC to the original map", "Random change of equal L2 norm", "Prediction")
                .contains("SmoothGrad", "Attack on the smoothed map itself", "8-bit PNG", "VOID", "MaxPool 'pool1'");
        assertThat(ImageIO.read(out.resolve("overview.png").toFile()).getWidth())
                .isGreaterThan(500);
        assertThat(Files.readString(out.resolve("overview.svg")))
                .contains("<svg", "Attack on the explanation of a.png");
        assertThat(ImageIO.read(out.resolve("manipulated.png").toFile()).getWidth())
                .isEqualTo(12);

        JsonNode report = report();
        assertThat(report.at("/format").asText()).isEqualTo(ManipulationReport.FORMAT);
        assertThat(report.at("/attack/total")).hasSize(30);
        assertThat(report.at("/betas")).hasSize(3);
        assertThat(report.at("/curvature/bound").asText()).isEqualTo("void");
        assertThat(report.at("/curvature/nonSmoothNodes/0").asText()).isEqualTo("MaxPool 'pool1'");
        double[] total = new double[30];
        Arrays.setAll(total, i -> report.at("/attack/total").get(i).asDouble());
        assertThat(total[29]).isLessThan(total[0]);

        Map<String, Array> arrays = arrays();
        double[] x = Objects.requireNonNull(arrays.get("input")).toDoubles();
        double[] original = Objects.requireNonNull(arrays.get("original")).toDoubles();
        double[] control = Objects.requireNonNull(arrays.get("control")).toDoubles();
        assertThat(Arrays.stream(x)).allMatch(v -> v >= 0 && v <= 1);
        assertThat(norm(x, original)).isCloseTo(report.at("/l2").asDouble(), within(1e-6));
        assertThat(norm(control, original)).isCloseTo(norm(x, original), within(1e-3));
        assertThat(Arrays.stream(Objects.requireNonNull(arrays.get("map_manipulated"))
                                .toDoubles())
                        .sum())
                .isCloseTo(1, within(1e-9));
    }

    private static double norm(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }

    @Test
    void manipulate_gradientMethod_saysThatItAttacksASmoothedNetwork() {
        CommandRun run = run(
                "--attack",
                "top-k",
                "--method",
                "gradient",
                "--steps",
                "5",
                "--no-curvature",
                "--no-smoothgrad",
                "--no-adaptive");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("softplus", "--no-beta-growth");
        assertThat(run.out()).doesNotContain("SmoothGrad", "Curvature", "Attack on the smoothed");

        CommandRun without = run("--attack", "top-k", "--method", "gradient", "--steps", "5", "--no-beta-growth");
        assertThat(without.code()).isEqualTo(1);
        assertThat(without.err()).contains("derivative of exactly zero");
    }

    @Test
    void manipulate_epsilonInPixels_boundsEveryChannelAlike() {
        CommandRun run = run(
                "--target",
                other,
                "--steps",
                "30",
                "--lr",
                "0.5",
                "--epsilon",
                "8/255",
                "--preprocess",
                "std=0.1,0.5,2",
                "--no-curvature",
                "--no-smoothgrad",
                "--no-adaptive");
        assertThat(run.code()).as(run.err()).isZero();
        Map<String, Array> arrays = arrays();
        double[] x = Objects.requireNonNull(arrays.get("input")).toDoubles();
        double[] original = Objects.requireNonNull(arrays.get("original")).toDoubles();
        double[] std = {0.1, 0.5, 2};
        double[] most = new double[3];
        for (int i = 0; i < x.length; i++) {
            most[i / 144] = Math.max(most[i / 144], Math.abs(x[i] - original[i]) * std[i / 144]);
        }
        assertThat(most).containsExactly(new double[] {8 / 255.0, 8 / 255.0, 8 / 255.0}, within(1e-5));
    }

    @Test
    void manipulate_sameSeed_givesTheSameNumbers() throws IOException {
        Object[] options = {
            "--attack", "untargeted", "--steps", "5", "--restarts", "1", "--seed", "4", "--no-smoothgrad"
        };
        assertThat(run(options).code()).isZero();
        String first = report().at("/attack").toString();
        assertThat(run(options).code()).isZero();
        assertThat(report().at("/attack").toString()).isEqualTo(first);
    }

    @Test
    void manipulate_smoothNetwork_hasABoundAndNothingToSmooth() throws IOException {
        TestModels.write(
                NetworkBuilder.input("input", 3, 12, 12)
                        .seed(1)
                        .conv("conv1", 4, 3, 2, 1)
                        .flatten("flat")
                        .linear("logits", 4)
                        .build(),
                model);
        CommandRun run = run("--target", other, "--method", "gradient-times-input", "--steps", "5");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("Smoothing: none", "turns by at most");
        assertThat(report().at("/curvature/largestEigenvalue").asDouble()).isCloseTo(0, within(1e-9));
    }

    @Test
    void manipulate_reference_needsPrefactorsAndFixesTheRest() throws IOException {
        assertThat(run("--target", other, "--reference").err()).contains("1e11 1e6", "1e7 1e2");
        assertThat(run("--target", other, "--reference", "--prefactors", "1e7", "1e2", "--epsilon", "0.5")
                        .err())
                .contains("--reference fixes");
        CommandRun run = run(
                "--target",
                other,
                "--reference",
                "--prefactors",
                "1e7",
                "1e2",
                "--steps",
                "3",
                "--no-curvature",
                "--no-smoothgrad",
                "--no-adaptive");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(report().at("/settings/explanation").asText()).isEqualTo("lrp-reference");
        assertThat(report().at("/settings/start").asText()).isEqualTo("value");
        assertThat(report().at("/settings/map factor").asText()).isEqualTo("1.0E7");
    }

    @Test
    void manipulate_contradictions_areRefusedWithWhatToDo() {
        for (List<Object> wrong : List.<List<Object>>of(
                List.of(),
                List.of("--target", other, "--attack", "top-k"),
                List.of("--attack", "top-k", "--loss", "mse"),
                List.of("--attack", "untargeted", "--k", "3"),
                List.of("--target", other, "--epsilon", "-1"),
                List.of("--target", other, "--epsilon", "8/x"),
                List.of("--target", other, "--epsilon", "16"),
                List.of("--target", other, "--betas", "0"),
                List.of("--target", other, "--beta-growth", "5"),
                List.of("--target", other, "--steps", "0"),
                List.of("--target", other, "--prefactors", "-1", "1"),
                List.of("--target", other, "--item", "-1"),
                List.of("--attack", "sideways"))) {
            CommandRun run = run(wrong.toArray());
            assertThat(run.code()).as(wrong + ": " + run.err()).isEqualTo(2);
            assertThat(run.err()).contains("qualm");
        }
        assertThat(out).doesNotExist();
    }

    @Test
    void manipulate_hostileInputs_failWithAReason() throws IOException {
        assertThat(run("--target", folder.resolve("none.png")).err()).contains("none.png");
        assertThat(run("--target", other, "--item", "3").err()).contains("holds 1 item");
        assertThat(run("--target", other, "--method", "magic").err()).contains("no attribution method 'magic'");
        assertThat(run("--target", other, "--method", "occlusion").err())
                .contains("expected a method of reverse passes");
        assertThat(run("--target", other, "--box", "1..0").err()).contains("each low below its high");
        Files.write(folder.resolve("c.png"), new byte[] {1, 2, 3});
        assertThat(run("--target", folder.resolve("c.png")).code()).isEqualTo(1);
        assertThat(out).doesNotExist();
        Files.writeString(out, "a file");
        assertThat(run("--target", other).err()).contains("expected a folder");
    }

    @Test
    void manipulate_notAnImageModel_isRefused() {
        TestModels.write(TestModels.mlp(4, 3), model);
        image = folder.resolve("x.npy");
        Npy.write(image, TestModels.random(3, 4));
        assertThat(run("--attack", "top-k").err()).contains("channels first");
    }

    @Test
    void manipulate_modelWithoutGradient_namesWhatBlocksIt() {
        TestModels.write(TestModels.behind("", "Round", 3), model);
        image = folder.resolve("x.npy");
        Npy.write(image, TestModels.random(3, 4));
        CommandRun run = run("--attack", "top-k");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("Round 'first'");
    }

    @Test
    void manipulate_relu6Model_isSmoothedAndAttackedByGradient() throws IOException {
        TestModels.write(
                NetworkBuilder.input("input", 3, 12, 12)
                        .seed(1)
                        .conv("conv1", 4, 3, 2, 1)
                        .relu6("relu1")
                        .flatten("flat")
                        .linear("logits", 4)
                        .build(),
                model);
        CommandRun run =
                run("--target", other, "--method", "gradient", "--steps", "20", "--lr", "0.005", "--no-smoothgrad");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("softplus").doesNotContain("nothing is smoothed");
        JsonNode report = report();
        assertThat(report.at("/curvature/nonSmoothNodes")).isEmpty();
        assertThat(report.at("/curvature/largestEigenvalue").asDouble()).isNotZero();
        JsonNode total = report.at("/attack/total");
        assertThat(total.get(19).asDouble()).isLessThan(total.get(0).asDouble());
    }

    @Test
    void manipulate_storedFloats_takesTheirRangeAndSaysSo() {
        image = folder.resolve("x.npy");
        Npy.write(image, TestModels.random(3, 3, 12, 12));
        CommandRun run = run("--attack", "mass-centre", "--item", "1", "--steps", "3", "--no-curvature");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("--box LOW..HIGH");
        CommandRun boxed = run("--attack", "mass-centre", "--steps", "3", "--box=-5..5", "--no-curvature");
        assertThat(boxed.code()).as(boxed.err()).isZero();
        assertThat(boxed.err()).doesNotContain("--box LOW..HIGH");
    }
}
