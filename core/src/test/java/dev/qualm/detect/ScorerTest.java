package dev.qualm.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.gradient.ClassSelection;
import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.gradient.MapFeatures;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.TestNetworks;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScorerTest {
    private static Dataset images(int n, long seed) {
        return Dataset.of(TestNetworks.images(n, seed), Layout.NCHW, null);
    }

    @Test
    void score_everyScore_sameForAnyThreadsAndForSingles() {
        Dataset data = images(21, 1);
        try (Network network = Network.of(TestNetworks.residual(1), Precision.FLOAT64)) {
            ScoreTable one = new Scorer(network, Scores.all(), 1).score(data);
            ScoreTable four = new Scorer(network, Scores.all(), 4).score(data);
            ScoreTable single = new Scorer(network, Scores.all(), 1).score(data.slice(13, 14));
            for (Score s : Scores.all()) {
                assertThat(four.of(s.name())).as(s.name()).containsExactly(one.of(s.name()));
                double scale = Math.max(1, Math.abs(one.of(s.name())[13]));
                assertThat(single.of(s.name())[0]).as(s.name()).isCloseTo(one.of(s.name())[13], within(1e-9 * scale));
            }
            assertThat(one.status()).allMatch(Status::isOk);
        }
    }

    @Test
    void score_sharedEvidence_equalsEachScoreAlone() {
        Dataset data = images(6, 2);
        try (Network network = Network.of(TestNetworks.residual(2), Precision.FLOAT64)) {
            ScoreTable together = Scorer.of(network, Scores.all()).score(data);
            for (Score s : Scores.all()) {
                double[] alone = Scorer.of(network, List.of(s)).score(data).of(s.name());
                for (int i = 0; i < alone.length; i++) {
                    double scale = Math.max(1, Math.abs(alone[i]));
                    assertThat(together.of(s.name())[i]).as(s.name()).isCloseTo(alone[i], within(1e-9 * scale));
                }
            }
        }
    }

    @Test
    void score_notANumberAmongInputs_costsOnlyThatItem() {
        double[] values = TestNetworks.images(5, 3).doubles().clone();
        values[2 * 192 + 7] = Double.NaN;
        Dataset data = Dataset.of(Array.of(values, 5, 3, 8, 8), Layout.NCHW, null);
        try (Network network = Network.of(TestNetworks.residual(3), Precision.FLOAT64)) {
            ScoreTable table = Scorer.of(network, Scores.all()).score(data);
            List<Integer> bad = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                if (!table.status().get(i).isOk()) {
                    bad.add(i);
                }
            }
            assertThat(bad).containsExactly(2);
            assertThat(table.of("msp")[2]).isNaN();
            assertThat(table.predictions()[2]).isEqualTo(-1);
            assertThat(table.of("gga-row")[1]).isFinite();
        }
    }

    @Test
    void score_undefinedGradientAtFiniteOutput_costsOnlyScoresOfGradients() {
        Graph graph = NetworkBuilder.input("x", 4)
                .seed(5)
                .unary("root", "Sqrt", Attributes.NONE)
                .unary("minus", "Neg", Attributes.NONE)
                .unary("exp", "Exp", Attributes.NONE)
                .add("sum", "root") // of slope minus infinity plus infinity at 0
                .linear("hidden", 6)
                .relu("relu")
                .linear("logits", 3)
                .build();
        Dataset data = Dataset.of(Array.of(new double[] {1, 2, 3, 4, 4, 0, 2, 1}, 2, 4), Layout.NCHW, null);
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            ScoreTable together = Scorer.of(network, Scores.all()).score(data);
            ScoreTable alone = Scorer.of(network, Scores.of(List.of("msp"))).score(data);
            assertThat(together.of("gga-row")[0]).isFinite();
            assertThat(together.of("gga-row")[1]).as("an undefined slope").isNaN();
            assertThat(together.of("msp")[1]).isCloseTo(alone.of("msp")[1], within(1e-12));
            assertThat(together.predictions()).isEqualTo(alone.predictions());
            assertThat(together.confidence()[1]).isCloseTo(alone.confidence()[1], within(1e-12));
            assertThat(together.status())
                    .extracting(Status::kind)
                    .containsExactly(Status.Kind.OK, Status.Kind.UNDEFINED);
        }
    }

    @Test
    void score_mapsOfSelectedClasses_readsTheSmallerMaps() {
        Dataset data = images(5, 4);
        CosineSimilarityMaps top = CosineSimilarityMaps.defaults().withClasses(ClassSelection.top(4));
        try (Network network = Network.of(TestNetworks.residual(4), Precision.FLOAT64)) {
            ScoreTable table = new Scorer(network, Scores.of(List.of("gga")), 2)
                    .withMaps(top)
                    .score(data);
            CosineSimilarityMaps.Maps maps = top.of(network, data.all());
            for (int i = 0; i < 5; i++) {
                double[] summary = MapFeatures.summary(maps.maps()[i], 0);
                assertThat(table.of("gga-row")[i]).isCloseTo(summary[4], within(1e-9));
                assertThat(table.of("gga-std")[i]).isCloseTo(-summary[1], within(1e-9));
            }
            assertThat(table.provenance().toString()).contains("Top[k=4]");
        }
    }

    @Test
    void refusals_twoClassesAndProbabilitiesOnly_nameTheReason() {
        var graph = NetworkBuilder.input("x", 4).seed(1).linear("fc", 2).build();
        try (Network network = Network.of(graph, Precision.FLOAT64, null, dev.qualm.data.OutputKind.PROBABILITIES)) {
            var refused = Scorer.of(network, Scores.all()).refusals(2);
            // GradNorm's closed form is that of a softmax behind the layer; GradNorm.of refuses such a network too.
            assertThat(refused)
                    .containsKeys("gga-row", "energy", "max-logit", "gradnorm")
                    .doesNotContainKey("msp");
        }
    }
}
