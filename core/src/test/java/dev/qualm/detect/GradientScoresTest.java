package dev.qualm.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.data.OutputKind;
import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.gradient.GradNorm;
import dev.qualm.gradient.GradientMetrics;
import dev.qualm.gradient.MapFeatures;
import dev.qualm.network.Network;
import dev.qualm.network.TestNetworks;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The scores read off gradients, against the methods they come from: value, sign and refusals. */
class GradientScoresTest {
    private static Score named(String name) {
        return Scores.of(List.of(name)).get(0);
    }

    @Test
    void score_gradientScores_areTheirMethodsWithDistrustUp() {
        Array x = TestNetworks.images(4, 3);
        try (Network network = Network.of(TestNetworks.residual(3), Precision.FLOAT64);
                Evidence evidence = Evidence.of(
                        network,
                        Map.of("input", x),
                        Set.of(Score.Source.INPUT_GRADIENTS, Score.Source.WEIGHT_GRADIENTS, Score.Source.HEAD))) {
            double[] norm = GradNorm.of(network, x);
            GradientMetrics.Result metrics = GradientMetrics.defaults().of(network, x);
            CosineSimilarityMaps.Maps maps = CosineSimilarityMaps.defaults().of(network, x);
            for (int i = 0; i < 4; i++) {
                double[] features = MapFeatures.summary(maps.maps()[i], maps.predictedIndex(i));
                assertThat(named("gradnorm").score(evidence)[i]).isCloseTo(-norm[i], within(1e-12 * norm[i]));
                close("grad-max", evidence, i, metrics.column("network.max")[i]);
                close("grad-min", evidence, i, -metrics.column("network.min")[i]);
                close("grad-mean", evidence, i, metrics.column("network.mean")[i]);
                close("grad-std", evidence, i, metrics.column("network.std")[i]);
                close("grad-l1", evidence, i, metrics.column("network.norm_1")[i]);
                close("grad-l2", evidence, i, metrics.column("network.norm_2")[i]);
                close("gga-row", evidence, i, features[4]);
                close("gga-rest", evidence, i, -features[5]);
                close("gga-mean", evidence, i, -features[0]);
                close("gga-std", evidence, i, -features[1]);
            }
        }
    }

    private static void close(String score, Evidence evidence, int i, double expected) {
        assertThat(named(score).score(evidence)[i])
                .as(score)
                .isCloseTo(expected, within(1e-9 * Math.max(1e-3, Math.abs(expected))));
    }

    @Test
    void refusal_probabilitiesWithoutLogits_isGradNormsToo() {
        Graph graph = TestNetworks.residual(1);
        try (Network network = Network.of(graph, Precision.FLOAT64, "logits", OutputKind.PROBABILITIES)) {
            assertThat(named("gradnorm").refusal(network, 5)).contains("no logits");
        }
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            assertThat(named("gradnorm").refusal(network, 5)).isNull();
            assertThat(named("gga-row").refusal(network, 2)).contains("[[1, -1], [-1, 1]]");
            assertThat(named("gga-row").refusal(network, 3)).isNull();
        }
    }

    /** The closed form holds for a layer that is applied once. */
    @Test
    void score_headOnSequences_isRefused() {
        float[] w = {1, 2, -1, 0, 3, 1, -2, 1, 2, 0, 1, -1};
        Graph graph = new Graph(
                "sequences",
                Map.of("", 17L),
                List.of(ValueInfo.floats("x", -1, 2, 4)),
                List.of(ValueInfo.floats("logits", -1, 2, 3)),
                List.of(Node.of("logits", "MatMul", List.of("x", "w"), Attributes.NONE)),
                Map.of("w", Array.of(w, 4, 3)));
        try (Network network = Network.of(graph, Precision.FLOAT64);
                Evidence evidence = Evidence.of(
                        network, Map.of("x", Array.of(new double[24], 3, 2, 4)), Set.of(Score.Source.HEAD))) {
            assertThatThrownBy(() -> named("gradnorm").score(evidence))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("once per input");
        }
    }
}
