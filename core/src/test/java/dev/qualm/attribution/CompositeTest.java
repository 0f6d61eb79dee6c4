package dev.qualm.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.QualmException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.ExtendedNetwork;
import dev.qualm.network.GraphWriter;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.testkit.Close;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CompositeTest {
    private static final Composite WEIGHTLESS = Composite.named("mixed")
            .with(Selector.of(NodeKind.ACTIVATION), NodeRule.Plain.PASS)
            .with(Selector.of(NodeKind.AVERAGE, NodeKind.SUM), NodeRule.Plain.NORM)
            .with(Selector.of(NodeKind.MOVE), NodeRule.Plain.GRADIENT);

    private static Explanation explain(Zoo.Animal animal, Composite composite) {
        return explain(animal, Propagation.of("lrp", composite));
    }

    private static Explanation explain(Zoo.Animal animal, Attribution method) {
        try (Network network = animal.network(Precision.FLOAT64);
                Explainer e = method.on(network, Target.logit())) {
            return e.explain(animal.inputs(2, 3));
        }
    }

    private static Map<String, NodeKind> kinds(Zoo.Animal animal) {
        Map<String, NodeKind> kinds = new LinkedHashMap<>();
        try (Network network = animal.network(Precision.FLOAT64);
                ExtendedNetwork extended = ExtendedNetwork.of(network, List.of(), w -> {
                    for (Node n : w.graph().nodes()) {
                        List<Integer> inputs = dependent(w, n);
                        if (!inputs.isEmpty()) {
                            kinds.merge(n.op(), NodeKind.of(w, n, inputs), (a, b) -> b);
                        }
                    }
                    return new ExtendedNetwork.Names(
                            Map.of(), Map.of("z", network.structure().logits()));
                })) {
            extended.run(Map.of("x", animal.inputs(2, 1)), List.of("z"));
        }
        return kinds;
    }

    private static List<Integer> dependent(GraphWriter w, Node n) {
        return java.util.stream.IntStream.range(0, n.inputs().size())
                .filter(i -> w.constant(n.input(i)) == null && w.shape(n.input(i)) != null)
                .boxed()
                .toList();
    }

    @Test
    void kinds_ofNodes_areAsDocumented() {
        assertThat(kinds(Zoo.named("residual")))
                .containsEntry("Conv", NodeKind.CONVOLUTION)
                .containsEntry("Relu", NodeKind.ACTIVATION)
                .containsEntry("Add", NodeKind.SUM)
                .containsEntry("GlobalAveragePool", NodeKind.AVERAGE)
                .containsEntry("Flatten", NodeKind.MOVE)
                .containsEntry("Gemm", NodeKind.DENSE)
                .doesNotContainKey("BatchNormalization");
        assertThat(kinds(Zoo.named("normalised-first"))).containsEntry("BatchNormalization", NodeKind.NORMALIZATION);
        assertThat(kinds(Zoo.named("transposed"))).containsEntry("ConvTranspose", NodeKind.CONVOLUTION);
        assertThat(kinds(Zoo.named("gemm"))).containsEntry("Gemm", NodeKind.OTHER); // the last one, turned around
        assertThat(kinds(Zoo.named("matmul"))).containsEntry("Add", NodeKind.SHIFT);
        assertThat(kinds(Zoo.named("gates"))).containsEntry("Mul", NodeKind.OTHER);
        assertThat(kinds(Zoo.named("attention")))
                .containsEntry("Softmax", NodeKind.OTHER)
                .containsEntry("Div", NodeKind.SHIFT)
                .containsEntry("LayerNormalization", NodeKind.NORMALIZATION);
        assertThat(kinds(Zoo.named("activations")))
                .containsEntry("PRelu", NodeKind.ACTIVATION)
                .containsEntry("Erf", NodeKind.ACTIVATION);
        assertThat(kinds(Zoo.named("lstm"))).containsEntry("LSTM", NodeKind.OTHER);
    }

    @Test
    void selectors_byDepthNameAndOperator_pickTheSameNodes() {
        Zoo.Animal animal = Zoo.named("dense");
        List<String> gemms = animal.graph().nodes().stream()
                .filter(n -> n.op().equals("Gemm"))
                .map(Node::name)
                .toList();
        Composite byDepth = Composite.named("mixed")
                .with(Selector.linear().first(), Rules.flat())
                .with(Selector.linear().depth(1, 1), Rules.zPlus())
                .with(Selector.linear(), Rules.gamma(0.25));
        Composite byName = Composite.named("mixed")
                .with(Selector.linear().named(gemms.get(0)), Rules.flat())
                .with(Selector.linear().named(gemms.get(1)), Rules.zPlus())
                .with(Selector.linear().operators("Gemm").depth(2, 9), Rules.gamma(0.25));
        Composite wrong = Composite.uniform("mixed", Rules.zPlus());
        Array expected = explain(animal, activations(byDepth)).relevance();
        assertThat(explain(animal, activations(byName)).relevance()).isEqualTo(expected);
        assertThat(explain(animal, wrong).relevance()).isNotEqualTo(expected);
    }

    private static Composite activations(Composite c) {
        return c.with(Selector.of(NodeKind.ACTIVATION), NodeRule.Plain.PASS);
    }

    @Test
    void firstEntry_thatMatches_decides() {
        Zoo.Animal animal = Zoo.named("dense");
        Composite both = activations(Composite.named("c").with(Selector.linear(), Rules.zPlus()))
                .with(Selector.linear(), Rules.flat());
        Explanation found = explain(animal, both);
        assertThat(found.relevance())
                .isEqualTo(
                        explain(animal, Composite.uniform("z", Rules.zPlus())).relevance());
        assertThat(found.warnings()).isEmpty();
    }

    @Test
    void voidRules_areWarnedOf() {
        Explanation found = explain(Zoo.named("dense"), Attributions.of("lrp-epsilon-plus"));
        assertThat(found.warnings()).isNotEmpty().allSatisfy(w -> assertThat(w).contains("void rule", "z-plus"));
        assertThat(explain(Zoo.named("residual"), Attributions.of("lrp-epsilon-plus"))
                        .warnings())
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Composite.Fallback.class)
    void fallback_whereNoEntryMatches_isAsChosen(Composite.Fallback fallback) {
        Zoo.Animal animal = Zoo.named("gates");
        Composite composite = WEIGHTLESS
                .with(Selector.linear(), Rules.epsilon(1e-9))
                .with(Selector.of(NodeKind.SHIFT), NodeRule.Plain.PASS)
                .or(fallback);
        if (fallback == Composite.Fallback.ERROR) {
            assertThatThrownBy(() -> explain(animal, composite))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("Mul")
                    .hasMessageContaining("mixed")
                    .hasMessageContaining("other")
                    .hasMessageContaining("fallback");
            return;
        }
        Explanation found = explain(animal, composite);
        boolean gradient = fallback == Composite.Fallback.GRADIENT;
        assertThat(found.warnings())
                .singleElement()
                .asString()
                .contains("no rule for", "Mul")
                .contains(gradient ? "by the gradient" : "input times gradient");
    }

    /** With the gradient everywhere a composite is the gradient. */
    @Test
    void fallbackGradient_withoutEntries_isTheGradient() {
        for (Zoo.Animal animal : Zoo.all()) {
            Explanation found = explain(animal, Composite.named("none").or(Composite.Fallback.GRADIENT));
            assertThat(Close.relative(
                            explain(animal, Attributions.of("gradient")).relevance(), found.relevance()))
                    .as(animal.name())
                    .isLessThan(1e-12);
            assertThat(found.warnings()).isNotEmpty();
        }
    }

    /** Epsilon 0 in networks of Relu alone is gradient times input over the output (Ancona et al. 2018), biases included. */
    @Test
    void epsilonZero_ofReluNetworks_isGradientTimesInput() {
        for (String name : List.of("dense", "residual", "convolutions", "max-pool", "reused", "padding")) {
            Zoo.Animal animal = Zoo.named(name);
            Explanation lrp = explain(animal, Composite.uniform("epsilon", Rules.epsilon(1e-14)));
            Explanation product = explain(animal, Attributions.of("gradient-times-input"));
            for (int i = 0; i < 2; i++) {
                double value = product.values()[i];
                double[] expected = product.map(i).clone();
                for (int k = 0; k < expected.length; k++) {
                    expected[k] /= value;
                }
                assertThat(lrp.map(i)).as(name).containsExactly(expected, within(2e-3));
            }
        }
    }

    /** A product of three, and a layer whose weights or bias depend on the input: each part of the output is shared once. */
    @Test
    void norm_ofProductsAndSums_keepsTheSum() {
        Sketch s = Sketch.of(2);
        String a = s.node("MatMul", s.x, s.positive(2, 2));
        String square = s.node("Reshape", s.node("MatMul", s.x, s.positive(2, 4)), s.ints(-1, 2, 2));
        String product = s.node("MatMul", s.node("Unsqueeze", a, s.ints(1)), square);
        String flat = s.node("Flatten", product);
        Graph graph = s.build(s.node("Gemm", flat, s.positive(2, 2), a));
        try (Network network = Network.of(graph, Precision.FLOAT64);
                Explainer e = Propagation.of("lrp", Composite.uniform("e", Rules.epsilon(1e-12)))
                        .on(network, Target.logit())) {
            Explanation found = e.explain(Array.of(new double[] {1, 2, 0.5, 3}, 2, 2));
            assertThat(found.residuals()).containsExactly(new double[2], within(1e-4));
        }
    }

    @Test
    void rules_whereTheyCannotBe_areRefusedByName() {
        Composite passing = Composite.named("c").with(Selector.of(NodeKind.values()), NodeRule.Plain.PASS);
        assertThatThrownBy(() -> explain(Zoo.named("residual"), passing))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("rule pass")
                .hasMessageContaining("norm or gradient");
        Composite linear = Composite.named("c").with(Selector.of(NodeKind.values()), Rules.zPlus());
        assertThatThrownBy(() -> explain(Zoo.named("residual"), linear))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("expected a linear layer for rule z-plus");
    }

    @Test
    void zBox_withoutBounds_isRefused() {
        assertThatThrownBy(() -> Attributions.of("lrp-reference"))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("lrp-reference")
                .hasMessageContaining("least and largest value");
        assertThatThrownBy(() -> Attributions.of("lrp-epsilon-gamma-box")).isInstanceOf(QualmException.class);
        assertThatThrownBy(() -> explain(Zoo.named("dense"), Composite.reference()))
                .hasMessageContaining("z-box")
                .hasMessageContaining("least and largest value");
        Attribution tooFew = Propagation.of("lrp", Composite.reference())
                .within(new Bounds(new double[] {0, 0}, new double[] {1, 1}));
        assertThatThrownBy(() -> explain(Zoo.named("dense"), tooFew)).hasMessageContaining("channel 2");
        assertThatThrownBy(() -> new Bounds(new double[] {0}, new double[] {1, 2}))
                .hasMessageContaining("as many lows as highs");
    }
}
