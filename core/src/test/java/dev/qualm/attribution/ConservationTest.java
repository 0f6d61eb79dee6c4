package dev.qualm.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.ExtendedNetwork;
import dev.qualm.network.Network;
import dev.qualm.network.ReversePass;
import dev.qualm.network.Views;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.ElementType;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Relevance that arrives at a node leaves it again, where theory says so. */
class ConservationTest {
    private static final List<Rule> RULES = List.of(
            Rules.epsilon(1e-9).withoutBias(),
            Rules.zPlus().withoutBias(),
            Rules.gamma(0.25).withoutBias(),
            Rules.alphaBeta(1, 0).withoutBias());

    /** Where shares are not of a sum, or the engine hands on the gradient. */
    private static final Set<String> BREAKERS = Set.of("Softmax", "LSTM");

    private static final Set<String> RECTIFIED = Set.of(
            "residual",
            "convolutions",
            "transposed",
            "average-pool",
            "max-pool",
            "split",
            "dense",
            "softmax",
            "log-softmax");

    static List<Zoo.Animal> networks() {
        return Zoo.all().stream()
                .filter(a -> !a.name().contains("probabilities"))
                .toList();
    }

    /** By node, what arrives and what leaves, summed. */
    private static Map<Node, double[]> sums(Network network, Composite composite, Array x) {
        Map<Node, List<String>> arrived = new LinkedHashMap<>();
        Map<Node, List<String>> left = new LinkedHashMap<>();
        try (ExtendedNetwork extended = ExtendedNetwork.of(network, List.of(), w -> {
            String logits = network.structure().logits();
            String classes = w.input(new ValueInfo("which", ElementType.INT64, null));
            String seed = w.own("ClassSeed", logits, classes);
            ReverseContext context = new ReverseContext(
                    w, logits, network.structure().differentiable(), seed, Map.of(), new ArrayList<>());
            ReversePass pass = context.pass(new CompositeRule(composite, Bounds.of(-4, 4), context));
            Map<String, String> names = new LinkedHashMap<>();
            pass.handed().forEach((node, handed) -> {
                left.put(node, new ArrayList<>(handed.values()));
                handed.values().forEach(n -> names.put(n, n));
                arrived.put(node, new ArrayList<>());
                for (String o : node.outputs()) {
                    String at = pass.at(o);
                    if (at != null) {
                        arrived.get(node).add(at);
                        names.put(at, at);
                    }
                }
            });
            return new ExtendedNetwork.Names(Map.of("classes", classes), names);
        })) {
            Map<String, Array> feeds = Map.of("x", x, "classes", Array.of(new long[] {-1, -1}, 2));
            try {
                extended.run(feeds, List.of("none")); // writes the graph, and tells the keys
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageContaining("none");
            }
            List<String> all = new ArrayList<>();
            arrived.values().forEach(all::addAll);
            left.values().forEach(all::addAll);
            Map<String, Array> values = extended.run(feeds, all);
            Map<Node, double[]> sums = new LinkedHashMap<>();
            arrived.forEach((node, names) ->
                    sums.put(node, new double[] {total(names, values), total(left.get(node), values)}));
            return sums;
        }
    }

    private static double total(List<String> names, Map<String, Array> values) {
        return names.stream()
                .mapToDouble(n -> Arrays.stream(values.get(n).toDoubles()).sum())
                .sum();
    }

    /** Without biases, and so without relevance that they absorb. */
    private static Network unbiased(Zoo.Animal animal) {
        Map<String, Array> zeros = new LinkedHashMap<>();
        for (Node n : animal.graph().nodes()) {
            List<String> biases = switch (n.op()) {
                case "Conv", "ConvTranspose", "Gemm" -> List.of(n.input(2));
                case "BatchNormalization" -> List.of(n.input(2), n.input(3));
                case "Add" -> n.inputs();
                default -> List.of();
            };
            for (String b : biases) {
                Array old = animal.graph().initializers().get(b);
                if (old != null) {
                    zeros.put(b, Array.zeros(old.dtype(), old.shape()));
                }
            }
        }
        try (Network network = animal.network(Precision.FLOAT64)) {
            return network.with(Views.weights(zeros));
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void relevance_atEveryNode_leavesAsItArrived(Zoo.Animal animal) {
        Set<String> lossy = new TreeSet<>();
        try (Network network = unbiased(animal)) {
            Composite composite = Composite.uniform("epsilon", Rules.epsilon(1e-12));
            sums(network, composite, animal.inputs(2, 3)).forEach((node, s) -> {
                // Sums and averages have a stabiliser of 1e-6, which tells where values are small.
                if (Math.abs(s[0] - s[1]) > 1e-3 * Math.max(1, Math.abs(s[0]))) {
                    lossy.add(node.op());
                }
            });
        }
        Set<String> expected = new TreeSet<>();
        animal.graph().nodes().stream()
                .filter(n -> !animal.name().equals("softmax"))
                .map(Node::op)
                .filter(BREAKERS::contains)
                .forEach(expected::add);
        assertThat(lossy).as(animal.name()).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("networks")
    void relevance_withoutBiases_sumsToTheSeed(Zoo.Animal animal) {
        if (List.of("attention", "embedding", "lstm").contains(animal.name())) {
            return; // see BREAKERS
        }
        try (Network network = unbiased(animal)) {
            for (Rule rule : RULES) {
                // A negative output has no positive shares; behind Relu and positive heads there is none.
                if (!rule.name().startsWith("epsilon") && !RECTIFIED.contains(animal.name())) {
                    continue;
                }
                try (Explainer e =
                        Propagation.of("lrp", Composite.uniform("one", rule)).on(network, Target.logit())) {
                    Explanation found = e.explain(animal.inputs(3, 3));
                    for (int i = 0; i < 3; i++) {
                        double sum = Arrays.stream(found.map(i)).sum();
                        assertThat(found.residuals()[i]).isCloseTo(sum - 1, within(1e-9));
                        assertThat(sum).as(animal + " " + rule.name()).isCloseTo(1, within(1e-3));
                    }
                }
            }
        }
    }
}
