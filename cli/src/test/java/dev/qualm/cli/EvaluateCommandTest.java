package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.qualm.array.Array;
import dev.qualm.array.Npz;
import dev.qualm.data.CsvOptions;
import dev.qualm.data.Dataset;
import dev.qualm.data.DatasetOptions;
import dev.qualm.data.Datasets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On the shipped model, with few items. */
class EvaluateCommandTest {
    private static final Path DATA = Path.of("..", "data");
    private static final Path MODEL = DATA.resolve("models/fashion-mnist-8.onnx");
    private static final Path TEST = DATA.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz");
    private static final Path TRAIN = DATA.resolve("fashion-mnist/train-images-6000-idx3-ubyte.gz");

    @TempDir
    private Path folder;

    private static CommandRun run(Object... more) {
        List<Object> all = new ArrayList<>(List.of("evaluate", MODEL, "--id", TEST, "--resamples=30", "--threads=2"));
        all.addAll(Arrays.asList(more));
        return CommandRun.of(all.toArray());
    }

    /** Digits as pixels of 0 to 255. */
    private Path digits() {
        Dataset rows = Datasets.open(
                DATA.resolve("digits/digits.csv.gz"),
                DatasetOptions.DEFAULT.withCsv(CsvOptions.DEFAULT.withLabel("-1")));
        double[] x = rows.take(60).all().toDoubles();
        byte[] pixels = new byte[x.length];
        for (int i = 0; i < x.length; i++) {
            pixels[i] = (byte) Math.min(255, (int) (x[i] * 16));
        }
        Path file = folder.resolve("digits.npz");
        Npz.write(file, Map.of("x", Array.ofUnsigned(pixels, 60, 8, 8)));
        return file;
    }

    @Test
    void evaluate_allRoles_writesTablesAndStampsThem() throws IOException {
        Path out = folder.resolve("out");
        CommandRun run = run(
                "--near=sandal-bag=" + TEST + "#Sandal,Bag",
                "--far=digits=" + digits(),
                "--shifted=rotate=20",
                "--shifted=noise=gaussian:0.1",
                "--attack=fgsm,deepfool",
                "--eps=0.1",
                "--detectors=gen,fdbd,knn:k=10",
                "--fit=" + TRAIN,
                "--fit-limit=300",
                "--limit=60",
                "--meta",
                "-o",
                out);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .startsWith("NON-ADAPTIVE: ")
                .contains("fashion-mnist-8.onnx: 60 ordinary items")
                .contains("Near: sandal-bag", "Far: digits", "Shifted: rotate=20", "Attacked: fgsm")
                .contains("[NON-ADAPTIVE]")
                .contains("knowing it (optimistic)");
        JsonNode json = new ObjectMapper().readTree(Files.readString(out.resolve("report.json")));
        JsonNode model = json.path("models").path(0);
        // Five detectors; near, far, two shifted ones with two views each, wrong predictions, two attacks.
        assertThat(model.path("detectors")).hasSize(5);
        assertThat(model.path("cells")).hasSize(5 * 9);
        assertThat(model.path("sets")).hasSize(7);
        assertThat(model.path("provenance").path("model").asText()).startsWith("sha256:");
        JsonNode fgsm = model.path("sets").path(5).path("attack");
        assertThat(fgsm.path("broken").asInt()).isPositive();
        assertThat(fgsm.path("linf").path("largest").asDouble()).isBetween(0.0, 0.1 + 1e-6);
        for (JsonNode cell : model.path("cells")) {
            boolean attacked = cell.path("role").asText().equals("adversarial");
            assertThat(cell.path("stamp").isNull()).isEqualTo(!attacked);
        }
        assertThat(json.path("nonAdaptive")).hasSize(5);
        JsonNode energyFar = cell(model, "energy", "digits");
        assertThat(energyFar.path("ranking").path("auroc").asDouble()).isGreaterThan(0.9);
        assertThat(Files.readString(out.resolve("table.csv")).lines()).hasSize(1 + 5 * 9);
        assertThat(Files.readString(out.resolve("report.html"))).contains("Detectors put to the test");
    }

    private static JsonNode cell(JsonNode model, String detector, String set) {
        for (JsonNode c : model.path("cells")) {
            if (c.path("detector").asText().equals(detector)
                    && c.path("set").asText().equals(set)) {
                return c;
            }
        }
        throw new AssertionError("no cell " + detector + ", " + set);
    }

    @Test
    void evaluate_severalModels_ranksOverThem() {
        CommandRun run = run("--model", MODEL, "--far=digits=" + digits(), "--scores=entropy", "--limit=40", "--json");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode json = run.json();
        assertThat(json.path("models")).hasSize(2);
        assertThat(json.path("models").path(1).path("model").asText()).isEqualTo("fashion-mnist-8.onnx (2)");
        assertThat(json.path("stamp").isNull()).isTrue();
        assertThat(json.path("ranks").path(0).path("blocks")).hasSize(2);
        assertThat(json.path("spreads").path(0).path("models").asInt()).isEqualTo(2);
    }

    @Test
    void evaluate_itemsOfTheFit_isRefused() {
        CommandRun run = run("--detectors=knn:k=5", "--fit=" + TEST, "--fit-limit=50", "--limit=50");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .contains("Expected ordinary items unseen by the detectors, but found")
                .contains("evaluate on other items");
    }

    @Test
    void evaluate_fittedFileAndKnownClasses_worksAndWarns() throws IOException {
        Path file = folder.resolve("d.qualm");
        CommandRun fit = CommandRun.of("fit", MODEL, "--id", TRAIN, "--detectors=fdbd", "--limit=200", "-o", file);
        assertThat(fit.code()).as(fit.err()).isZero();
        Dataset late = Datasets.open(TRAIN).slice(5000, 5100);
        Npz.write(folder.resolve("late.npz"), Map.of("x", late.all(), "y", Array.of(late.labels(), late.size())));
        Files.copy(DATA.resolve("fashion-mnist/classes.txt"), folder.resolve("classes.txt"));
        CommandRun run = run("--detector", file, "--near=bags=" + folder.resolve("late.npz#Bag,Coat"), "--limit=40");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("fdbd").contains("Near: bags");
        assertThat(run.err()).contains("belong to classes that the model knows, such as Coat");
        assertThat(run.out()).doesNotContain("NON-ADAPTIVE");
    }

    @Test
    void evaluate_misuse_isRefused() {
        assertThat(run("--detectors=knn").code()).isEqualTo(2);
        assertThat(run("--fit=" + TRAIN).err()).contains("belong together");
        assertThat(run("--limit=0").code()).isEqualTo(2);
        assertThat(run("--detector=x.qualm", "--model", MODEL).err()).contains("belongs to one model");
        CommandRun missing = run("--near=a=nothing-here");
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.err()).contains("there is no nothing-here");
        assertThat(run("--baseline=knn", "--limit=5").err()).contains("'knn'");
        assertThat(run("--attack=pgdd").err()).contains("'pgdd'");
        assertThat(run("--near=" + TEST + "#Sandel").err()).contains("Sandel");
        CommandRun same = run("--near=same=" + TEST, "--limit=20");
        assertThat(same.code()).isEqualTo(1);
        assertThat(same.err()).contains("an item cannot be ordinary and to be caught at once");
        assertThat(CommandRun.of("evaluate", MODEL).code()).isEqualTo(2);
    }
}
