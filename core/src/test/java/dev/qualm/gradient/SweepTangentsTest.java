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
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Forward mode against the engine's reverse mode, class by class, for every kind of layer, in float64. */
class SweepTangentsTest {
    private static final List<String> GOLDEN = GoldenNet.NAMES;

    static Stream<LayerCase> cases() {
        return Stream.concat(LayerCases.all(), SweepGraphs.all());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void tangent_anyLayer_equalsReverseMode(LayerCase layer) {
        try (Network network = Network.of(layer.graph(), Precision.FLOAT64)) {
            for (int n : new int[] {2, 5, 1}) {
                assertEqualsTape(network, layer.feeds(n, 6));
            }
        }
    }

    @ParameterizedTest
    @FieldSource("GOLDEN")
    void tangent_goldenNetwork_equalsReverseMode(String name) {
        try (GoldenNet net = GoldenNet.load(name, Precision.FLOAT64)) {
            assertEqualsTape(net.network, Map.of(net.network.input().name(), net.input.slice(0, 2)));
        }
    }

    /** Entry k of J d is the gradient of logit k times d, summed over the input's own entries. */
    private static void assertEqualsTape(Network network, Map<String, Array> feeds) {
        try (Sweep sweep = Sweep.of(network, feeds);
                Tape tape = Tape.record(network, feeds, Recording.ofInput(network));
                NativeScope scope = NativeScope.values()) {
            String leaf = network.structure().differentiable();
            int[] logits = Tensors.shape(tape.logits());
            int[] shape = Tensors.shape(sweep.input());
            for (int seed = 0; seed < 2; seed++) {
                Array direction = Nets.inputs(seed, shape);
                Array found = Tensors.toArray(sweep.tangent(Tensors.of(direction, network.precision())));
                assertThat(found.shape()).isEqualTo(logits);
                double[] expected = new double[found.size()];
                double summed = 0;
                for (int e = 0; e < expected.length; e++) {
                    double[] one = new double[expected.length];
                    one[e] = 1;
                    double[] g = tape.gradient(Array.of(one, logits), leaf).toDoubles();
                    for (int i = 0; i < g.length; i++) {
                        expected[e] += g[i] * direction.get(i);
                        summed += Math.abs(g[i] * direction.get(i));
                    }
                }
                assertThat(Arrays.stream(expected).anyMatch(t -> t != 0)).isTrue();
                assertThat(found.toDoubles()).containsExactly(expected, within(1e-11 * summed));
            }
        }
    }
}
