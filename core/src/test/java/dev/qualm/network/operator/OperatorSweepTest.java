package dev.qualm.network.operator;

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
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every differentiable operator as a network of its own, by each of its float inputs: written reverse pass against the engine's. */
class OperatorSweepTest {
    static Stream<Arguments> inputs() {
        return OperatorCases.of(Operator.Gradient.DIFFERENTIABLE)
                .flatMap(c -> c.differentiate().stream().map(i -> Arguments.of(c, i)));
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void gradient_anyOperator_equalsTape(OperatorCase operatorCase, int input) {
        Array x = operatorCase.inputs().get(input);
        try (Network network = Network.of(graph(operatorCase, input), Precision.FLOAT64)) {
            if (operatorCase.rows() && input == 0 && alone(operatorCase, x.dim(0))) {
                assertEqualsTape(network, x.slice(0, 1));
                assertEqualsTape(network, x);
                assertEqualsTape(network, x.slice(x.dim(0) - 1, x.dim(0)));
            } else {
                assertEqualsTape(network, x);
            }
        }
    }

    /** Whether no other input has as many rows. */
    private static boolean alone(OperatorCase c, int rows) {
        return c.inputs().stream().skip(1).allMatch(a -> a == null || a.rank() == 0 || a.dim(0) != rows);
    }

    private static Graph graph(OperatorCase c, int input) {
        List<String> in = new ArrayList<>();
        Map<String, Array> initializers = new LinkedHashMap<>();
        for (int i = 0; i < c.inputs().size(); i++) {
            Array a = c.inputs().get(i);
            in.add(a == null ? "" : "in" + i);
            if (a != null && i != input) {
                initializers.put("in" + i, a);
            }
        }
        List<String> out = new ArrayList<>();
        for (int i = 0; i < c.outputs(); i++) {
            out.add("out" + i);
        }
        long[] any = new long[c.inputs().get(input).rank()];
        Arrays.fill(any, -1);
        Map<String, Long> opsets = new HashMap<>(Map.of("", 17L));
        opsets.put(c.domain(), (long) c.opset());
        return new Graph(
                "case",
                opsets,
                List.of(ValueInfo.floats("in" + input, any)),
                List.of(ValueInfo.floats("logits")),
                List.of(
                        new Node("node", c.domain(), c.type(), in, out, c.attributes()),
                        Node.of("logits", "Neg", List.of("out0"), Attributes.NONE)),
                initializers);
    }

    private static void assertEqualsTape(Network network, Array x) {
        Map<String, Array> feeds = Map.of(network.input().name(), x);
        try (Sweep sweep = Sweep.of(network, feeds);
                Tape tape = Tape.record(network, feeds, Recording.ofInput(network));
                NativeScope scope = NativeScope.values()) {
            int[] shape = Tensors.shape(tape.logits());
            SplittableRandom random = new SplittableRandom(7);
            Array cotangent = Array.of(random.doubles(Array.size(shape), -1, 1).toArray(), shape);
            Array expected = tape.gradient(cotangent, network.input().name());
            Tensor given = Tensors.of(cotangent, Precision.FLOAT64);
            Array found = Tensors.toArray(sweep.gradient(given));
            double largest =
                    Arrays.stream(expected.doubles()).map(Math::abs).max().orElse(0);
            assertThat(found.shape()).isEqualTo(expected.shape());
            assertThat(found.doubles()).containsExactly(expected.doubles(), within(1e-12 * largest));
            assertThat(Tensors.toArray(given).doubles()).isEqualTo(cotangent.doubles());
        }
    }
}
