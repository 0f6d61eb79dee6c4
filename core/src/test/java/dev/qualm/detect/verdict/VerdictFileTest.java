package dev.qualm.detect.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.artifact.Artifact;
import dev.qualm.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VerdictFileTest {
    private static final Provenance MADE = Provenance.of("test").with("seed", 1);
    private static final double[] SCORES = scores(300);
    private static final int[] CLASSES =
            IntStream.range(0, 300).map(i -> i % 7 == 0 ? i % 5 : 0).toArray();
    private static final ConformalCalibration CALIBRATION = ConformalCalibration.of(SCORES);

    @TempDir
    Path folder;

    private static double[] scores(int n) {
        Random random = new Random(n);
        double[] out = random.doubles(n)
                .map(x -> random.nextBoolean() ? x : Math.rint(5 * x))
                .toArray();
        out[3] = Double.POSITIVE_INFINITY;
        out[4] = Double.NEGATIVE_INFINITY;
        out[5] = Double.NaN;
        out[6] = -0.0;
        return out;
    }

    /** Everything that can be saved, a few of each. */
    private static Stream<Artifact> saved() {
        PooledRule pooled = PooledRule.of(CALIBRATION, new Marginal(0.1));
        ClassConditionalRule classes =
                ClassConditionalRule.of(SCORES, CLASSES, new Marginal(0.1), ClassConditionalRule.Fallback.MERGED);
        CalibrationMartingale martingale = CalibrationMartingale.of(CALIBRATION, 0.01, 3);
        SlidingKolmogorovSmirnov sliding = SlidingKolmogorovSmirnov.of(CALIBRATION, 20, 0.01);
        Lond lond = Lond.within(1000, 0.1);
        for (double s : scores(57)) {
            martingale.observe(s);
            sliding.observe(s);
            lond.test(CALIBRATION.pValue(s));
        }
        return Stream.of(
                VerdictFile.of(pooled, "model-1", MADE),
                VerdictFile.of(pooled.smoothed(new ItemUniform(Long.MIN_VALUE)), "model-1", MADE),
                VerdictFile.of(PooledRule.of(CALIBRATION, new TrainingConditional(0.1, 1 / 3.0)), "model-1", MADE),
                VerdictFile.of(classes, "model-1", MADE),
                VerdictFile.of(classes.smoothed(new ItemUniform(5)), "model-1", MADE),
                VerdictFile.of(cascade(), "model-1", MADE),
                VerdictFile.of(martingale, "model-1", MADE),
                VerdictFile.of(sliding, "model-1", MADE),
                VerdictFile.of(lond, "model-1", MADE));
    }

    private static CalibratedCascade cascade() {
        Cascade cascade = Cascade.of(new Tier("cheap", 1, 0.2, Double.POSITIVE_INFINITY), Tier.of("costly", 10));
        double[] reversed =
                IntStream.range(0, 300).mapToDouble(i -> SCORES[299 - i]).toArray();
        return CalibratedCascade.of(cascade, new double[][] {SCORES, reversed}, new Marginal(0.1));
    }

    /** What it decides about new items, in words that hold every bit. */
    private static String behaviour(Artifact artifact) {
        StringBuilder out = new StringBuilder();
        double[] items = scores(91);
        switch (artifact.kind()) {
            case VerdictFile.RULE -> {
                VerdictRule rule = VerdictFile.rule(artifact);
                for (int i = 0; i < items.length; i++) {
                    Verdict v = rule.verdict(items[i], i % 8 - 1, "item " + i);
                    out.append(v.kind()).append(v.pValue()).append(v.detail());
                }
                out.append(rule);
            }
            case VerdictFile.CASCADE -> {
                CalibratedCascade cascade = VerdictFile.cascade(artifact);
                for (String tier : new String[] {"cheap", "costly"}) {
                    out.append(cascade.mode(List.of(tier)));
                }
                out.append(cascade.judge(
                                items.length,
                                (tier, at) -> Arrays.stream(at)
                                        .mapToDouble(i -> tier == 0 ? items[i] : items[90 - i])
                                        .toArray())
                        .verdicts());
            }
            case VerdictFile.MONITOR -> {
                StalenessMonitor monitor = VerdictFile.monitor(artifact);
                out.append(monitor.staleness());
                for (double s : items) {
                    out.append(monitor.observe(s));
                    if (monitor instanceof CalibrationMartingale martingale) {
                        out.append(martingale.evidence());
                    }
                }
            }
            default -> {
                Lond lond = VerdictFile.stream(artifact);
                for (double s : items) {
                    out.append(lond.test(CALIBRATION.pValue(s))).append(lond.nextLevel());
                }
            }
        }
        return out.toString();
    }

    private static Artifact again(Artifact artifact) {
        return switch (artifact.kind()) {
            case VerdictFile.RULE -> VerdictFile.of(VerdictFile.rule(artifact), "model-1", MADE);
            case VerdictFile.CASCADE -> VerdictFile.of(VerdictFile.cascade(artifact), "model-1", MADE);
            case VerdictFile.MONITOR -> VerdictFile.of(VerdictFile.monitor(artifact), "model-1", MADE);
            default -> VerdictFile.of(VerdictFile.stream(artifact), "model-1", MADE);
        };
    }

    @ParameterizedTest
    @MethodSource("saved")
    void saveAndLoad_everything_decidesTheSameBits(Artifact made) {
        Path file = folder.resolve("saved.qualm");
        made.write(file);
        Artifact read = Artifact.read(file, made.kind());
        assertThat(behaviour(read)).isEqualTo(behaviour(made));
        Path copy = folder.resolve("copy.qualm");
        again(read).write(copy);
        assertThat(copy).hasSameBinaryContentAs(file);
        assertThatThrownBy(() -> read.requireModel("model-2"))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("model-1")
                .hasMessageContaining("model-2");
    }

    /** Everything that can be saved, on a few scores, as first written. */
    static List<Artifact> small() {
        double[] scores = Arrays.copyOf(SCORES, 24);
        int[] classes = IntStream.range(0, 24).map(i -> i / 20).toArray();
        Marginal fifth = new Marginal(0.2);
        ConformalCalibration calibration = ConformalCalibration.of(scores);
        CalibrationMartingale martingale = CalibrationMartingale.of(calibration, 0.1, 3);
        SlidingKolmogorovSmirnov sliding = SlidingKolmogorovSmirnov.of(calibration, 8, 0.1);
        Lond lond = Lond.endless(0.2);
        for (double s : scores(30)) {
            martingale.observe(s);
            sliding.observe(s);
            lond.test(calibration.pValue(s));
        }
        Cascade cascade = Cascade.of(new Tier("cheap", 1, 0.2, Double.POSITIVE_INFINITY), Tier.of("costly", 10));
        double[] reversed =
                IntStream.range(0, 24).mapToDouble(i -> scores[23 - i]).toArray();
        return List.of(
                VerdictFile.of(PooledRule.of(calibration, new TrainingConditional(0.2, 0.1)), "model-1", MADE),
                VerdictFile.of(
                        ClassConditionalRule.of(scores, classes, fifth, ClassConditionalRule.Fallback.MERGED)
                                .smoothed(new ItemUniform(9)),
                        "model-1",
                        MADE),
                VerdictFile.of(
                        CalibratedCascade.of(cascade, new double[][] {scores, reversed}, fifth), "model-1", MADE),
                VerdictFile.of(martingale, "model-1", MADE),
                VerdictFile.of(sliding, "model-1", MADE),
                VerdictFile.of(lond, "model-1", MADE));
    }

    @Test
    void load_filesOfTheFirstFormat_decideAsWritten() {
        List<Artifact> now = small();
        for (int i = 0; i < now.size(); i++) {
            Artifact first = Artifact.read(Golden.path("verdict/format-1-" + i + ".qualm"));
            assertThat(first.kind()).isEqualTo(now.get(i).kind());
            assertThat(behaviour(first)).isEqualTo(behaviour(now.get(i)));
        }
    }

    /** What was saved in the middle of a stream goes on as if it had not been. */
    @Test
    void saveAndLoad_midStream_goesOn() {
        CalibrationMartingale one = CalibrationMartingale.of(CALIBRATION, 0.01, 3);
        SlidingKolmogorovSmirnov two = SlidingKolmogorovSmirnov.of(CALIBRATION, 20, 0.01);
        StalenessMonitor oneAgain = one;
        StalenessMonitor twoAgain = two;
        for (double s : scores(200)) {
            oneAgain = VerdictFile.monitor(VerdictFile.of(oneAgain, "model-1", MADE));
            twoAgain = VerdictFile.monitor(VerdictFile.of(twoAgain, "model-1", MADE));
            if (oneAgain == one || twoAgain == two) {
                throw new AssertionError("must be copies");
            }
            assertThat(oneAgain.observe(s)).isEqualTo(one.observe(s));
            assertThat(twoAgain.observe(s)).isEqualTo(two.observe(s));
        }
        assertThat(((CalibrationMartingale) oneAgain).evidence()).isEqualTo(one.evidence());
    }

    @ParameterizedTest
    @MethodSource("saved")
    void load_missingOrDamagedParts_areRefused(Artifact good) {
        for (String name : good.arrays().keySet()) {
            assertRefused(good, content -> {}, without(good, name), "without " + name);
            Array array = good.array(name);
            assertRefused(
                    good, content -> {}, with(good, name, Array.of(new float[] {1, 2}, 1, 2, 1)), "strange " + name);
            assertRefused(good, content -> {}, with(good, name, Array.of(new double[0], 0)), "empty " + name);
            assertRefused(
                    good,
                    content -> {},
                    with(good, name, Array.of(new long[] {Long.MAX_VALUE, Long.MIN_VALUE}, 2)),
                    "other " + name);
            if (array.size() > 1 && !name.equals("window") && !name.equals("reference")) {
                assertRefused(good, content -> {}, with(good, name, shorter(array)), "shorter " + name);
            }
        }
        for (String field : new TreeMap<>(asMap(good.content())).keySet()) {
            // A rule without a seed is a rule without smoothing.
            if (!field.equals("seed") || good.kind().equals(VerdictFile.MONITOR)) {
                assertRefused(good, content -> content.remove(field), good.arrays(), "without " + field);
            }
            assertRefused(good, content -> content.put(field, "tea"), good.arrays(), "tea as " + field);
            assertRefused(good, content -> content.put(field, -1.5), good.arrays(), "-1.5 as " + field);
        }
    }

    private static Map<String, String> asMap(ObjectNode content) {
        Map<String, String> out = new HashMap<>();
        content.fieldNames().forEachRemaining(f -> out.put(f, f));
        return out;
    }

    private static Array shorter(Array array) {
        int[] shape = array.shape();
        shape[0]--;
        int size = Array.size(shape);
        return array.dtype().isFloating()
                ? Array.of(Arrays.copyOf(array.toDoubles(), size), shape)
                : Array.of(Arrays.copyOf(array.toLongs(), size), shape);
    }

    private static Map<String, Array> without(Artifact good, String name) {
        Map<String, Array> out = new HashMap<>(good.arrays());
        out.remove(name);
        return out;
    }

    private static Map<String, Array> with(Artifact good, String name, Array array) {
        Map<String, Array> out = new HashMap<>(good.arrays());
        out.put(name, array);
        return out;
    }

    private void assertRefused(Artifact good, Consumer<ObjectNode> change, Map<String, Array> arrays, String what) {
        ObjectNode content = good.content();
        change.accept(content);
        Path file = folder.resolve("hostile.qualm");
        new Artifact(good.kind(), good.modelHash(), good.provenance(), content, arrays).write(file);
        assertThatThrownBy(() -> behaviour(Artifact.read(file)))
                .as(good.kind() + " " + what)
                .isInstanceOf(UnreadableFileException.class);
    }

    @Test
    void load_numbersThatLie_areRefused() {
        Artifact rule = VerdictFile.of(PooledRule.of(CALIBRATION, new Marginal(0.1)), "model-1", MADE);
        double[] values = CALIBRATION.scores();
        double[] unsorted = values.clone();
        unsorted[0] = 7;
        assertRefused(rule, c -> {}, with(rule, "scores", Array.of(unsorted, unsorted.length)), "unsorted scores");
        double[] undefined = values.clone();
        undefined[undefined.length - 1] = Double.NaN;
        assertRefused(rule, c -> {}, with(rule, "scores", Array.of(undefined, undefined.length)), "NaN among scores");
        ObjectNode tiny = JsonNodeFactory.instance.objectNode().put("alpha", 1e-6);
        assertRefused(rule, c -> c.set("guarantee", tiny), rule.arrays(), "a rate that takes more scores");

        Artifact cascade = VerdictFile.of(cascade(), "model-1", MADE);
        double[] crossed = {2, 1, 0, 0};
        assertRefused(cascade, c -> {}, with(cascade, "thresholds", Array.of(crossed, 2, 2)), "crossed thresholds");

        Artifact lond = VerdictFile.of(Lond.within(10, 0.1), "model-1", MADE);
        assertRefused(lond, c -> c.put("tested", 11), lond.arrays(), "more tested than the horizon");
        assertRefused(lond, c -> c.put("flagged", 1), lond.arrays(), "more flagged than tested");

        Artifact martingale = VerdictFile.of(CalibrationMartingale.of(CALIBRATION, 0.01, 1), "model-1", MADE);
        for (double bad : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertRefused(
                    martingale,
                    c -> {},
                    with(martingale, "state", Array.of(new double[] {bad, 0, 0, 0, 0}, 5)),
                    "capital " + bad);
        }
        long[] many = new long[martingale.array("counts").size()];
        Arrays.fill(many, 1L << 52);
        assertRefused(martingale, c -> {}, with(martingale, "counts", Array.of(many, many.length)), "too many counts");
        for (Artifact any : new Artifact[] {rule, cascade}) {
            ObjectNode least = JsonNodeFactory.instance.objectNode().put("alpha", Double.MIN_VALUE);
            assertRefused(any, c -> c.set("guarantee", least), any.arrays(), "the least rate");
        }
        assertRefused(martingale, c -> c.put("alarm-at", 1), martingale.arrays(), "an alarm before the first item");
        assertRefused(martingale, c -> c.put("items", Long.MAX_VALUE), martingale.arrays(), "too many items");
    }

    @Test
    void load_otherKindOrTruncatedFile_isRefused() throws IOException {
        Artifact rule = VerdictFile.of(PooledRule.of(CALIBRATION, new Marginal(0.1)), "model-1", MADE);
        assertThatThrownBy(() -> VerdictFile.cascade(rule))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining(VerdictFile.CASCADE)
                .hasMessageContaining(VerdictFile.RULE);
        Path file = folder.resolve("rule.qualm");
        rule.write(file);
        byte[] bytes = Files.readAllBytes(file);
        for (int length : new int[] {0, 1, 100, bytes.length / 2, bytes.length - 1}) {
            Path cut = folder.resolve("cut.qualm");
            Files.write(cut, Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> Artifact.read(cut)).isInstanceOf(UnreadableFileException.class);
        }
    }
}
