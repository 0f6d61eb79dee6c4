package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.qualm.data.Dataset;
import dev.qualm.data.Datasets;
import dev.qualm.data.ModelDescription;
import dev.qualm.detect.decision.CalibratedDetectors;
import dev.qualm.detect.decision.DecisionSettings;
import dev.qualm.detect.decision.JudgedItems;
import dev.qualm.detect.fitted.FittedDetectors;
import dev.qualm.detect.verdict.Verdict;
import dev.qualm.network.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code qualm fit --detectors} with a calibration and {@code qualm score} with verdicts, on the shipped classifier.
 */
class VerdictsCommandTest {
    private static final Path DATA = Path.of("..", "data");
    private static final Path MODEL = DATA.resolve("models/fashion-mnist-8.onnx");
    private static final Path TEST = DATA.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz");
    private static final Set<String> UNKNOWN = Set.of("Sandal", "Bag");

    /** The first 700 items of known classes lie before this place. */
    private static final int SKIP = 900;

    @TempDir
    private static Path folder;

    private static Path file;
    private static CommandRun judged;

    @BeforeAll
    static void fit() {
        file = folder.resolve("detectors.qualm");
        CommandRun fit =
                CommandRun.of("fit", MODEL, "--id", TEST, "--limit", 700, "--detectors", "fdbd,gen,odin", "-o", file);
        assertThat(fit.code()).as(fit.err()).isZero();
        assertThat(fit.out()).contains("fitted on 420 items").contains("calibrated on 280 other items");
        judged = score("--alpha", 0.1);
        assertThat(judged.code()).as(judged.err()).isZero();
    }

    private static CommandRun score(Object... options) {
        List<Object> arguments = new ArrayList<>(List.of("score", file, TEST, "--skip", SKIP));
        arguments.addAll(List.of(options));
        return CommandRun.of(arguments.toArray());
    }

    private static boolean known(JsonNode line) {
        return !UNKNOWN.contains(line.path("label").asText());
    }

    private static boolean alarm(JsonNode verdict) {
        assertThat(verdict.path("verdict").asText()).isIn("pass", "alarm");
        return verdict.path("verdict").asText().equals("alarm");
    }

    private static double rate(List<JsonNode> lines, boolean known) {
        List<JsonNode> some = lines.stream().filter(l -> known(l) == known).toList();
        assertThat(some).hasSizeGreaterThan(200);
        return some.stream().filter(l -> alarm(l.path("verdict"))).count() / (double) some.size();
    }

    /**
     * The rate is one on average over calibration sets; one set of n and m items stray by sqrt(alpha (1 - alpha) (1/n
     * + 1/m)).
     */
    private static double bound(double alpha, int calibration, int items) {
        return alpha + 3 * Math.sqrt(alpha * (1 - alpha) * (1.0 / calibration + 1.0 / items));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--alpha=0.1; 0.3",
                "--alpha=0.1 --decide=any; 0.3",
                "--alpha=0.1 --decide=gen --delta=0.1; 0.2",
                "--alpha=0.1 --by-class; 0.3",
                "--alpha=0.1 --smoothed=5; 0.3",
                "--alpha=0.1 --cascade=fdbd,odin; 0.25"
            })
    void score_ordinaryAndUnknownItems_keepsTheRateAndCatchesMore(String options, double caught) {
        CommandRun run = score((Object[]) options.split(" "));
        assertThat(run.code()).as(run.err()).isZero();
        List<JsonNode> lines = run.jsonLines();
        assertThat(rate(lines, true)).isLessThan(bound(0.1, 196, 850));
        assertThat(rate(lines, false)).isGreaterThan(caught).isGreaterThan(2 * rate(lines, true));
        assertThat(run.err())
                .contains("alarms in 1,100 items; were all ordinary, at most 110 on average")
                .contains("false alarms at most 0.1");
    }

    @Test
    void score_line_hasVerdictsOfAllAndTheOneThatCounts() {
        for (JsonNode line : judged.jsonLines()) {
            JsonNode own = line.path("verdicts");
            assertThat(own.fieldNames()).toIterable().containsExactly("fdbd", "gen", "odin");
            own.forEach(v -> assertThat(alarm(v)).isEqualTo(v.path("p").asDouble() <= 0.1));
            assertThat(line.path("verdict").path("by").asText()).isEqualTo("fdbd");
            assertThat(line.path("verdict").path("p"))
                    .isEqualTo(own.path("fdbd").path("p"));
        }
        assertThat(judged.err()).contains("alarms of each detector by itself: fdbd ");
        CommandRun any = score("--alpha", 0.1, "--decide", "any", "--limit", 50);
        for (JsonNode line : any.jsonLines()) {
            double least = 1;
            for (JsonNode v : line.path("verdicts")) {
                least = Math.min(least, v.path("p").asDouble());
            }
            assertThat(line.path("verdict").path("p").asDouble()).isEqualTo(Math.min(1, 3 * least));
        }
    }

    @Test
    void score_modelAndDetectors_isTheSameAsTheFileAloneAndAsTheLibrary() {
        CommandRun both = CommandRun.of("score", MODEL, TEST, "--skip", SKIP, "--detector", file, "--alpha", 0.1);
        assertThat(both.out()).isEqualTo(judged.out());
        Dataset items = Datasets.open(TEST)
                .with(ModelDescription.beside(MODEL).preprocessing())
                .slice(SKIP, 2000);
        try (Network network = Network.load(MODEL)) {
            CalibratedDetectors detectors =
                    CalibratedDetectors.load(file, network).with(DecisionSettings.of(0.1));
            JudgedItems all = detectors.judge(items);
            List<JsonNode> lines = judged.jsonLines();
            for (int i = 0; i < lines.size(); i++) {
                Verdict overall = all.verdicts().get(i).overall();
                assertThat(alarm(lines.get(i).path("verdict"))).isEqualTo(overall.isAlarm());
                assertThat(lines.get(i).path("verdict").path("p").asDouble()).isEqualTo(overall.pValue());
                Verdict odin =
                        Objects.requireNonNull(all.verdicts().get(i).detectors().get("odin"));
                assertThat(lines.get(i).path("verdicts").path("odin").path("p").asDouble())
                        .isEqualTo(odin.pValue());
            }
        }
    }

    @Test
    void score_withoutOptions_givesVerdictsAtFivePercent() {
        CommandRun run = score("--limit", 3);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("false alarms at most 0.05 on average over calibration sets, of fdbd");
        assertThat(run.jsonLines()).allMatch(l -> l.has("verdict"));
    }

    @Test
    void score_falseDiscoveries_areDecidedTogether() {
        CommandRun run = score("--fdr", 0.3, "--decide", "fdbd");
        assertThat(run.code()).as(run.err()).isZero();
        List<JsonNode> lines = run.jsonLines();
        assertThat(lines).hasSize(1100);
        List<JsonNode> flagged =
                lines.stream().filter(l -> alarm(l.path("verdict"))).toList();
        // Benjamini-Hochberg by its definition: the largest k whose k-th smallest p-value is at most level k / m.
        double[] p = lines.stream()
                .mapToDouble(l -> l.path("verdict").path("p").asDouble())
                .sorted()
                .toArray();
        int k = p.length;
        while (k > 0 && p[k - 1] > 0.3 * k / p.length) {
            k--;
        }
        assertThat(flagged).hasSize(k).hasSizeGreaterThan(40);
        assertThat(flagged.stream().filter(VerdictsCommandTest::known).count()).isLessThan(k / 2);
        assertThat(run.err()).contains(k + " of 1,100 items flagged by fdbd").contains("nothing is flagged unless");
    }

    @Test
    void score_cascade_asksCostlyTiersAboutUndecidedItemsOnly() {
        CommandRun run = score("--cascade", "gen,odin");
        assertThat(run.code()).as(run.err()).isZero();
        long asked = 0;
        for (JsonNode line : run.jsonLines()) {
            boolean last = line.path("verdict").path("by").asText().equals("odin");
            assertThat(line.path("scores").has("odin")).isEqualTo(last);
            assertThat(line.path("scores").has("gen")).isTrue();
            assertThat(line.has("verdicts")).isFalse();
            assertThat(line.path("verdict").path("promise").asText()).contains("[gen, odin] as a whole");
            asked += last ? 1 : 0;
        }
        assertThat(asked).isBetween(100L, 600L);
        assertThat(run.err())
                .contains("gen: 100.0 % of the items")
                .contains(String.format(java.util.Locale.ROOT, "odin: %.1f %% of the items", asked / 11.0))
                .contains("passes an item");
    }

    @Test
    void score_tiersThatAreAvailable_haveTheirOwnCalibrationAndSaySo() {
        CommandRun run = score("--cascade", "gen,odin", "--tiers", "gen", "--limit", 30);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("degraded mode: only [gen] are asked").contains("without [odin]");
        assertThat(run.jsonLines())
                .allMatch(l -> l.path("verdict").path("promise").asText().contains("cascade of [gen] as a whole"));
    }

    @Test
    void score_itemsOfFitOrCalibration_areRefusedWithTheirNumber() {
        CommandRun run = CommandRun.of("score", file, TEST);
        assertThat(run.code()).isNotZero();
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .contains("of 2000 found 420 among those fitted on and 280 among those calibrated on")
                .contains("Score other items");
    }

    @Test
    void fit_calibrationItemsOfTheFit_areRefused() {
        Path out = folder.resolve("none.qualm");
        CommandRun run = CommandRun.of(
                "fit", MODEL, "--id", TEST, "--limit", 50, "--calibrate", TEST, "--detectors", "gen", "-o", out);
        assertThat(run.code()).isNotZero();
        assertThat(run.err()).contains("50 of 50");
        assertThat(out).doesNotExist();
    }

    @Test
    void fit_calibrationOfItsOwn_fitsOnAllTrustedItems() {
        Path training = DATA.resolve("fashion-mnist/train-images-6000-idx3-ubyte.gz");
        Path out = folder.resolve("own.qualm");
        CommandRun run = CommandRun.of(
                "fit",
                MODEL,
                "--id",
                training,
                "--limit",
                60,
                "--calibrate",
                TEST,
                "--detectors",
                "knn:k=5",
                "-o",
                out);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("fitted on 60 items").contains("calibrated on 60 other items");
    }

    @Test
    void fit_seedAndOrder_drawByContent() {
        Path first = folder.resolve("seed1.qualm");
        Path second = folder.resolve("seed2.qualm");
        for (Path out : List.of(first, second)) {
            CommandRun run = CommandRun.of(
                    "fit",
                    MODEL,
                    "--id",
                    TEST,
                    "--limit",
                    50,
                    "--seed",
                    out.equals(first) ? 1 : 2,
                    "--calibration-share",
                    0.5,
                    "--detectors",
                    "gen",
                    "-o",
                    out);
            assertThat(run.out()).contains("fitted on 25 items").contains("calibrated on 25");
        }
        try (Network network = Network.load(MODEL)) {
            assertThat(FittedDetectors.load(first, network).items())
                    .isNotEqualTo(FittedDetectors.load(second, network).items());
        }
    }

    @Test
    void score_uncalibrated_givesScoresAndSaysWhyNotMore() {
        Path out = folder.resolve("plain.qualm");
        CommandRun fit = CommandRun.of(
                "fit", MODEL, TEST, "--limit", 30, "--calibration-share", 0, "--detectors", "gen", "-o", out);
        assertThat(fit.out()).contains("fitted on 30 items").contains("not calibrated");
        CommandRun plain = CommandRun.of("score", out, TEST, "--skip", SKIP, "--limit", 2);
        assertThat(plain.code()).as(plain.err()).isZero();
        assertThat(plain.err()).contains("no verdicts: these detectors are not calibrated");
        assertThat(plain.jsonLines()).noneMatch(l -> l.has("verdict"));
        CommandRun asked = CommandRun.of("score", out, TEST, "--skip", SKIP, "--alpha", 0.1);
        assertThat(asked.code()).isEqualTo(1);
        assertThat(asked.err()).contains("--calibrate");
        CommandRun none = CommandRun.of("score", MODEL, TEST, "--alpha", 0.1);
        assertThat(none.code()).isEqualTo(1);
        assertThat(none.err()).contains("qualm fit").contains("--detector");
    }

    @Test
    void score_modelMovedOrChanged_isFoundOrExplained() throws IOException {
        Path own = Files.createDirectories(folder.resolve("moved"));
        Path copy = Files.copy(file, own.resolve("d.qualm"));
        CommandRun lost = CommandRun.of("score", copy, TEST, "--skip", SKIP, "--limit", 2);
        assertThat(lost.code()).isEqualTo(1);
        assertThat(lost.err()).contains("fashion-mnist-8.onnx").contains("--model");
        CommandRun told =
                CommandRun.of("score", copy, TEST, "--skip", SKIP, "--limit", 2, "--model", MODEL, "--alpha", 0.1);
        assertThat(told.jsonLines())
                .extracting(l -> l.path("verdicts"))
                .containsExactlyElementsOf(judged.jsonLines().stream()
                        .limit(2)
                        .map(l -> l.path("verdicts"))
                        .toList());
        Path beside = Files.copy(MODEL, own.resolve("fashion-mnist-8.onnx"));
        CommandRun undescribed = CommandRun.of("score", copy, TEST, "--skip", SKIP, "--limit", 2);
        assertThat(undescribed.code()).isEqualTo(1);
        assertThat(undescribed.err()).contains("fitted on items prepared as").contains(".yaml");
        CommandRun meant =
                CommandRun.of("score", copy, TEST, "--skip", SKIP, "--limit", 2, "--preprocess", "scale=1/255");
        assertThat(meant.code()).as(meant.err()).isZero();
        assertThat(meant.err()).contains("these are prepared as");
        Files.copy(ModelDescription.fileBeside(MODEL), ModelDescription.fileBeside(beside));
        CommandRun found = CommandRun.of("score", copy, TEST, "--skip", SKIP, "--limit", 2, "--alpha", 0.1);
        assertThat(found.out()).isEqualTo(told.out());
        TestModels.write(TestModels.cnn(1, 28, 8), beside);
        CommandRun other = CommandRun.of("score", copy, TEST, "--skip", SKIP, "--limit", 2);
        assertThat(other.code()).isEqualTo(1);
        assertThat(other.err()).contains("belongs to another model");
    }

    /** First ordinary images, then nothing but bags and sandals. */
    @Test
    void score_streamThatChanges_isFoundStale() {
        Path images = folder.resolve("stream.npy");
        Dataset all = Datasets.open(TEST).slice(SKIP, 2000);
        Dataset ordinary = all.withoutClasses(5, 8).take(300);
        dev.qualm.array.Npy.write(
                images,
                dev.qualm.array.Array.concat(List.of(
                        ordinary.all(), all.filterClasses(5, 8).take(150).all())));
        CommandRun run = CommandRun.of("score", file, images, "--item-shape", "28x28x1", "--stored-layout", "nhwc");
        assertThat(run.code()).as(run.err()).isZero();
        List<JsonNode> lines = run.jsonLines();
        assertThat(lines).hasSize(450);
        assertThat(lines.subList(0, 300)).noneMatch(l -> l.has("stale"));
        assertThat(lines.get(449).path("stale").asBoolean()).isTrue();
        assertThat(run.err()).contains("calibration stale since item 3").contains("calibrate again");
        CommandRun blind = CommandRun.of(
                "score", file, images, "--item-shape", "28x28x1", "--stored-layout", "nhwc", "--stale-level", 0);
        assertThat(blind.jsonLines()).noneMatch(l -> l.has("stale"));
        assertThat(blind.err()).doesNotContain("stale");
    }

    @Test
    void score_deciderThatTheNetworkLacks_isExplained() {
        Path out = folder.resolve("energy.qualm");
        CommandRun fit = CommandRun.of("fit", MODEL, TEST, "--limit", 60, "--detectors", "energy,msp", "-o", out);
        assertThat(fit.code()).as(fit.err()).isZero();
        Object[] asked = {
            "score", out, TEST, "--skip", SKIP, "--limit", 2, "--output-kind", "probabilities", "--alpha=0.1"
        };
        CommandRun run = CommandRun.of(asked);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("left out energy").contains("[energy]").contains("--decide");
    }

    @Test
    void score_unreadableItem_hasAnUndefinedVerdictAndCostsNoOther() throws IOException {
        Path images = Files.createDirectories(folder.resolve("images"));
        TestModels.image(images.resolve("a.png"), 28, 28, false, 1);
        Files.writeString(images.resolve("b.png"), "no image");
        CommandRun run = CommandRun.of("score", file, images);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.jsonLines())
                .extracting(l -> l.path("verdict").path("verdict").asText().equals("undefined"))
                .containsExactly(false, true);
        assertThat(run.jsonLines().get(1).path("verdict").path("reason").asText())
                .contains("not a number");
        assertThat(run.err()).contains("1 more without a verdict");
        CommandRun tiers = CommandRun.of("score", file, images, "--cascade", "gen,odin");
        assertThat(tiers.code()).as(tiers.err()).isZero();
        assertThat(tiers.jsonLines().get(1).path("verdict").path("verdict").asText())
                .isEqualTo("undefined");
    }

    @Test
    void score_optionsThatContradict_areRefused() {
        Stream.of(
                        "--fdr=0.1 --alpha=0.1",
                        "--fdr=0.1 --cascade=gen",
                        "--delta=0.1 --smoothed=1",
                        "--cascade=gen --by-class",
                        "--cascade=gen --scores=msp",
                        "--tiers=gen",
                        "--stale-level=1",
                        "--detector=x.qualm")
                .forEach(options -> {
                    CommandRun run = score((Object[]) options.split(" "));
                    assertThat(run.code()).as(options).isEqualTo(2);
                    assertThat(run.err()).contains("--");
                });
        Stream.of("--alpha=0.001", "--alpha=2", "--decide=nobody", "--cascade=gen,x", "--fdr=0.1 --decide=any")
                .forEach(options -> {
                    CommandRun run = score((Object[]) options.split(" "));
                    assertThat(run.code()).as(options).isEqualTo(1);
                    assertThat(run.err()).contains("xpected");
                });
        assertThat(CommandRun.of("score", MODEL, TEST, "--model", MODEL).code()).isEqualTo(2);
        Path none = folder.resolve("none.qualm");
        assertThat(CommandRun.of("fit", MODEL, TEST, "--detector", "msp", "--calibrate", TEST, "-o", none)
                        .err())
                .contains("belong to --detectors");
        assertThat(CommandRun.of("fit", MODEL, TEST, "--detectors", "gen", "--calibration-share", 1, "-o", none)
                        .err())
                .contains("at least 0 and below 1");
    }
}
