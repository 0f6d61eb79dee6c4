package dev.qualm.gradient;

import static dev.qualm.gradient.MapAssertions.assertSame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.data.OutputKind;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Maps of networks with unusual inputs and outputs. */
class MapInputsTest {
    private static final CosineSimilarityMaps DEFAULTS = CosineSimilarityMaps.defaults();

    @Test
    void of_severalInputs_differentiatesByTheFirst() {
        Graph g = new GraphOf(4)
                .floats("a", -1, 6)
                .floats("b", -1, 6)
                .node("product", "Mul", "a", "b")
                .node("act", "Tanh", "product")
                .logits("act", 6)
                .build();
        Array a = Nets.inputs(15, 3, 6);
        Array b = Nets.inputs(16, 3, 6);
        try (Network net = Nets.of(g)) {
            CosineSimilarityMaps.Maps maps = DEFAULTS.of(net, Map.of("a", a, "b", b));
            assertThat(maps.maps()).hasDimensions(3, 5);
            assertSame(
                    DEFAULTS.of(net, Map.of("a", a.slice(1, 2), "b", b.slice(1, 2)))
                            .maps()[0],
                    maps.maps()[1],
                    1e-12);
            assertThatThrownBy(() -> DEFAULTS.of(net, a)).hasMessageContaining("2 inputs");
        }
    }

    @Test
    void of_integerInputs_differentiatesByTheEmbedding() {
        Graph g = new GraphOf(5)
                .ints("ids", -1, 4)
                .weight("table", 6, 3)
                .node("words", "Gather", "table", "ids")
                .node("act", "Tanh", "words")
                .logits("act", 12)
                .build();
        try (Network net = Nets.of(g)) {
            CosineSimilarityMaps.Maps maps = DEFAULTS.of(net, Array.of(new long[] {0, 1, 2, 3, 5, 5, 4, 1}, 2, 4));
            assertThat(maps.status()).containsOnly(Status.OK);
            assertThat(maps.maps()).hasDimensions(2, 5);
        }
    }

    /** Probabilities without a Softmax node hold the logits up to a shift. */
    @Test
    void of_probabilitiesMadeByHand_equalThoseOfLogits() {
        GraphOf byHand = new GraphOf(6).floats("x", -1, 6).node("act", "Tanh", "x");
        byHand.weight("head.weight", 6, 5)
                .node("scores", "MatMul", "act", "head.weight")
                .node("exp", "Exp", "scores")
                .longs("axes", 1)
                .node("sum", "ReduceSum", "exp", "axes")
                .node("logits", "Div", "exp", "sum");
        GraphOf plain = new GraphOf(6).floats("x", -1, 6).node("act", "Tanh", "x");
        plain.weight("head.weight", 6, 5).node("logits", "MatMul", "act", "head.weight");
        Array x = Nets.inputs(17, 3, 6);
        CosineSimilarityMaps mode = DEFAULTS.withSign(false).withRescale(false);
        try (Network probabilities = Network.of(byHand.build(), Precision.FLOAT64, "logits", OutputKind.PROBABILITIES);
                Network logits = Nets.of(plain.build())) {
            double[][][] expected = mode.of(logits, x).maps();
            double[][][] maps = mode.of(probabilities, x).maps();
            for (int i = 0; i < 3; i++) {
                assertSame(maps[i], expected[i], 1e-9);
            }
        }
    }

    /** Exports that only take the batch they were made with. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void of_fixedBatch_equalsSingleMaps(int declared) {
        GraphOf fixed = new GraphOf(7).floats("x", declared, 2, 3);
        fixed.longs("target", declared, 6)
                .node("rows", "Reshape", "x", "target")
                .node("act", "Tanh", "rows")
                .logits("act", 6);
        GraphOf free = new GraphOf(7).floats("x", -1, 2, 3);
        free.longs("target", -1, 6)
                .node("rows", "Reshape", "x", "target")
                .node("act", "Tanh", "rows")
                .logits("act", 6);
        Array x = Nets.inputs(19, 8, 2, 3);
        try (Network exported = Nets.of(fixed.build());
                Network any = Nets.of(free.build())) {
            for (ClassSelection c : List.of(ClassSelection.all(), ClassSelection.top(3))) {
                double[][][] expected = DEFAULTS.withClasses(c).of(any, x).maps();
                double[][][] maps = DEFAULTS.withClasses(c).of(exported, x).maps();
                for (int i = 0; i < 8; i++) {
                    assertSame(maps[i], expected[i], 1e-9);
                }
            }
        }
    }

    /** The differentiable tensor is inside, and its size must be found from the batch that the model takes. */
    @Test
    void of_fixedBatchOfIntegers_hasMaps() {
        Graph g = new GraphOf(8)
                .ints("ids", 4, 3)
                .weight("table", 6, 2)
                .node("words", "Gather", "table", "ids")
                .longs("target", 4, 6)
                .node("rows", "Reshape", "words", "target")
                .node("act", "Tanh", "rows")
                .weight("w", 6, 5)
                .node("scores", "MatMul", "act", "w")
                .node("logits", "Mul", "scores", "scores")
                .build();
        long[] ids = new long[24];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (i * 7 + i / 3) % 6;
        }
        try (Network net = Nets.of(g)) {
            assertThat(DEFAULTS.of(net, Array.of(ids, 8, 3)).maps()).hasDimensions(8, 5);
        }
    }
}
