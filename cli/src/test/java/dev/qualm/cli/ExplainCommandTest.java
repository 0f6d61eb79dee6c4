package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.qualm.array.Array;
import dev.qualm.array.Npy;
import dev.qualm.array.Npz;
import dev.qualm.attribution.Attributions;
import dev.qualm.attribution.Explainer;
import dev.qualm.attribution.Explanation;
import dev.qualm.attribution.Reduction;
import dev.qualm.attribution.Target;
import dev.qualm.data.ModelDescription;
import dev.qualm.data.Preprocessing;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainCommandTest {
    static final Path GOLDEN = Path.of("..", "core", "src", "test", "resources", "golden");

    @TempDir
    private Path folder;

    private Path model;

    @BeforeEach
    void name() {
        model = folder.resolve("model.onnx");
    }

    private void grey(int side, int classes) {
        TestModels.write(TestModels.cnn(1, side, classes), model);
        ModelDescription.EMPTY
                .withClasses(List.of("ant", "bee", "cow", "dog").subList(0, classes))
                .withPreprocessing(Preprocessing.guess(1, 1, side, side))
                .write(ModelDescription.fileBeside(model));
    }

    static JsonNode json(Path file) throws IOException {
        return CommandRun.parseLines(Files.readString(file).replace("\n", "")).get(0);
    }

    private static CommandRun succeeds(Object... arguments) {
        CommandRun run = CommandRun.of(arguments);
        assertThat(run.code()).as(run.err()).isZero();
        return run;
    }

    @Test
    void explain_rgbModelInFloat64_equalsTheLibrary() {
        Path n5 = GOLDEN.resolve("n5-rgb-seq");
        Path out = folder.resolve("maps.npz");
        succeeds(
                "explain",
                n5.resolve("model.onnx"),
                n5.resolve("io.npz"),
                "--inputs",
                "input",
                "--precision",
                "float64",
                "--class",
                "runner-up",
                "-m",
                "gradient,lrp-epsilon-plus,integrated-gradients",
                "-o",
                out);
        try (Network network = Network.load(n5.resolve("model.onnx"), Precision.FLOAT64);
                Npz io = Npz.open(n5.resolve("io.npz"));
                Npz found = Npz.open(out)) {
            Array inputs = io.read("input");
            double[] classes = io.read("runner_up").toDoubles();
            assertThat(found.read("classes").toDoubles()).containsExactly(order(found, inputs, io, classes));
            for (String name : List.of("gradient", "lrp-epsilon-plus", "integrated-gradients")) {
                Array maps = found.read(name + ".maps");
                assertThat(maps.shape()).containsExactly(inputs.shape());
                assertThat(maps.dtype().toString()).containsIgnoringCase("float64");
                assertThat(found.read(name + ".heatmaps").shape()).containsExactly(inputs.dim(0), 20, 20);
                assertThat(found.read(name + ".heatmaps").toDoubles())
                        .containsExactly(Reduction.SIGNED_SUM.of(maps).toDoubles(), within(1e-12));
                int[] rows = rows(found, io);
                int[] explained = new int[rows.length];
                for (int i = 0; i < rows.length; i++) {
                    explained[i] = (int) classes[rows[i]];
                }
                try (Explainer explainer = Attributions.of(name).on(network, Target.logit())) {
                    Explanation e = explainer.explain(inputs.select(rows), explained);
                    assertThat(maps.toDoubles()).containsExactly(e.relevance().toDoubles(), within(1e-9));
                    assertThat(found.read(name + ".residuals").toDoubles())
                            .containsExactly(e.residuals(), within(1e-9));
                }
            }
        }
    }

    /** Items come class by class: which row of the file each is, found by its logits. */
    private static int[] rows(Npz found, Npz io) {
        Array z = found.read("logits");
        Array golden = io.read("logits.f64");
        int[] rows = new int[z.dim(0)];
        for (int i = 0; i < rows.length; i++) {
            for (int r = 0; r < golden.dim(0); r++) {
                if (Math.abs(z.get(i * z.dim(1)) - golden.get(r * z.dim(1))) < 1e-9) {
                    rows[i] = r;
                }
            }
        }
        return rows;
    }

    private static double[] order(Npz found, Array inputs, Npz io, double[] classes) {
        int[] rows = rows(found, io);
        assertThat(rows).hasSize(inputs.dim(0)).doesNotHaveDuplicates();
        double[] ordered = new double[rows.length];
        for (int i = 0; i < rows.length; i++) {
            ordered[i] = classes[rows[i]];
        }
        return ordered;
    }

    @Test
    void explain_severalImages_giveARowEachWithClassAndProbability() throws IOException {
        grey(8, 3);
        Path one = TestModels.image(folder.resolve("one.png"), 9, 7, true, 1);
        Path two = TestModels.image(folder.resolve("two.png"), 8, 8, false, 2);
        Path svg = folder.resolve("why.svg");
        CommandRun run = succeeds("explain", model, one, two, "-m", "lrp-epsilon,gradient", "-o", svg);
        assertThat(run.err()).isEqualTo("qualm: wrote " + svg + ": 2 items by 2 columns" + System.lineSeparator());
        assertThat(Files.readString(svg))
                .contains(">one.png</text>", ">two.png</text>", ">gradient</text>", ">lrp-epsilon</text>")
                .contains("sum off by ")
                .containsPattern(">(ant|bee|cow) · 0\\.\\d{3}</text>")
                .contains("Relevance for the logit of the predicted class. Red speaks for it");
        Path png = folder.resolve("why.png");
        succeeds("explain", model, one, two, "--class", "cow", "--overlay", "--contour", "0.5", "-o", png);
        assertThat(ImageIO.read(png.toFile()).getWidth()).isBetween(300, 2000);
    }

    @Test
    void explain_brokenFiles_costOnlyThemselves() throws IOException {
        grey(8, 3);
        Path data = Files.createDirectory(folder.resolve("data"));
        TestModels.image(data.resolve("good.png"), 8, 8, false, 1);
        Files.writeString(data.resolve("bad.png"), "not an image");
        Path json = folder.resolve("why.json");
        CommandRun run = succeeds("explain", model, data, "-m", "gradient,occlusion", "-o", json);
        assertThat(run.err()).contains("qualm: bad.png: unreadable: ");
        JsonNode items = json(json).at("/items");
        assertThat(items).hasSize(4);
        assertThat(items.get(0).at("/status").asText()).startsWith("unreadable: ");
        assertThat(items.get(0).at("/map").isNull()).isTrue();
        assertThat(items.get(2).at("/status").asText()).isEqualTo("ok");
        assertThat(items.get(2).at("/map/values")).hasSize(64);
        assertThat(items.get(2).at("/className").asText()).isIn("ant", "bee", "cow");
        Path svg = folder.resolve("why.svg");
        succeeds("explain", model, data, "-o", svg);
        assertThat(Files.readString(svg)).contains(">bad.png</text>").contains(">unreadable:</text>");
        Path npz = folder.resolve("why.npz");
        succeeds("explain", model, data, "-o", npz);
        try (Npz found = Npz.open(npz)) {
            assertThat(found.read("maps").shape()).containsExactly(2, 1, 8, 8);
            assertThat(found.read("maps").get(0)).isNaN();
            assertThat(found.read("status").toLongs()).containsExactly(4, 0);
            assertThat(found.read("classes").get(0)).isEqualTo(-1);
        }
    }

    @Test
    void explain_compare_drawsWhatCanSpeakAndSaysWhyOthersCannot() throws IOException {
        Path n2 = GOLDEN.resolve("n2-rgb-resnet");
        Path svg = folder.resolve("all.svg");
        CommandRun run = succeeds(
                "explain", n2.resolve("model.onnx"), n2.resolve("io.npz"), "--compare", "--limit", 1, "-o", svg);
        assertThat(run.err())
                .contains("left out lrp-epsilon-gamma-box, lrp-reference: needs the least and largest")
                .contains("left out pattern-net, pattern-attribution: needs patterns");
        String drawn = Files.readString(svg);
        for (String name : Attributions.names()) {
            boolean left = name.startsWith("pattern") || name.equals("lrp-reference") || name.endsWith("box");
            assertThat(run.out().lines().anyMatch(l -> l.startsWith("  " + name + " ")))
                    .as(name)
                    .isEqualTo(!left);
        }
        assertThat(drawn).contains(">smoothgrad-squared</text>").contains("Left out pattern-net");
        CommandRun bounded = succeeds(
                "explain",
                n2.resolve("model.onnx"),
                n2.resolve("io.npz"),
                "--bounds=-2.2:2.3,-2.1:2.5,-1.9:2.7",
                "-m",
                "lrp-epsilon-gamma-box",
                "--limit",
                1,
                "-o",
                svg);
        assertThat(bounded.err()).doesNotContain("left out");
    }

    @Test
    void explain_betas_explainOneClassAndTellTheGap() throws IOException {
        grey(8, 3);
        Path image = TestModels.image(folder.resolve("a.png"), 8, 8, false, 4);
        Path npz = folder.resolve("betas.npz");
        CommandRun run = succeeds("explain", model, image, "-m", "gradient", "--betas", "10000,1", "-o", npz);
        assertThat(run.out().lines().toList()).hasSize(3);
        assertThat(run.out()).contains("probability off by", "beta-10000 ", "beta-1 ");
        try (Npz found = Npz.open(npz)) {
            double[] relu = found.read("relu.maps").toDoubles();
            assertThat(found.read("beta-10000.maps").toDoubles()).containsExactly(relu, within(1e-2));
            assertThat(found.read("beta-1.maps").toDoubles()).isNotEqualTo(relu);
            assertThat(found.read("beta-10000.logits").toDoubles())
                    .containsExactly(found.read("logits").toDoubles(), within(1e-3));
            assertThat(found.read("classes")).isEqualTo(found.read("predictions"));
        }
        Path svg = folder.resolve("betas.svg");
        succeeds("explain", model, image, "--betas", "3", "-o", svg);
        assertThat(Files.readString(svg))
                .contains(": lrp-epsilon-plus</text>")
                .contains(">beta-3</text>")
                .containsPattern(">p = [01]\\.\\d{3}</text>");
    }

    @Test
    void explain_npy_holdsTheSignedMapsOfOneMethod() {
        TestModels.write(TestModels.cnn(3, 8, 4), model);
        Path data = folder.resolve("x.npy");
        Npy.write(data, TestModels.random(20, 3, 8, 8));
        Path one = folder.resolve("one.npy");
        Path three = folder.resolve("three.npy");
        succeeds("explain", model, data, "-o", one, "--threads", 1);
        succeeds("explain", model, data, "-o", three, "--threads", 3);
        assertThat(Npy.read(one).shape()).containsExactly(20, 3, 8, 8);
        double[] a = Npy.read(one).toDoubles();
        assertThat(Npy.read(three).toDoubles()).containsExactly(a, within(1e-4));
    }

    @Test
    void list_needsNoModel_namesAllMethods() {
        CommandRun run = succeeds("explain", "--list");
        assertThat(run.out().lines()).hasSize(Attributions.names().size());
        assertThat(run.out()).contains("  gradient ").contains("needs patterns");
        CommandRun help = succeeds("explain", "--help");
        assertThat(help.out().lines()).allMatch(l -> l.length() <= 80);
    }
}
