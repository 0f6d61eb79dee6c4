package dev.qualm.detect.wrong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.artifact.Artifact;
import dev.qualm.metric.TargetFalseAlarm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DetectorFileTest {
    private static final Labelled FIT = Made.items(200, 2, 2, 0, 1);
    private static final Labelled THRESHOLD = Made.items(100, 2, 2, 1000, 2);
    private static final Samples OTHERS = Made.items(50, 2, 2, 2000, 3).samples();

    @TempDir
    Path folder;

    static Stream<Arguments> detectors() {
        ConductanceMlp mlp = new ConductanceMlp(8, 0.5, 1e-2, 50, 2);
        return Stream.of(
                Arguments.of("conductance", mlp, LogisticRegression.DEFAULT),
                Arguments.of("lcr", mlp, LogisticRegression.DEFAULT),
                Arguments.of("conductance+lcr", mlp, LogisticRegression.DEFAULT),
                Arguments.of("conductance+lcr+margin", LinearDiscriminant.DEFAULT, new RandomForest(5, 3)),
                Arguments.of("conductance+lcr", LinearDiscriminant.DEFAULT, QuadraticDiscriminant.DEFAULT),
                Arguments.of("lcr+msp", mlp, new CombinedMlp(4, 0.5, 1e-2, 50, 2)));
    }

    @ParameterizedTest
    @MethodSource("detectors")
    void save_andLoad_scoreTheSameBits(String features, BinaryModel first, BinaryModel second) {
        FittedDetector fitted = fitted(features, first, second);
        Path file = folder.resolve("detector.qualm");
        fitted.save(file);
        FittedDetector again = FittedDetector.load(file, "model-1");
        assertThat(again.score(OTHERS)).isEqualTo(fitted.score(OTHERS));
        assertThat(again.judge(OTHERS).flagged()).isEqualTo(fitted.judge(OTHERS).flagged());
        assertThat(again.threshold()).isEqualTo(fitted.threshold());
        assertThat(again.auroc()).isEqualTo(fitted.auroc());
        assertThat(again.provenance()).isEqualTo(fitted.provenance());
        assertThat(again.toString()).isEqualTo(fitted.toString());
        assertThatThrownBy(() -> again.evaluate(FIT)).isInstanceOf(FitException.class);
        Path copy = folder.resolve("copy.qualm");
        again.save(copy);
        assertThat(copy).hasSameBinaryContentAs(file);
    }

    @Test
    void load_anotherModel_isRefused() {
        Path file = folder.resolve("detector.qualm");
        fitted("lcr", LogisticRegression.DEFAULT, LogisticRegression.DEFAULT).save(file);
        assertThatThrownBy(() -> FittedDetector.load(file, "model-2"))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("model-1")
                .hasMessageContaining("model-2");
    }

    @Test
    void save_thresholdThatFlagsNothing_isKept() {
        WrongPredictionDetector d = WrongPredictionDetector.of("lcr").withRule(new TargetFalseAlarm(0));
        Labelled tied = Made.items(100, 0, 0, 1000, 2);
        java.util.Arrays.fill(tied.samples().labelChangeRate(), 0.5);
        FittedDetector fitted = d.fit(FIT, tied, Discipline.unchecked());
        assertThat(fitted.threshold().value()).isEqualTo(Math.nextUp(0.5));
        Path file = folder.resolve("detector.qualm");
        fitted.save(file);
        assertThat(FittedDetector.load(file, "model-1").threshold()).isEqualTo(fitted.threshold());
    }

    @ParameterizedTest
    @MethodSource("detectors")
    void load_missingOrDamagedParts_areRefused(String features, BinaryModel first, BinaryModel second) {
        Path file = folder.resolve("detector.qualm");
        fitted(features, first, second).save(file);
        Artifact good = Artifact.read(file);
        for (String name : good.arrays().keySet()) {
            Map<String, Array> missing = new HashMap<>(good.arrays());
            missing.remove(name);
            assertRefused(good, good.content(), missing, "without " + name);
            Map<String, Array> strange = new HashMap<>(good.arrays());
            strange.put(name, Array.of(new float[] {1, 2, 3, 4, 5}, 1, 5, 1));
            assertRefused(good, good.content(), strange, "strange " + name);
        }
        for (String field : List.of("features", "discipline", "reading", "threshold", "auroc")) {
            ObjectNode content = good.content();
            content.remove(field);
            assertRefused(good, content, good.arrays(), "without " + field);
        }
        ObjectNode unknown = good.content().put("features", "conductance+tea");
        assertRefused(good, unknown, good.arrays(), "unknown feature");
        ObjectNode more = good.content();
        ((ObjectNode) more.get("threshold")).put("caught", 1 << 20);
        assertRefused(good, more, good.arrays(), "more caught than there are");
    }

    private void assertRefused(Artifact good, ObjectNode content, Map<String, Array> arrays, String what) {
        Path file = folder.resolve("hostile.qualm");
        new Artifact(good.kind(), good.modelHash(), good.provenance(), content, arrays).write(file);
        assertThatThrownBy(() -> FittedDetector.load(file, "model-1"))
                .as(what)
                .isInstanceOf(UnreadableFileException.class);
    }

    @Test
    void load_truncatedOrOtherFile_isRefused() throws IOException {
        Path file = folder.resolve("detector.qualm");
        fitted("conductance", LinearDiscriminant.DEFAULT, LinearDiscriminant.DEFAULT)
                .save(file);
        byte[] bytes = Files.readAllBytes(file);
        for (int length : new int[] {0, 1, 100, bytes.length / 2, bytes.length - 1}) {
            Path cut = folder.resolve("cut.qualm");
            Files.write(cut, java.util.Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> FittedDetector.load(cut, "model-1")).isInstanceOf(UnreadableFileException.class);
        }
        Path profiles = folder.resolve("profiles.qualm");
        ClassProfiles.of(FIT, 3).save(profiles);
        assertThatThrownBy(() -> FittedDetector.load(profiles, "model-1"))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("class-profiles");
    }

    private static FittedDetector fitted(String features, BinaryModel first, BinaryModel second) {
        return WrongPredictionDetector.of(features)
                .withModels(first, second)
                .fit(FIT, THRESHOLD, Discipline.unchecked());
    }
}
