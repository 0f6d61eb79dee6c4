package dev.qualm.detect.fitted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.QualmException;
import dev.qualm.data.Dataset;
import dev.qualm.detect.Score;
import dev.qualm.detect.ScoreTable;
import dev.qualm.detect.Scorer;
import dev.qualm.network.Network;
import dev.qualm.network.OnnxRuntime;
import dev.qualm.network.engine.Precision;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Scores that one forward pass suffices for are the same whichever engine makes it. */
class OtherEngineTest {
    private static final double TOLERANCE = 1e-5;
    private static final Network NETWORK = Network.of(Planted.network().graph(), Precision.FLOAT32);
    private static final Dataset DATA = Planted.outliers(100, 3);

    @AfterAll
    static void close() {
        NETWORK.close();
    }

    private static FittedDetectors fitted(List<Detector> detectors) {
        return DetectorFit.fit(NETWORK, Planted.ordinary(600, 1), true, detectors, 1, done -> {});
    }

    @Test
    void score_onnxRuntime_everyDetectorOfOnePassWithinTolerance() {
        Set<Reads> values = EnumSet.of(Reads.LOGITS, Reads.FEATURES, Reads.HEAD_WEIGHTS, Reads.LABELS, Reads.LAYERS);
        List<Detector> detectors = Detectors.names().stream()
                .map(Planted::text)
                .map(Detectors::parse)
                .filter(d -> values.containsAll(d.about().reads()))
                .toList();
        List<Score> scores = List.copyOf(fitted(detectors).scores());
        try (OnnxRuntime runtime = OnnxRuntime.of(NETWORK)) {
            Scorer scorer = new Scorer(NETWORK, scores, 2);
            ScoreTable expected = scorer.score(DATA);
            ScoreTable found = scorer.on(runtime).score(DATA);
            assertThat(found.predictions()).isEqualTo(expected.predictions());
            assertThat(found.provenance().toString()).contains("OnnxRuntime");
            assertThat(scores).hasSizeGreaterThan(30);
            for (Score s : scores) {
                double[] mine = expected.of(s.name());
                double largest = Arrays.stream(mine).map(Math::abs).max().orElseThrow();
                for (int i = 0; i < mine.length; i++) {
                    assertThat(found.of(s.name())[i])
                            .as(s.name() + " of item " + i)
                            .isCloseTo(mine[i], within(TOLERANCE * Math.max(largest, 1)));
                }
            }
        }
    }

    @Test
    void on_scoresThatNeedMore_areRefusedByName() {
        List<Detector> detectors = List.of(Detectors.parse("gen"), Detectors.parse("odin"));
        Scorer scorer = new Scorer(NETWORK, List.copyOf(fitted(detectors).scores()), 1);
        try (OnnxRuntime runtime = OnnxRuntime.of(NETWORK)) {
            assertThatThrownBy(() -> scorer.on(runtime))
                    .isInstanceOf(QualmException.class)
                    .hasMessageContaining("[odin]");
        }
    }
}
