package dev.qualm.detect.wrong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class MlpTest {
    /** The numbers of specs: Wu, Michel, Briot 2019, as published. */
    @Test
    void presets_areThePapersNumbers() {
        assertThat(ConductanceMlp.cifar10()).isEqualTo(new ConductanceMlp(200, 0.5, 0.001, 50, 20));
        assertThat(ConductanceMlp.imageNet50()).isEqualTo(new ConductanceMlp(200, 0.5, 0.001, 100, 1));
        assertThat(ConductanceMlp.imageNet100()).isEqualTo(new ConductanceMlp(200, 0.5, 0.001, 100, 10));
        assertThat(CombinedMlp.cifar10()).isEqualTo(new CombinedMlp(10, 0.5, 0.001, 100, 3));
        assertThat(CombinedMlp.imageNet()).isEqualTo(new CombinedMlp(10, 0.5, 0.001, 100, 1));
        assertThat(RandomForest.DEFAULT).isEqualTo(new RandomForest(100, 10));
    }

    @Test
    void network_conductance_isThePapers() {
        Graph graph = MlpTraining.network(64, 200, 0.5, 0.5, 0).build();
        assertThat(graph.nodes())
                .extracting(n -> n.op())
                .containsExactly("Gemm", "Relu", "Dropout", "Gemm", "Relu", "Dropout", "Gemm");
        assertThat(shape(graph, "fc1.weight")).isEqualTo("FLOAT32[200, 64]");
        assertThat(shape(graph, "fc2.weight")).isEqualTo("FLOAT32[200, 200]");
        assertThat(shape(graph, "logit.weight")).isEqualTo("FLOAT32[1, 200]");
        assertThat(graph.initializers().get("dropout1.ratio").get(0)).isEqualTo(0.5);
    }

    @Test
    void network_combined_dropsOnlyAtTheEnd() {
        assertThat(MlpTraining.network(2, 10, 0, 0.5, 0).build().nodes())
                .extracting(n -> n.op())
                .containsExactly("Gemm", "Relu", "Gemm", "Relu", "Dropout", "Gemm");
    }

    @Test
    void logit_anyRow_equalsTheNetwork() {
        Graph graph = MlpTraining.network(7, 20, 0.5, 0.5, 5).build();
        Mlp mlp = Mlp.of(graph.initializers(), List.of("fc1", "fc2", "logit"));
        double[][] rows = Planted.normal(30, 7, 1, 9).rows();
        double[] flat = new double[30 * 7];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = rows[i / 7][i % 7];
        }
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            double[] expected = network.logits(Array.of(flat, 30, 7)).toDoubles();
            for (int i = 0; i < 30; i++) {
                assertThat(mlp.logit(rows[i])).isCloseTo(expected[i], within(1e-12));
                assertThat(mlp.probability(rows[i])).isCloseTo(1 / (1 + Math.exp(-expected[i])), within(1e-12));
            }
        }
    }

    private static String shape(Graph graph, String weight) {
        return Objects.requireNonNull(graph.initializers().get(weight)).toString();
    }
}
