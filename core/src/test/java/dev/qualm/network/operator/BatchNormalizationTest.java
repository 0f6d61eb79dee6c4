package dev.qualm.network.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Node;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class BatchNormalizationTest {
    private static final Array X = Array.of(new double[] {1, 10, 3, 30, 8, 50}, 3, 2);
    private static final double EPSILON = 1e-5f;

    @Test
    void run_inTraining_usesBatchStatisticsAndUpdatesRunningOnes() {
        try (NativeScope scope = NativeScope.values()) {
            Tensor mean = Tensors.of(Array.of(new double[] {1, 2}, 2), Precision.FLOAT64);
            Tensor var = Tensors.of(Array.of(new double[] {1, 1}, 2), Precision.FLOAT64);
            Tensor[] y = run(true, Attributes.NONE.with("momentum", 0.75f), 1, mean, var);
            // Channel 0: mean 4, squared deviations 9 + 1 + 16 = 26.
            double inverse = 1 / Math.sqrt(26.0 / 3 + EPSILON);
            double[] out = Tensors.toArray(y[0]).doubles();
            assertThat(new double[] {out[0], out[2], out[4]})
                    .usingComparatorWithPrecision(1e-12)
                    .containsExactly(-3 * inverse, -inverse, 4 * inverse);
            assertThat(Tensors.toArray(mean).doubles())
                    .usingComparatorWithPrecision(1e-12)
                    .containsExactly(0.75 * 1 + 0.25 * 4, 0.75 * 2 + 0.25 * 30);
            assertThat(Tensors.toArray(var).doubles())
                    .usingComparatorWithPrecision(1e-12)
                    .containsExactly(0.75 + 0.25 * 13, 0.75 + 0.25 * 400);
        }
    }

    @Test
    void run_trainingModeOfTheNode_returnsNewStatisticsAndLeavesInputs() {
        try (NativeScope scope = NativeScope.values()) {
            Tensor mean = Tensors.of(Array.of(new double[] {1, 2}, 2), Precision.FLOAT64);
            Tensor var = Tensors.of(Array.of(new double[] {1, 1}, 2), Precision.FLOAT64);
            Attributes a = Attributes.NONE.with("training_mode", 1L).with("momentum", 0.75f);
            Tensor[] y = run(false, a, 3, mean, var);
            assertThat(Tensors.toArray(y[2]).doubles())
                    .usingComparatorWithPrecision(1e-12)
                    .containsExactly(0.75 + 0.25 * 26 / 3, 0.75 + 0.25 * 800 / 3);
            assertThat(Tensors.toArray(mean).doubles()).containsExactly(1, 2);
        }
    }

    @Test
    void create_trainingPerElement_isRefused() {
        Node node = new Node(
                "bn",
                "",
                "BatchNormalization",
                List.of("x", "s", "b", "m", "v"),
                List.of("y"),
                Attributes.NONE.with("spatial", 0L));
        NodeContext context = new NodeContext(node, 7, Precision.FLOAT64, true, Map.of());
        assertThatThrownBy(() -> BatchNormalization.create(context))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("spatial");
    }

    private static Tensor[] run(boolean training, Attributes attributes, int outputs, Tensor mean, Tensor var) {
        List<String> names = List.of("y", "m2", "v2").subList(0, outputs);
        Node node = new Node("bn", "", "BatchNormalization", List.of("x", "s", "b", "m", "v"), names, attributes);
        Tensor scale = Tensors.of(Array.of(new double[] {1, 2}, 2), Precision.FLOAT64);
        Tensor bias = Tensors.of(Array.of(new double[] {0, 1}, 2), Precision.FLOAT64);
        return BatchNormalization.create(new NodeContext(node, 15, Precision.FLOAT64, training, Map.of()))
                .run(new Inputs(Tensors.of(X, Precision.FLOAT64), scale, bias, mean, var));
    }
}
