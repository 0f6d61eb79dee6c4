package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.qualm.array.Array;
import dev.qualm.array.Npz;
import dev.qualm.data.Datasets;
import dev.qualm.detect.wrong.FittedDetector;
import dev.qualm.detect.wrong.Labelled;
import dev.qualm.detect.wrong.SampleReader;
import dev.qualm.detect.wrong.Samples;
import dev.qualm.mutation.LabelChangeRate;
import dev.qualm.mutation.MutantPool;
import dev.qualm.network.Network;
import dev.qualm.network.onnx.ModelHash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On the shipped classifier and the first of its test images. */
class FitCommandTest {
    private static final Path DATA = Path.of("..", "data");
    private static final Path MODEL = DATA.resolve("models/fashion-mnist-8.onnx");
    private static final Path TEST = DATA.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz");
    private static final Path TRAINING = DATA.resolve("fashion-mnist/train-images-6000-idx3-ubyte.gz");
    private static final int ACCEPTANCE = 100;
    private static final int ITEMS = 500;
    private static final int MUTANTS = 6;

    @TempDir
    private static Path shared;

    private static Path pool;

    @TempDir
    private Path folder;

    @BeforeAll
    static void makePool() {
        pool = shared.resolve("pool.qualm");
        CommandRun run = CommandRun.of(
                "mutants", MODEL, TEST, "-o", pool, "--limit", ACCEPTANCE, "-n", MUTANTS, "--rate", 0.05, "--seed", 3);
        assertThat(run.code()).as(run.err()).isZero();
    }

    private CommandRun run(String detector, Object... more) {
        Object[] first = {"fit", MODEL, TEST, "--limit", ITEMS, "-o", out(), "--detector", detector};
        Object[] all = Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return CommandRun.of(all);
    }

    private Path out() {
        return folder.resolve("detector.qualm");
    }

    @Test
    void fit_conductanceAndRate_writesADetectorThatScoresNewItems() {
        CommandRun run = run("conductance+lcr", "--pool", pool, "--first", "lda", "--threads", 2);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .containsPattern("msp +0\\.\\d{4}")
                .containsPattern("margin +0\\.")
                .containsPattern("conductance +0\\.")
                .containsPattern("lcr +0\\.")
                .contains("doubt from")
                .contains("not checked against the classifier's training set")
                .contains("sequential test, alpha 0.05, beta 0.05")
                .contains("wrote " + out());
        assertThat(run.err()).contains(ACCEPTANCE + " of " + ITEMS + " items").contains("decided which mutants");
        try (Network network = Network.load(MODEL);
                SampleReader reader = SampleReader.of(network)) {
            FittedDetector detector = FittedDetector.load(out(), ModelHash.of(network.graph()));
            MutantPool mutants = MutantPool.load(pool, network);
            Array fresh = LabelledItemsTest.shipped(network).data().batch(ITEMS, ITEMS + 40);
            LabelChangeRate.Result rates = LabelChangeRate.of(mutants.mutants()).on(network, fresh);
            Samples samples =
                    reader.read(fresh).withLabelChangeRate(rates.rates(), rates.passes() - 1, mutants.provenance());
            assertThat(Arrays.stream(detector.score(samples)).boxed())
                    .hasSize(40)
                    .allMatch(s -> s >= 0 && s <= 1);
            // The acceptance items were not used: the detector may be evaluated on them.
            Array accepted = LabelledItemsTest.shipped(network).data().batch(0, ACCEPTANCE);
            Samples old =
                    reader.read(accepted).withLabelChangeRate(new double[ACCEPTANCE], MUTANTS, mutants.provenance());
            int[] labels =
                    Arrays.copyOf(LabelledItemsTest.shipped(network).data().labels(), ACCEPTANCE);
            assertThat(detector.evaluate(new Labelled(old, labels)).leftOut()).isZero();
        }
    }

    @Test
    void fit_json_agreesWithTheFileAndWithAnotherRun() {
        CommandRun run = run("lcr", "--pool", pool, "--json", "--rule", "false-alarm=0.1", "--threads", 1);
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode json = run.json();
        assertThat(json.path("detector").asText()).isEqualTo("lcr");
        int items = sum(json.path("fit")) + sum(json.path("comparison"));
        assertThat(items).isEqualTo(ITEMS - ACCEPTANCE);
        assertThat(sum(json.path("comparison"))).isEqualTo((int) Math.round(0.4 * items));
        assertThat(json.path("scores")).hasSize(3);
        assertThat(json.path("scores").path(2).path("passes").asDouble()).isEqualTo(MUTANTS + 1);
        assertThat(json.path("threshold").path("rightDoubted").asDouble()).isLessThanOrEqualTo(0.1);
        assertThat(json.path("lcrAlone").path("mutants").asInt()).isEqualTo(MUTANTS);
        FittedDetector detector;
        try (Network network = Network.load(MODEL)) {
            detector = FittedDetector.load(out(), ModelHash.of(network.graph()));
        }
        assertThat(detector.auroc().value())
                .isEqualTo(json.path("scores").path(2).path("auroc").asDouble());
        assertThat(run("lcr", "--pool", pool, "--json", "--rule", "false-alarm=0.1", "--threads", 3)
                        .out())
                .isEqualTo(run.out());
    }

    private static int sum(JsonNode counts) {
        return counts.path("right").asInt() + counts.path("wrong").asInt();
    }

    @Test
    void fit_detector_scoresAsItWasFitted() {
        CommandRun run = run("lcr", "--pool", pool, "--json");
        assertThat(run.code()).as(run.err()).isZero();
        double threshold = run.json().path("threshold").path("value").asDouble();
        double between = run.json().path("lcrAlone").path("lcrThreshold").asDouble();
        CommandRun scored = CommandRun.of("score", MODEL, TEST, "--scores", "lcr", "--pool", pool, "--limit", 60);
        CommandRun decided = CommandRun.of(
                "score", MODEL, TEST, "--scores", "lcr", "--pool", pool, "--limit", 60, "--lcr-threshold", between);
        assertThat(scored.code()).as(scored.err()).isZero();
        assertThat(decided.code()).as(decided.err()).isZero();
        for (int i = 0; i < 60; i++) {
            boolean doubted =
                    scored.jsonLines().get(i).path("scores").path("lcr").asDouble() >= threshold;
            double verdict = decided.jsonLines()
                    .get(i)
                    .path("scores")
                    .path("lcr-verdict")
                    .asDouble();
            assertThat(verdict == 1).isEqualTo(doubted);
        }
        assertThat(run("conductance+lcr", "--pool", pool, "--first", "lda").code())
                .isZero();
        CommandRun both = CommandRun.of(
                "score", MODEL, TEST, "--scores", "conductance", "--pool", pool, "--detector", out(), "--limit", 5);
        assertThat(both.code()).as(both.err()).isZero();
        assertThat(both.jsonLines()
                        .get(4)
                        .path("scores")
                        .path("conductance+lcr")
                        .asDouble())
                .isBetween(0.0, 1.0);
    }

    @Test
    void fit_scoreThatIsMsp_saysThatItDoesNotBeatItself() {
        // A detector of msp and margin costs no more than they do, so nothing is to be said.
        assertThat(run("msp+margin").out()).doesNotContain("does not beat");
        CommandRun conductance = run("conductance", "--first", "forest", "--training-data", TRAINING);
        assertThat(conductance.code()).as(conductance.err()).isZero();
        assertThat(conductance.out())
                .contains("held out, checked against 6000 training items")
                .containsPattern("conductance (ranks worse than|does not beat) .*at a higher cost");
        // Its library logs every tree unless told not to.
        assertThat(conductance.err()).doesNotContain("tribuo");
    }

    @Test
    void fit_trainingItems_areRefused() {
        CommandRun run = run("msp", "--training-data", TEST);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("not among the classifier's training set");
        assertThat(out()).doesNotExist();
    }

    @Test
    void fit_thresholdDataThatOverlap_areRefused() {
        CommandRun run = run("msp", "--threshold-data", TEST);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("not among those for fitting");
    }

    @Test
    void fit_onTrainingSet_saysSoInResultAndFile() {
        CommandRun run = CommandRun.of(
                "fit",
                MODEL,
                TRAINING,
                "--limit",
                700,
                "-o",
                out(),
                "--detector",
                "msp+margin",
                "--on-training-set",
                "--threshold-data",
                TEST);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("fitted on the classifier's training set, as published; not for use");
        try (Network network = Network.load(MODEL)) {
            assertThat(FittedDetector.load(out(), ModelHash.of(network.graph())).discipline())
                    .contains("not for use");
        }
    }

    @Test
    void fit_acceptanceItemsOnly_areRefused() {
        CommandRun run = CommandRun.of(
                "fit", MODEL, TEST, "--limit", ACCEPTANCE, "-o", out(), "--detector", "lcr", "--pool", pool);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("all of them decided which mutants were accepted");
    }

    @Test
    void fit_rateWithoutPool_saysHowToMakeOne() {
        CommandRun run = run("conductance+lcr");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err())
                .contains("qualm mutants " + MODEL + " DATA -o pool.qualm")
                .contains("--pool");
    }

    @Test
    void fit_poolOfAnotherModel_isRefused() {
        Path other = TestModels.write(TestModels.cnn(1, 28, 8), folder.resolve("other.onnx"));
        CommandRun run = CommandRun.of(
                "fit",
                other,
                TEST,
                "--limit",
                50,
                "-o",
                out(),
                "--detector",
                "lcr",
                "--pool",
                pool,
                "--preprocess",
                "scale=1/255");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("belongs to another model");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no zip at all", "PK\u0003\u0004 broken"})
    void fit_hostilePool_exitsWith1(String content) throws IOException {
        Path bad = Files.writeString(folder.resolve("bad.qualm"), content);
        CommandRun run = run("lcr", "--pool", bad);
        assertThat(run.code()).as(run.err()).isEqualTo(1);
        assertThat(run.err()).contains("bad.qualm").doesNotContain("\tat ");
    }

    @Test
    void fit_truncatedPoolOrDetectorInItsPlace_exitsWith1() throws IOException {
        byte[] whole = Files.readAllBytes(pool);
        Path bad = Files.write(folder.resolve("bad.qualm"), Arrays.copyOf(whole, whole.length / 2));
        assertThat(run("lcr", "--pool", bad).code()).isEqualTo(1);
        assertThat(run("msp").code()).isZero();
        CommandRun swapped = run("lcr", "--pool", out());
        assertThat(swapped.code()).isEqualTo(1);
        assertThat(swapped.err()).contains("mutant-pool").contains("wrong-prediction-detector");
    }

    @Test
    void fit_labelsThatTheModelDoesNotKnow_areRefused() {
        Path npz = folder.resolve("data.npz");
        Array x = Datasets.open(TEST).batch(0, 20);
        long[] labels = new long[20];
        labels[7] = 9;
        Npz.write(npz, Map.of("x", x, "y", Array.of(labels, 20)));
        CommandRun run =
                CommandRun.of("fit", MODEL, npz, "--inputs", "x", "--label", "y", "-o", out(), "--detector", "msp");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("from 0 to 7").contains("9");
    }

    @Test
    void fit_wrongOptions_exitWith2() {
        for (Object[] wrong : new Object[][] {
            {"nothing"},
            {"msp", "-o", "detector.npz"},
            {"msp", "--first", "lda"},
            {"msp", "--second", "lda"},
            {"conductance", "--first", "svm"},
            {"conductance+msp", "--reference", "--first", "mlp"},
            {"msp", "--rule", "best"},
            {"msp", "--rule", "false-alarm=2"},
            {"msp", "--rule", "false-alarm=x"},
            {"msp", "--on-training-set"},
            {"msp", "--threshold-share", 1},
            {"msp", "--threshold-share", 0.5, "--threshold-data", TEST},
            {"msp", "--alpha", 0},
            {"msp", "--delta", 1.5},
            {"msp", "--threads", 0},
        }) {
            CommandRun run = run(String.valueOf(wrong[0]), Arrays.copyOfRange(wrong, 1, wrong.length));
            assertThat(run.code()).as(Arrays.toString(wrong) + run.err()).isEqualTo(2);
        }
    }
}
