package dev.qualm.attribution;

import static dev.qualm.attribution.Sketch.longs;
import static dev.qualm.attribution.Sketch.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.View;
import dev.qualm.network.Views;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import dev.qualm.testkit.Close;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule on every linear operator against the textbook formula on the layer's matrix, which unit vectors tell. */
class RuleOracleTest {
    private static final double EPSILON = 1e-6;

    /** One linear layer as a matrix: {@code y = w x + b}. */
    private record Layer(double[][] w, double[] b, double[] x) {
        double z(int j, DoubleUnaryOperator ofX, DoubleUnaryOperator ofW, DoubleUnaryOperator ofB) {
            double z = ofB.applyAsDouble(b[j]);
            for (int i = 0; i < x.length; i++) {
                z += ofX.applyAsDouble(x[i]) * ofW.applyAsDouble(w[j][i]);
            }
            return z;
        }

        double z(int j) {
            return z(j, v -> v, v -> v, v -> v);
        }
    }

    private static double stable(double z, double epsilon) {
        return z < 0 ? z - epsilon : z + epsilon;
    }

    private static double up(double v) {
        return Math.max(v, 0);
    }

    private static double down(double v) {
        return Math.min(v, 0);
    }

    /** Relevance of input i by output j, as published. */
    @FunctionalInterface
    private interface Formula {
        double share(Layer l, int j, int i);
    }

    private static final Map<Rule, Formula> RULES = rules();

    private static Map<Rule, Formula> rules() {
        Map<Rule, Formula> all = new LinkedHashMap<>();
        all.put(Rules.epsilon(0.1), (l, j, i) -> l.x[i] * l.w[j][i] / stable(l.z(j), 0.1));
        all.put(
                Rules.epsilon(0.1).withoutBias(),
                (l, j, i) -> l.x[i] * l.w[j][i] / stable(l.z(j, v -> v, v -> v, b -> 0), 0.1));
        all.put(Rules.zPlus(), (l, j, i) -> positive(l, j, i, 1));
        all.put(Rules.zPlus().withoutBias(), (l, j, i) -> positive(l, j, i, 0));
        all.put(Rules.alphaBeta(1, 0), (l, j, i) -> positive(l, j, i, 1));
        all.put(Rules.alphaBeta(2, 1), (l, j, i) -> 2 * positive(l, j, i, 1) - negative(l, j, i));
        all.put(Rules.alphaBeta(1.5, 0.5), (l, j, i) -> 1.5 * positive(l, j, i, 1) - 0.5 * negative(l, j, i));
        all.put(Rules.gamma(0.25), (l, j, i) -> gamma(l, j, i, 0.25));
        all.put(Rules.gamma(0), (l, j, i) -> gamma(l, j, i, 0));
        all.put(Rules.zBox(), RuleOracleTest::box);
        all.put(
                Rules.wSquare(),
                (l, j, i) -> l.w[j][i] * l.w[j][i] / stable(l.z(j, x -> 1, w -> w * w, b -> b * b), EPSILON));
        all.put(Rules.flat(), (l, j, i) -> wired(l, j, i) / stable(wires(l, j), EPSILON));
        return all;
    }

    private static double positive(Layer l, int j, int i, double bias) {
        double z = bias * up(l.b[j]);
        for (int k = 0; k < l.x.length; k++) {
            z += up(l.x[k] * l.w[j][k]);
        }
        return up(l.x[i] * l.w[j][i]) / stable(z, EPSILON);
    }

    private static double negative(Layer l, int j, int i) {
        double z = down(l.b[j]);
        for (int k = 0; k < l.x.length; k++) {
            z += down(l.x[k] * l.w[j][k]);
        }
        return down(l.x[i] * l.w[j][i]) / stable(z, EPSILON);
    }

    private static double gamma(Layer l, int j, int i, double gamma) {
        DoubleUnaryOperator part = l.z(j) > 0 ? RuleOracleTest::up : RuleOracleTest::down;
        double z = l.b[j] + gamma * part.applyAsDouble(l.b[j]);
        for (int k = 0; k < l.x.length; k++) {
            z += l.x[k] * l.w[j][k] + gamma * part.applyAsDouble(l.x[k] * l.w[j][k]);
        }
        double own = l.x[i] * l.w[j][i];
        return (own + gamma * part.applyAsDouble(own)) / stable(z, EPSILON);
    }

    /** Bounds -4 and 5; a layer's bias is a part of each of its three runs. */
    private static double box(Layer l, int j, int i) {
        double z = l.b[j] - up(l.b[j]) - down(l.b[j]);
        for (int k = 0; k < l.x.length; k++) {
            z += l.x[k] * l.w[j][k] + 4 * up(l.w[j][k]) - 5 * down(l.w[j][k]);
        }
        return (l.x[i] * l.w[j][i] + 4 * up(l.w[j][i]) - 5 * down(l.w[j][i])) / stable(z, EPSILON);
    }

    /** Flat shares go to all that a kernel covers, weights of zero included; these networks have none. */
    private static double wired(Layer l, int j, int i) {
        return l.w[j][i] == 0 ? 0 : 1;
    }

    private static double wires(Layer l, int j) {
        double n = 0;
        for (int i = 0; i < l.x.length; i++) {
            n += wired(l, j, i);
        }
        return n;
    }

    /** One linear layer whose outputs are classes, by name. */
    private static Map<String, Graph> layers() {
        Map<String, Graph> all = new LinkedHashMap<>();
        put(all, "conv", s -> s.conv(s.x, 2, 2, 3, "pads", longs(1, 1, 1, 1)), 2, 3, 4);
        put(all, "conv large pads", s -> s.conv(s.x, 2, 2, 2, "pads", longs(2, 2, 2, 2)), 2, 3, 3);
        put(all, "conv strided", s -> s.conv(s.x, 2, 3, 3, "strides", longs(2, 2), "pads", longs(1, 1, 1, 1)), 2, 4, 4);
        put(all, "conv asymmetric", s -> s.conv(s.x, 2, 2, 2, "pads", longs(0, 1, 1, 0)), 2, 3, 3);
        put(all, "conv same", s -> s.conv(s.x, 2, 2, 2, "auto_pad", "SAME_UPPER", "strides", longs(2, 2)), 2, 3, 3);
        put(all, "conv grouped", s -> s.conv(s.x, 2, 4, 2, "group", 2L, "dilations", longs(2, 1)), 4, 4, 3);
        put(all, "conv depthwise", s -> s.conv(s.x, 1, 3, 2, "group", 3L), 3, 3, 3);
        put(
                all,
                "transposed",
                s -> s.node(
                        "ConvTranspose",
                        with("strides", longs(2, 2), "pads", longs(1, 0, 0, 1)),
                        s.x,
                        s.weight(2, 3, 3, 3),
                        s.weight(3)),
                2,
                2,
                3);
        put(
                all,
                "transposed grouped",
                s -> s.node("ConvTranspose", with("group", 2L), s.x, s.weight(2, 2, 2, 2), s.weight(4)),
                2,
                3,
                2);
        put(all, "conv 1d", s -> s.node("Conv", with("pads", longs(1, 1)), s.x, s.weight(3, 2, 3), s.weight(3)), 2, 5);
        put(all, "conv 3d", s -> s.node("Conv", s.x, s.weight(2, 1, 2, 2, 2), s.weight(2)), 1, 3, 2, 3);
        put(all, "gemm", s -> s.gemm(s.x, 6, 4), 6);
        put(
                all,
                "gemm scaled",
                s -> s.node("Gemm", with("alpha", -0.5f, "beta", -2f), s.x, s.weight(6, 4), s.weight(1, 4)),
                6);
        put(all, "matmul", s -> s.node("MatMul", s.x, s.weight(6, 4)), 6);
        put(all, "matmul and bias", s -> s.node("Add", s.weight(4), s.node("MatMul", s.x, s.weight(6, 4))), 6);
        put(all, "matmul of rows", s -> s.node("Add", s.node("MatMul", s.x, s.weight(3, 2)), s.weight(2)), 4, 3);
        put(all, "normalised", s -> s.batchNorm(s.conv(s.x, 2, 3, 2), 3), 2, 3, 3);
        return all;
    }

    private static void put(Map<String, Graph> all, String name, Function<Sketch, String> draw, int... shape) {
        Sketch s = Sketch.of(shape);
        all.put(name, s.build(s.node("Flatten", draw.apply(s))));
    }

    static List<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        layers().forEach((name, graph) -> RULES.keySet().forEach(r -> cases.add(Arguments.of(name, graph, r))));
        return cases;
    }

    private static Layer layer(Network network, Array x) {
        int n = x.size();
        int[] shape = x.shape();
        shape[0] = n + 1;
        double[] units = new double[(n + 1) * n];
        for (int i = 0; i < n; i++) {
            units[(i + 1) * n + i] = 1;
        }
        double[][] out = Results.rows(network.logits(Array.of(units, shape)));
        double[][] w = new double[out[0].length][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < w.length; j++) {
                double weight = out[i + 1][j] - out[0][j];
                w[j][i] = Math.abs(weight) < 1e-14 ? 0 : weight;
            }
        }
        return new Layer(w, out[0], x.toDoubles());
    }

    @ParameterizedTest(name = "{0} {2}")
    @MethodSource("cases")
    void relevance_ofOneLayer_isTheTextbooks(String name, Graph graph, Rule rule) {
        int[] shape = graph.inputs().get(0).shape().stream()
                .mapToInt(d -> (int) d.size())
                .toArray();
        shape[0] = 2;
        Array x = Close.gaussian(4, shape).asFloat64();
        Composite composite = Composite.uniform("one", rule);
        try (Network network = Network.of(graph, Precision.FLOAT64);
                Explainer e = Propagation.of("one", composite)
                        .within(Bounds.of(-4, 5))
                        .on(network, Target.logit())) {
            for (int j = 0; j < 3; j++) {
                Explanation found = e.explain(x, new int[] {j, j});
                for (int row = 0; row < 2; row++) {
                    Layer l = layer(network, x.slice(row, row + 1));
                    double[] expected = new double[l.x.length];
                    for (int i = 0; i < expected.length; i++) {
                        expected[i] = RULES.get(rule).share(l, j, i);
                    }
                    assertThat(found.map(row)).as(name + " class " + j).containsExactly(expected, within(1e-9));
                }
            }
            assertThat(e.explain(x).warnings()).isEmpty();
        }
    }

    /** Behind a Relu negative parts are left out; a view that puts nothing in their place must change nothing. */
    @Test
    void relevance_behindRelu_isThatOfAllParts() {
        View masked = Views.replace(
                "Relu",
                n -> new dev.qualm.network.graph.Node(
                        n.name(), "", "ThresholdedRelu", n.inputs(), n.outputs(), with("alpha", 0f)));
        for (Zoo.Animal animal : List.of(Zoo.named("residual"), Zoo.named("max-pool"), Zoo.named("branches"))) {
            try (Network network = animal.network(Precision.FLOAT64);
                    Network unknown = network.with(masked)) {
                for (Rule rule : RULES.keySet()) {
                    Propagation method = Propagation.of("one", Composite.uniform("one", rule))
                            .within(Bounds.of(-4, 5));
                    try (Explainer e = method.on(network, Target.logit());
                            Explainer slow = method.on(unknown, Target.logit())) {
                        Array x = animal.inputs(3, 6);
                        assertThat(Close.relative(
                                        slow.explain(x).relevance(),
                                        e.explain(x).relevance()))
                                .as(animal + " " + rule.name())
                                .isLessThan(1e-9);
                    }
                }
            }
        }
    }

    @Test
    void stabilisers_areAsDefined() {
        Map<Rule.Stabiliser, double[]> expected = new HashMap<>();
        expected.put(Rule.Stabiliser.add(0.5), new double[] {2.5, -1.5, 0.5});
        expected.put(new Rule.Stabiliser(Rule.Stabiliser.Form.ADD_POSITIVE, 0.5, false), new double[] {2.5, -0.5, 0.5});
        expected.put(new Rule.Stabiliser(Rule.Stabiliser.Form.CLIP, 1.5, false), new double[] {2, -1.5, 1.5});
        double rms = Math.sqrt(5 / 3.0);
        expected.put(
                new Rule.Stabiliser(Rule.Stabiliser.Form.ADD, 2, true),
                new double[] {2 + 2 * rms, -1 - 2 * rms, 2 * rms});
        Sketch s = Sketch.of(3);
        Graph graph =
                s.build(s.node("MatMul", s.x, s.constant(Array.of(new float[] {1, 0, 0, 0, 1, 0, 0, 0, 1}, 3, 3))));
        Array x = Array.of(new double[] {2, -1, 0}, 1, 3);
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            expected.forEach((stabiliser, z) -> {
                Composite composite = Composite.uniform("one", Rules.epsilon(0).with(stabiliser));
                try (Explainer e = Propagation.of("one", composite).on(network, Target.logit())) {
                    for (int j = 0; j < 3; j++) {
                        double[] map = new double[3];
                        map[j] = x.get(j) / z[j];
                        assertThat(e.explain(x, new int[] {j}).map(0)).containsExactly(map, within(1e-12));
                    }
                }
            });
        }
    }

    @Test
    void rules_ofWrongParameters_areRefused() {
        assertThatThrownBy(() -> Rules.alphaBeta(2, 0.5)).hasMessageContaining("alpha - beta = 1");
        assertThatThrownBy(() -> Rules.alphaBeta(0.5, -0.5)).hasMessageContaining("beta >= 0");
        assertThatThrownBy(() -> Rules.alphaBeta(Double.NaN, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Rules.gamma(-1)).hasMessageContaining("gamma >= 0");
    }
}
