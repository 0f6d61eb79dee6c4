package dev.qualm.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BatchAxesTest {
    private static final Attributes NONE = Attributes.NONE;
    private static final Attributes SWAPPED = NONE.with("perm", new long[] {1, 0, 2});

    private static boolean obvious(GraphOf g) {
        try (Network net = Nets.of(g.build())) {
            return BatchAxes.areObvious(net);
        }
    }

    @Test
    void areObvious_convolutionalNetwork_isTrue() {
        try (Network net = Nets.of(Nets.image(4))) {
            assertThat(BatchAxes.areObvious(net)).isTrue();
        }
        GraphOf scaled = new GraphOf(1)
                .floats("x", -1, 3, 4, 4)
                .weight("scale", 3, 1, 1)
                .weight("shift", 1, 3, 1, 1)
                .node("scaled", "Mul", "x", "scale")
                .node("shifted", "Add", "scaled", "shift")
                .node("squeeze", "GlobalAveragePool", "shifted")
                .node("gate", "Sigmoid", "squeeze")
                .node("excited", "Mul", "shifted", "gate");
        assertThat(obvious(scaled.logits("excited", 48))).isTrue();
    }

    @Test
    void areObvious_constantWithMoreAxes_isFalse() {
        GraphOf g = new GraphOf(2).floats("x", -1, 3).weight("w", 2, 1, 3).node("sum", "Add", "x", "w");
        assertThat(obvious(back(g))).isFalse();
        assertThat(obvious(new GraphOf(2)
                        .floats("x", -1, 4, 3)
                        .weight("w", 3, 3)
                        .node("mm", "MatMul", "x", "w")
                        .logits("mm", 12)))
                .isFalse();
    }

    /** From [2, n, 3] back to the batch first. */
    private static GraphOf back(GraphOf g) {
        return g.node("act", "Tanh", "sum")
                .node("back", "Transpose", SWAPPED, "act")
                .logits("back", 6);
    }

    /** Two inputs, and a constant that puts two entries before them: nothing but a comparison tells the axes apart. */
    @Test
    void metrics_constantWithMoreAxes_equalSingleBackwardPasses() {
        GraphOf g = new GraphOf(3).floats("x", -1, 3).weight("w", 2, 1, 3).node("sum", "Add", "x", "w");
        assertWeights(back(g).build(), Map.of("x", Nets.inputs(1, 2, 3)), "w", "head.weight");
    }

    /** All zero before the bias, so that the order of merged positions cannot be seen; yet the gradients differ. */
    @Test
    void metrics_deadLayerOnMergedPositions_equalSingleBackwardPasses() {
        GraphOf g = new GraphOf(4)
                .floats("x", -1, 5, 4)
                .node("t", "Transpose", SWAPPED, "x")
                .longs("merge", -1, 4)
                .node("merged", "Reshape", "t", "merge")
                .constant("fc.weight", Array.of(new float[12], 4, 3))
                .constant("fc.bias", Array.of(new float[3], 3))
                .node("fc", "Gemm", "merged", "fc.weight", "fc.bias")
                .longs("split", 5, -1, 3)
                .node("parts", "Reshape", "fc", "split")
                .node("back", "Transpose", SWAPPED, "parts")
                .longs("axes", -1)
                .node("mean", "ReduceMean", NONE.with("keepdims", 1L), "x", "axes")
                .node("gated", "Mul", "back", "mean")
                .logits("gated", 15);
        assertWeights(g.build(), Map.of("x", Nets.inputs(2, 3, 5, 4)), "fc.weight", "fc.bias");
    }

    private static void assertWeights(Graph graph, Map<String, Array> feeds, String... weights) {
        List<Metric> metrics = List.of(Metric.max(), Metric.min(), Metric.pNorm(1), Metric.pNorm(2));
        try (Network net = Nets.of(graph)) {
            for (String w : weights) {
                double[][] values = new GradientMetrics(metrics, Targets.parameters(w), Loss.klToUniform())
                        .of(net, feeds)
                        .values();
                for (int i = 0; i < values.length; i++) {
                    double[] g = SlowGradients.of(net, feeds, i, Loss.klToUniform(), List.of(w))
                            .get(w)
                            .doubles();
                    assertThat(values[i])
                            .as("%s, input %s", w, i)
                            .containsExactly(SlowGradients.metrics(metrics, g), within(1e-12));
                }
            }
        }
    }
}
