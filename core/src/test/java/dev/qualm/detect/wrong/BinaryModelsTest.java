package dev.qualm.detect.wrong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.metric.Auroc;
import dev.qualm.metric.Ranking;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every model. */
class BinaryModelsTest {
    static Stream<BinaryModel> models() {
        return Stream.of(
                LogisticRegression.DEFAULT,
                LinearDiscriminant.DEFAULT,
                QuadraticDiscriminant.DEFAULT,
                RandomForest.DEFAULT,
                new ConductanceMlp(20, 0.5, 1e-2, 50, 10),
                new CombinedMlp(10, 0.5, 1e-2, 20, 20));
    }

    @ParameterizedTest
    @MethodSource("models")
    void fit_plantedShift_isFoundOnNewRows(BinaryModel model) {
        Planted seen = Planted.normal(800, 4, 2.5, 1);
        Planted fresh = Planted.normal(400, 4, 2.5, 2);
        double[] p = model.fit(seen.rows(), seen.wrong(), 7).probabilities(fresh.rows());
        assertProbabilities(p);
        assertThat(Auroc.of(Ranking.of(p, fresh.wrong())).value()).isGreaterThan(0.9);
    }

    @ParameterizedTest
    @MethodSource("models")
    void fit_sameSeed_givesTheSameBits(BinaryModel model) {
        Planted seen = Planted.normal(120, 3, 1, 3);
        FittedModel first = model.fit(seen.rows(), seen.wrong(), 11);
        assertThat(model.fit(seen.rows(), seen.wrong(), 11).arrays()).isEqualTo(first.arrays());
    }

    @ParameterizedTest
    @MethodSource("models")
    void arrays_savedAndRestored_giveTheSameBits(BinaryModel model) {
        Planted seen = Planted.normal(120, 3, 1, 3);
        FittedModel fitted = model.fit(seen.rows(), seen.wrong(), 11);
        FittedModel again = FittedModels.of(fitted.kind(), fitted.arrays());
        assertThat(again.features()).isEqualTo(3).isEqualTo(fitted.features());
        assertThat(again.probabilities(seen.rows())).isEqualTo(fitted.probabilities(seen.rows()));
        assertThat(again.arrays()).isEqualTo(fitted.arrays());
    }

    @ParameterizedTest
    @MethodSource("models")
    void arrays_damaged_areRefused(BinaryModel model) {
        Planted seen = Planted.normal(60, 3, 1, 3);
        FittedModel fitted = model.fit(seen.rows(), seen.wrong(), 11);
        for (String name : fitted.arrays().keySet()) {
            Map<String, Array> missing = new HashMap<>(fitted.arrays());
            missing.remove(name);
            assertThatThrownBy(() -> FittedModels.of(fitted.kind(), missing))
                    .as("without " + name)
                    .isInstanceOf(UnreadableFileException.class);
            Map<String, Array> ranked = new HashMap<>(fitted.arrays());
            ranked.put(name, Array.of(new float[] {1}, 1, 1, 1));
            assertThatThrownBy(() -> FittedModels.of(fitted.kind(), ranked))
                    .as("another rank of " + name)
                    .isInstanceOf(UnreadableFileException.class);
            Array a = fitted.arrays().get(name);
            float[] spoilt = a.toFloats().clone();
            spoilt[0] = Float.NaN;
            Map<String, Array> nan = new HashMap<>(fitted.arrays());
            nan.put(name, Array.of(spoilt, a.shape()));
            if (!List.of("feature", "features", "left", "right", "roots", "threshold", "share")
                    .contains(name)) {
                assertThatThrownBy(() -> FittedModels.of(fitted.kind(), nan))
                        .as("NaN in " + name)
                        .isInstanceOf(UnreadableFileException.class);
            }
        }
        assertThatThrownBy(() -> FittedModels.of("oracle", Map.of()))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("oracle");
    }

    @ParameterizedTest
    @MethodSource("models")
    void fit_oneClass_isRefused(BinaryModel model) {
        Planted seen = Planted.normal(20, 3, 1, 3);
        assertThatThrownBy(() -> model.fit(seen.rows(), new boolean[20], 1))
                .isInstanceOf(FitException.class)
                .hasMessageContaining("wrong predictions");
    }

    @ParameterizedTest
    @MethodSource("models")
    void fit_nanRow_isRefusedByNumber(BinaryModel model) {
        Planted seen = Planted.normal(20, 3, 1, 3);
        seen.rows()[5][1] = Double.NaN;
        assertThatThrownBy(() -> model.fit(seen.rows(), seen.wrong(), 1))
                .isInstanceOf(FitException.class)
                .hasMessageContaining("row 5");
    }

    @ParameterizedTest
    @MethodSource("models")
    void fit_raggedRowsOrLabels_areRefused(BinaryModel model) {
        Planted seen = Planted.normal(20, 3, 1, 3);
        assertThatThrownBy(() -> model.fit(seen.rows(), new boolean[19], 1)).isInstanceOf(FitException.class);
        seen.rows()[7] = new double[2];
        assertThatThrownBy(() -> model.fit(seen.rows(), seen.wrong(), 1))
                .isInstanceOf(FitException.class)
                .hasMessageContaining("row 7");
    }

    @ParameterizedTest
    @MethodSource("models")
    void fit_moreFeaturesThanRowsAndConstantOnes_givesFiniteProbabilities(BinaryModel model) {
        Planted seen = Planted.normal(12, 30, 3, 5);
        for (double[] row : seen.rows()) {
            row[4] = 2;
            row[5] = 0;
        }
        FittedModel fitted = model.fit(seen.rows(), seen.wrong(), 1);
        assertProbabilities(fitted.probabilities(seen.rows()));
        assertThat(Auroc.of(Ranking.of(fitted.probabilities(seen.rows()), seen.wrong()))
                        .value())
                .isGreaterThan(0.9);
    }

    @ParameterizedTest
    @MethodSource("models")
    void fit_nothingToTell_givesFiniteProbabilities(BinaryModel model) {
        boolean[] wrong = {true, false, false, true, false, false};
        FittedModel fitted = model.fit(new double[6][2], wrong, 1);
        assertProbabilities(fitted.probabilities(new double[][] {{0, 0}, {1e6, -3}}));
    }

    @ParameterizedTest
    @MethodSource("models")
    void probability_notFiniteRow_isNaN(BinaryModel model) {
        Planted seen = Planted.normal(60, 3, 1, 3);
        FittedModel fitted = model.fit(seen.rows(), seen.wrong(), 1);
        assertThat(fitted.probability(new double[] {0, Double.NaN, 0})).isNaN();
        assertThat(fitted.probability(new double[] {Double.POSITIVE_INFINITY, 0, 0}))
                .isNaN();
        assertThatThrownBy(() -> fitted.probabilities(new double[1][2])).isInstanceOf(FitException.class);
    }

    @Test
    void ring_onlyCurvedModels_findIt() {
        Planted seen = Planted.ring(600, 1);
        Planted fresh = Planted.ring(300, 2);
        for (BinaryModel model : List.of(QuadraticDiscriminant.DEFAULT, RandomForest.DEFAULT)) {
            double[] p = model.fit(seen.rows(), seen.wrong(), 0).probabilities(fresh.rows());
            assertThat(Auroc.of(Ranking.of(p, fresh.wrong())).value()).isGreaterThan(0.95);
        }
        double[] p =
                LinearDiscriminant.DEFAULT.fit(seen.rows(), seen.wrong(), 0).probabilities(fresh.rows());
        assertThat(Auroc.of(Ranking.of(p, fresh.wrong())).value()).isBetween(0.3, 0.7);
    }

    private static void assertProbabilities(double[] values) {
        for (double v : values) {
            assertThat(v).isBetween(0.0, 1.0);
        }
    }
}
