package dev.qualm.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.Status;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.ValueInfo;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What conductance says where it has nothing to say. */
class ConductanceLimitsTest {
    private static Graph dense() {
        return NetworkBuilder.input("x", 4)
                .seed(2)
                .linear("one", 6)
                .relu("first")
                .linear("two", 6)
                .relu("second")
                .linear("logits", 3)
                .build();
    }

    @Test
    void explain_inputThatIsTheBaseline_hasAZeroGradient() {
        Array x = Array.of(new double[] {0, 0, 0, 0, 1, -2, 3, 1, Double.NaN, 0, 0, 0}, 3, 4);
        try (Network network = Network.of(dense(), Precision.FLOAT64)) {
            for (String layer : List.of("first", "second")) {
                assertThat(LayerConductance.defaults().of(layer).of(network, x).status())
                        .extracting(Status::kind)
                        .containsExactly(Status.Kind.ZERO_GRADIENT, Status.Kind.OK, Status.Kind.NON_FINITE);
            }
        }
    }

    @Test
    void passes_affineLayersAloneAndBesideOthers_areWhatIsRun() {
        Array x = Array.of(new double[] {1, -2, 3, 1}, 1, 4);
        try (Network network = Network.of(dense(), Precision.FLOAT64)) {
            LayerConductance.Result alone =
                    LayerConductance.captum(6).of("second").of(network, x);
            assertThat(alone.passes()).isEqualTo(5);
            assertThat(alone.residuals().get("second")[0]).isBetween(-1e-12, 1e-12);
            LayerConductance.Result beside = LayerConductance.captum(6).of(network, x);
            assertThat(beside.passes()).isEqualTo(15);
            assertThat(beside.closedForm()).isEmpty();
            assertThat(Math.abs(beside.residuals().get("second")[0])).isGreaterThan(1e-6);
        }
    }

    @Test
    void on_severalInputsOrWholeNumbers_saysWhatToDo() {
        Graph graph = dense();
        List<ValueInfo> inputs = new ArrayList<>(graph.inputs());
        inputs.add(ValueInfo.floats("mask", -1, 2));
        Graph two =
                new Graph(graph.name(), graph.opsets(), inputs, graph.outputs(), graph.nodes(), graph.initializers());
        try (Network network = Network.of(two, Precision.FLOAT64)) {
            assertThatThrownBy(() -> LayerConductance.defaults().of("first").on(network, Target.logit()))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("mask")
                    .hasMessageContaining("make all but one constants");
        }
        Zoo.Animal tokens =
                Zoo.all().stream().filter(Zoo.Animal::isInteger).findFirst().orElseThrow();
        try (Network network = tokens.network(Precision.FLOAT64)) {
            assertThatThrownBy(() -> LayerConductance.defaults().on(network, Target.logit()))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("from its embeddings on");
        }
    }
}
