package dev.qualm.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.Recording;
import dev.qualm.network.Sweep;
import dev.qualm.network.Tape;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The written reverse pass against the engine's own, for every kind of layer and batches of changing size, in float64. */
class SweepGradientsTest {
    private static final java.util.List<String> GOLDEN = GoldenNet.NAMES;

    static Stream<LayerCase> cases() {
        return Stream.concat(LayerCases.all(), SweepGraphs.all());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradient_growingBatches_equalTape(LayerCase layer) {
        equalTape(layer, 1, 2, 5);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradient_shrinkingBatches_equalTape(LayerCase layer) {
        equalTape(layer, 5, 2, 1);
    }

    private static void equalTape(LayerCase layer, int... sizes) {
        try (Network network = Network.of(layer.graph(), Precision.FLOAT64)) {
            for (int n : sizes) {
                assertEqualsTape(network, layer.feeds(n, 6));
            }
        }
    }

    @ParameterizedTest
    @FieldSource("GOLDEN")
    void gradient_goldenNetwork_equalsTape(String name) {
        for (int[] sizes : new int[][] {{1, 2, 5}, {5, 2, 1}}) {
            try (GoldenNet net = GoldenNet.load(name, Precision.FLOAT64)) {
                for (int n : sizes) {
                    assertEqualsTape(
                            net.network,
                            Map.of(net.network.input().name(), net.input.slice(0, Math.min(n, net.input.dim(0)))));
                }
            }
        }
    }

    private static void assertEqualsTape(Network network, Map<String, Array> feeds) {
        try (Sweep sweep = Sweep.of(network, feeds);
                Tape tape = Tape.record(network, feeds, Recording.ofInput(network));
                NativeScope scope = NativeScope.values()) {
            String leaf = network.structure().differentiable();
            Array logits = Tensors.toArray(tape.logits());
            assertSame(Tensors.toArray(sweep.logits()), logits);
            assertThat(sweep.connected()).isEqualTo(tape.logits().requires_grad());
            for (int seed = 0; seed < 2; seed++) {
                Array cotangent = Nets.inputs(seed, logits.shape());
                Array expected = tape.gradient(cotangent, leaf);
                Tensor given = Tensors.of(cotangent, network.precision());
                Array found = Tensors.toArray(sweep.gradient(given));
                assertSame(found, expected);
                // Swept twice, the same: neither the record nor the caller's cotangent was overwritten.
                assertSame(Tensors.toArray(given), cotangent);
                assertThat(Tensors.toArray(sweep.gradient(given)).toDoubles()).isEqualTo(found.toDoubles());
            }
        }
    }

    private static void assertSame(Array found, Array expected) {
        assertThat(found.shape()).isEqualTo(expected.shape());
        double largest =
                Arrays.stream(expected.toDoubles()).map(Math::abs).max().orElse(0);
        assertThat(largest).isPositive();
        assertThat(found.toDoubles()).containsExactly(expected.toDoubles(), within(1e-12 * largest));
    }

    @Test
    void gradient_imagesOfOtherSize_equalTape() {
        LayerCase any = SweepGraphs.anySize();
        try (Network network = Network.of(any.graph(), Precision.FLOAT64)) {
            for (int[] shape : new int[][] {{2, 2, 6, 8}, {3, 2, 9, 7}, {1, 2, 4, 4}, {2, 2, 6, 8}}) {
                assertEqualsTape(network, Map.of("x", Nets.inputs(1, shape)));
            }
        }
    }
}
