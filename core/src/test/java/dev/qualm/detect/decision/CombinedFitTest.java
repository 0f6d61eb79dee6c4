package dev.qualm.detect.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import dev.qualm.artifact.Artifact;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.detect.ScoreTable;
import dev.qualm.detect.Scorer;
import dev.qualm.detect.Scores;
import dev.qualm.detect.fitted.CalibrationItems;
import dev.qualm.detect.fitted.Detector;
import dev.qualm.detect.fitted.DetectorException;
import dev.qualm.detect.fitted.DetectorFit;
import dev.qualm.detect.fitted.DetectorScore;
import dev.qualm.detect.fitted.Detectors;
import dev.qualm.detect.fitted.FittedDetectors;
import dev.qualm.detect.meta.MetaRecipe;
import dev.qualm.network.Network;
import dev.qualm.network.TestNetworks;
import dev.qualm.network.engine.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CombinedFitTest {
    private static final Network NETWORK = Network.of(TestNetworks.residual(1), Precision.FLOAT64);
    private static final int EVERY = 4;
    private static final Dataset DATA = labelled(160, 1);

    @TempDir
    private Path folder;

    @AfterAll
    static void close() {
        NETWORK.close();
    }

    /** Every fourth prediction is wrong. */
    private static Dataset labelled(int n, long seed) {
        Dataset plain = Dataset.of(TestNetworks.images(n, seed), Layout.NCHW, null);
        ScoreTable table = new Scorer(NETWORK, Scores.of(List.of("msp")), 1).score(plain);
        int[] labels = IntStream.range(0, n)
                .map(i -> i % EVERY == 0 ? (table.predictions()[i] == 0 ? 1 : 0) : table.predictions()[i])
                .toArray();
        return Dataset.of(plain.all(), Layout.NCHW, labels);
    }

    private static List<Detector> named(String... names) {
        return Stream.of(names).map(Detectors::parse).toList();
    }

    private static CombinedFit.Combined fit(List<Dataset> outliers, String... names) {
        return CombinedFit.fit(NETWORK, DATA, outliers, named(names), null, MetaRecipe.defaults(), 0.4, 1, done -> {});
    }

    @Test
    void fit_itemsOfEachKind_areApart() {
        CombinedFit.Combined made = fit(List.of(), "gen", "knn:k=3");
        FittedDetectors all = made.detectors();
        CalibrationItems calibration = Objects.requireNonNull(all.calibration());
        assertThat(all.scores()).extracting(DetectorScore::name).containsExactly("meta", "gen", "knn:k=3");
        assertThat(made.fit().detector().items().size()).isEqualTo(48);
        assertThat(all.items().size()).isEqualTo(96);
        assertThat(calibration.items().shared(all.items())).isZero();
        // 64 are kept, and those that are predicted wrongly left out of them.
        assertThat(calibration.size()).isLessThan(64).isGreaterThan(40);
        assertThat(calibration.provenance().entries()).containsKey("right predictions only");
        assertThatThrownBy(() -> all.requireUnseen(DATA)).isInstanceOf(DetectorException.class);
    }

    @Test
    void score_isTheWeightedSumOfItsParts() {
        CombinedFit.Combined made = fit(List.of(), "gen", "fdbd");
        Dataset fresh = labelled(20, 9);
        ScoreTable table = new Scorer(NETWORK, List.copyOf(made.detectors().scores()), 1).score(fresh);
        assertThat(table.of("meta")).containsExactly(made.fit().detector().score(table));
    }

    @Test
    void saveAndLoad_rowsAndInputs_scoresAreTheSame() {
        for (List<String> names : List.of(List.of("gen", "knn:k=3"), List.of("gen", "odin"))) {
            FittedDetectors made = fit(List.of(), names.toArray(String[]::new)).detectors();
            Path file = folder.resolve(names.get(1).charAt(0) + ".qualm");
            made.save(file);
            FittedDetectors read = FittedDetectors.load(file, NETWORK);
            Dataset fresh = labelled(12, 5);
            double[][] before = new Scorer(NETWORK, List.copyOf(made.scores()), 1)
                    .score(fresh)
                    .values();
            double[][] after = new Scorer(NETWORK, List.copyOf(read.scores()), 2)
                    .score(fresh)
                    .values();
            assertThat(after).isDeepEqualTo(before);
            JudgedItems judged = CalibratedDetectors.of(read, NETWORK, DecisionSettings.of(0.1))
                    .judge(fresh);
            assertThat(judged.verdicts()).hasSize(12);
            assertThat(CalibratedDetectors.of(read, NETWORK, DecisionSettings.of(0.1))
                            .decider())
                    .isEqualTo("meta");
        }
    }

    @Test
    void load_partThatIsNotThere_isRefused() {
        Path file = folder.resolve("m.qualm");
        fit(List.of(), "gen", "fdbd").detectors().save(file);
        Artifact whole = Artifact.read(file, FittedDetectors.KIND);
        for (String wrong : List.of("meta", "knn")) {
            var content = whole.content().deepCopy();
            ((com.fasterxml.jackson.databind.node.ObjectNode)
                            content.path("detectors").path(0).path("parts").path(0))
                    .put("name", wrong);
            new Artifact(whole.kind(), whole.modelHash(), whole.provenance(), content, whole.arrays()).write(file);
            assertThatThrownBy(() -> FittedDetectors.load(file, NETWORK)).isInstanceOf(UnreadableFileException.class);
        }
    }

    @Test
    void fit_outliers_areLearntFromAndMustBeOthers() {
        Dataset outliers = Dataset.of(TestNetworks.images(30, 77), Layout.NCHW, null);
        assertThat(fit(List.of(outliers), "gen", "fdbd").fit().outOfFold()).hasSize(78);
        assertThatThrownBy(() -> fit(List.of(DATA.take(5)), "gen"))
                .isInstanceOf(DetectorException.class)
                .hasMessageContaining("5 of 5");
        assertThatThrownBy(() -> CombinedFit.fit(
                        NETWORK, DATA.take(2), List.of(), named("gen"), null, MetaRecipe.defaults(), 0.4, 1, d -> {}))
                .isInstanceOf(QualmException.class);
    }

    @Test
    void fit_detectorsThatCannotWork_areLeftOutIfAllowed() {
        List<String> left = new ArrayList<>();
        FittedDetectors some = DetectorFit.fit(
                NETWORK,
                DATA,
                false,
                named("gen", "neco", "rel-u"),
                (d, reason) -> left.add(Detectors.text(d) + ": " + reason),
                1,
                done -> {});
        assertThat(some.scores()).extracting(DetectorScore::name).containsExactly("gen");
        assertThat(left).hasSize(2);
        assertThat(left.get(0)).startsWith("neco: ").contains("16 of 6");
        assertThat(left.get(1)).startsWith("rel-u: ").contains("right and wrong predictions of known class");
        assertThatThrownBy(() -> DetectorFit.fit(NETWORK, DATA, false, named("gen", "neco"), 1, done -> {}))
                .isInstanceOf(DetectorException.class);
    }
}
