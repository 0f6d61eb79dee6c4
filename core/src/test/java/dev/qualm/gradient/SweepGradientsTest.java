package dev.qualm.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.Recording;
import dev.qualm.network.Sweep;
import dev.qualm.network.Tape;
import dev.qualm.network.Workers;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The written reverse pass against the engine's own, for every kind of layer and batches of changing size, in float64. */
class SweepGradientsTest {
    private static final List<String> GOLDEN = GoldenNet.NAMES;

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
                Array direction = Nets.inputs(seed + 5, expected.shape());
                Array tangent = Tensors.toArray(sweep.tangent(Tensors.of(direction, network.precision())));
                assertThat(tangent.shape()).isEqualTo(logits.shape());
                double size = dot(abs(expected), abs(direction));
                assertThat(dot(tangent, cotangent)).isCloseTo(dot(expected, direction), within(1e-11 * size));
            }
        }
    }

    private static double dot(Array a, Array b) {
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            sum += a.get(i) * b.get(i);
        }
        return sum;
    }

    private static Array abs(Array a) {
        return Array.of(Arrays.stream(a.toDoubles()).map(Math::abs).toArray(), a.shape());
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

    @Test
    void gradient_moreShapesThanPlansAreKeptFor_equalTape() {
        LayerCase any = SweepGraphs.anySize();
        try (Network network = Network.of(any.graph(), Precision.FLOAT64)) {
            for (int size = 4; size < 24; size++) {
                assertEqualsTape(network, Map.of("x", Nets.inputs(size, 2, 2, size, 5)));
            }
        }
    }

    /** Attention leaves most of its gradients to records that the engine keeps. */
    @Test
    void gradient_eightWorkers_sameBitsAsOne() {
        LayerCase layer = SweepGraphs.attention().get(0);
        Array x = Nets.inputs(3, 64, 4, 6);
        try (Network network = Network.of(layer.graph(), Precision.FLOAT64);
                Workers eight = Workers.of(8)) {
            IntFunction<Array> part = i -> gradient(network, x.slice(4 * i, 4 * i + 4));
            assertThat(eight.map(16, part)).isEqualTo(Workers.caller().map(16, part));
        }
    }

    private static Array gradient(Network network, Array batch) {
        try (Sweep sweep = Sweep.of(network, batch)) {
            return sweep.gradient(Nets.inputs(9, batch.dim(0), 5));
        }
    }

    /** Each sweep keeps more than 2 MiB: one that is not freed shows after a hundred. */
    @Test
    void close_hundredSweeps_memoryIsFlat() {
        LayerCase layer = SweepGraphs.attention().get(0);
        Array x = Nets.inputs(4, 2048, 4, 6);
        try (Network network = Network.of(layer.graph(), Precision.FLOAT64)) {
            for (int i = 0; i < 20; i++) {
                gradient(network, x);
            }
            long handles = Pointer.totalCount();
            long bytes = Pointer.physicalBytes();
            for (int i = 0; i < 100; i++) {
                gradient(network, x);
            }
            assertThat(Pointer.totalCount() - handles).isLessThan(50);
            assertThat(Pointer.physicalBytes() - bytes).isLessThan(128L << 20);
        }
    }

    @Test
    void logits_emptyBatch_areEmpty() {
        try (Network network = Network.of(Nets.image(4), Precision.FLOAT64);
                Sweep sweep = Sweep.of(network, Array.of(new double[0], 0, 3, 8, 8));
                NativeScope scope = NativeScope.values()) {
            assertThat(Tensors.shape(sweep.logits())).containsExactly(0, 4);
            assertThat(sweep.gradient(Array.of(new double[0], 0, 4)).shape()).containsExactly(0, 3, 8, 8);
        }
    }
}
