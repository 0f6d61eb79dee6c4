package dev.qualm.network;

import static dev.qualm.network.TestNetworks.gap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.ShapeException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.engine.Precision;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ViewsTest {
    @Test
    void softplus_growingBeta_approachesRelu() {
        Array x = TestNetworks.images(4, 1);
        try (Network network = Network.of(TestNetworks.residual(1), Precision.FLOAT64)) {
            Array relu = network.logits(x);
            double last = Double.POSITIVE_INFINITY;
            for (double beta : new double[] {1, 10, 100, 1e6}) {
                try (Network smooth = network.with(Views.softplus(beta))) {
                    double distance = gap(relu, smooth.logits(x));
                    assertThat(distance).isLessThan(last);
                    last = distance;
                }
            }
            assertThat(last).isLessThan(1e-5);
            assertThat(network.logits(x)).as("the original is untouched").isEqualTo(relu);
        }
    }

    @Test
    void smoothMaxPool_largeBeta_approachesMaxPool() {
        Array x = TestNetworks.images(4, 2);
        try (Network network = Network.of(TestNetworks.residual(2), Precision.FLOAT64);
                Network smooth = network.with(Views.smoothMaxPool(1e5))) {
            assertThat(gap(network.logits(x), smooth.logits(x))).isPositive().isLessThan(1e-4);
        }
    }

    @Test
    void foldBatchNorm_sameLogitsWithoutTheNode() {
        Array x = TestNetworks.images(4, 3);
        try (Network network = Network.of(TestNetworks.residual(3), Precision.FLOAT64);
                Network folded = network.with(Views.foldBatchNorm())) {
            assertThat(folded.graph().nodes()).noneMatch(n -> n.op().equals("BatchNormalization"));
            // Folded weights are stored in float32, as the file's are.
            assertThat(gap(network.logits(x), folded.logits(x))).isLessThan(1e-6);
        }
    }

    @Test
    void weights_float64ValuesInFloat32Network_rounded() {
        Array x = TestNetworks.images(2, 5).asFloat32();
        Array bias = Array.of(new double[] {0.1, 0.2, 0.3, 0.4, 0.5}, 5);
        try (Network network = Network.of(TestNetworks.residual(6), Precision.FLOAT32);
                Network twice = network.with(Views.weights(Map.of("logits.bias", bias)));
                Network once = network.with(Views.weights(Map.of("logits.bias", bias.asFloat32())))) {
            assertThat(twice.logits(x)).isEqualTo(once.logits(x));
        }
    }

    @Test
    void weights_unknownNameOrShape_refused() {
        try (Network network = Network.of(TestNetworks.residual(4), Precision.FLOAT32)) {
            assertThatThrownBy(() -> network.with(Views.weights(Map.of("conv9.weight", Array.of(new float[1], 1)))))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("conv9.weight");
            assertThatThrownBy(() -> network.with(Views.weights(Map.of("logits.bias", Array.of(new float[4], 4)))))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("[5]");
        }
    }
}
