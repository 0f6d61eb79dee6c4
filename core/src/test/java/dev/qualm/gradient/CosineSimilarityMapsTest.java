package dev.qualm.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.Status;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.data.OutputKind;
import dev.qualm.network.Network;
import dev.qualm.network.Tape;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CosineSimilarityMapsTest {
    private static final CosineSimilarityMaps DEFAULTS = CosineSimilarityMaps.defaults();

    static Stream<CosineSimilarityMaps> modes() {
        List<CosineSimilarityMaps> all = new ArrayList<>();
        for (boolean sign : new boolean[] {true, false}) {
            for (boolean rescale : new boolean[] {true, false}) {
                for (ChannelReduction c : ChannelReduction.values()) {
                    all.add(new CosineSimilarityMaps(sign, rescale, c, ClassSelection.all()));
                }
            }
        }
        return all.stream();
    }

    private static void assertSame(double[][] actual, double[][] expected, double tolerance) {
        assertThat(actual).hasDimensions(expected.length, expected.length);
        for (int a = 0; a < expected.length; a++) {
            assertThat(actual[a]).as("row %s", a).containsExactly(expected[a], within(tolerance));
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void of_imageNetwork_equalsTextbook(CosineSimilarityMaps mode) {
        Array x = Nets.inputs(1, 5, 3, 8, 8);
        try (Network net = Nets.of(Nets.image(6))) {
            CosineSimilarityMaps.Maps maps = mode.of(net, x);
            for (int i = 0; i < 5; i++) {
                assertSame(maps.maps()[i], SlowMaps.of(net, x.slice(i, i + 1), mode), 1e-9);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void of_vectorNetwork_equalsTextbook(CosineSimilarityMaps mode) {
        Array x = Nets.inputs(2, 5, 7);
        try (Network net = Nets.of(Nets.vector(4))) {
            CosineSimilarityMaps.Maps maps = mode.of(net, x);
            for (int i = 0; i < 5; i++) {
                assertSame(maps.maps()[i], SlowMaps.of(net, x.slice(i, i + 1), mode), 1e-9);
            }
        }
    }

    @Test
    void of_sequenceAndVolume_equalTextbook() {
        for (int[] shape : new int[][] {{3, 2, 9}, {3, 2, 3, 4, 3}}) {
            int features = Array.size(shape) / 3;
            long[] declared = java.util.Arrays.stream(shape).asLongStream().toArray();
            declared[0] = -1;
            Graph g = new GraphOf(1)
                    .floats("x", declared)
                    .node("act", "Tanh", "x")
                    .logits("act", features)
                    .build();
            Array x = Nets.inputs(3, shape);
            try (Network net = Nets.of(g)) {
                for (CosineSimilarityMaps mode : modes().toList()) {
                    assertSame(mode.of(net, x).maps()[1], SlowMaps.of(net, x.slice(1, 2), mode), 1e-9);
                }
            }
        }
    }

    @Test
    void of_anyMode_isSymmetricWithUnitDiagonal() {
        try (Network net = Network.of(Nets.image(7), Precision.FLOAT32)) {
            for (CosineSimilarityMaps mode : modes().toList()) {
                for (double[][] map : mode.of(net, Nets.inputs(4, 9, 3, 8, 8)).maps()) {
                    for (int a = 0; a < 7; a++) {
                        assertThat(map[a][a]).isEqualTo(1);
                        for (int b = 0; b < 7; b++) {
                            assertThat(map[a][b]).isEqualTo(map[b][a]).isBetween(-1.0, 1.0);
                        }
                    }
                }
            }
        }
    }

    @Test
    void of_oneByOne_equalsBatchInAnyOrder() {
        Array x = Nets.inputs(5, 6, 3, 8, 8);
        try (Network net = Nets.of(Nets.image(5))) {
            for (CosineSimilarityMaps mode : modes().toList()) {
                double[][][] all = mode.of(net, x).maps();
                double[][][] reversed = mode.of(net, x.select(5, 4, 3, 2, 1, 0)).maps();
                for (int i = 0; i < 6; i++) {
                    assertSame(mode.of(net, x.slice(i, i + 1)).maps()[0], all[i], 1e-12);
                    assertSame(reversed[5 - i], all[i], 1e-12);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0x1p-40, 0x1p-10, 16, 0x1p40})
    void of_rescaledLogitsTimesFactor_areUnchanged(double factor) {
        Array x = Nets.inputs(6, 4, 7);
        try (Network net = Nets.of(Nets.vector(5));
                Network scaled = Nets.of(Nets.scaledHead(Nets.vector(5), factor, 0))) {
            double[][][] expected = DEFAULTS.withSign(false).of(net, x).maps();
            double[][][] maps = DEFAULTS.withSign(false).of(scaled, x).maps();
            for (int i = 0; i < 4; i++) {
                assertSame(maps[i], expected[i], 1e-9);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {-300, 1, 1000})
    void of_shiftedLogits_areUnchangedWithoutRescaling(double shift) {
        Array x = Nets.inputs(7, 4, 7);
        CosineSimilarityMaps mode = DEFAULTS.withSign(false).withRescale(false);
        try (Network net = Nets.of(Nets.vector(5));
                Network shifted = Nets.of(Nets.scaledHead(Nets.vector(5), 1, shift))) {
            double[][][] expected = mode.of(net, x).maps();
            double[][][] maps = mode.of(shifted, x).maps();
            for (int i = 0; i < 4; i++) {
                assertSame(maps[i], expected[i], 1e-9);
            }
        }
    }

    /** Rows of the authors' code are noise from gap 17 on in float32, and NaN from about 100. */
    @ParameterizedTest
    @ValueSource(doubles = {1, 10, 100, 600})
    void of_largeLogitGaps_float32EqualsFloat64(double gap) {
        Array x = Nets.inputs(8, 12, 3, 8, 8);
        Graph plain = Nets.image(5);
        double widest = 0;
        try (Network net = Nets.of(plain)) {
            for (double[] z : DEFAULTS.of(net, x).logits()) {
                double[] sorted = z.clone();
                java.util.Arrays.sort(sorted);
                widest = Math.max(widest, sorted[4] - sorted[3]);
            }
        }
        Graph confident = Nets.scaledHead(plain, gap / widest, 0);
        CosineSimilarityMaps mode = DEFAULTS.withSign(false).withRescale(false);
        try (Network exact = Network.of(confident, Precision.FLOAT64);
                Network quick = Network.of(confident, Precision.FLOAT32)) {
            CosineSimilarityMaps.Maps expected = mode.of(exact, x);
            CosineSimilarityMaps.Maps maps = mode.of(quick, x);
            assertThat(maps.status()).containsOnly(Status.OK);
            for (int i = 0; i < 12; i++) {
                assertSame(maps.maps()[i], expected.maps()[i], 1e-5);
            }
        }
    }

    /** At a gap of 600 the loss toward the prediction sees the runner-up only, that toward others the prediction only. */
    @Test
    void of_linearModelAtHugeGap_equalsLimit() {
        double[][] w = {{1, 2, -1, 0.5}, {0, 1, 1, 3}, {-2, 0, 1, 1}};
        try (Network net = Network.of(Nets.linear(w, 1200, 600, 0), Precision.FLOAT32)) {
            double[][] map = DEFAULTS.withSign(false)
                    .withRescale(false)
                    .of(net, Array.of(new float[4], 1, 4))
                    .maps()[0];
            double[][] g = {difference(w[1], w[0]), difference(w[0], w[1]), difference(w[0], w[2])};
            double[][] expected = new double[3][3];
            for (int a = 0; a < 3; a++) {
                for (int b = 0; b < 3; b++) {
                    expected[a][b] = dot(g[a], g[b]) / Math.sqrt(dot(g[a], g[a]) * dot(g[b], g[b]));
                }
            }
            assertSame(map, expected, 1e-6);
            assertThat(map[0][1]).isCloseTo(-1, within(1e-6));
        }
    }

    private static double[] difference(double[] a, double[] b) {
        double[] d = new double[a.length];
        for (int i = 0; i < d.length; i++) {
            d[i] = a[i] - b[i];
        }
        return d;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void of_tooFewClasses_saysWhy(int classes) {
        try (Network net = Nets.of(Nets.vector(classes))) {
            assertThatThrownBy(() -> DEFAULTS.of(net, Nets.inputs(9, 2, 7)))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("at least 3 classes")
                    .hasMessageContaining(classes == 2 ? "[[1, -1], [-1, 1]]" : "no gradient");
        }
    }

    @Test
    void of_logitsWithoutPathFromInput_saysWhy() {
        Graph g = new GraphOf(2)
                .floats("x", -1, 4)
                .node("rounded", "Shape", "x")
                .node("count", "Cast", Attributes.NONE.with("to", 1L), "rounded")
                .node("row", "Unsqueeze", "count", "axes")
                .longs("axes", 0)
                .logits("row", 2)
                .build();
        try (Network net = Nets.of(g)) {
            assertThatThrownBy(() -> DEFAULTS.of(net, Nets.inputs(9, 1, 4)))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("do not depend on the network's input");
        }
    }

    @Test
    void of_badInputs_areFlaggedAndTheRestStands() {
        Array x = Nets.inputs(10, 4, 7);
        double[] values = x.doubles();
        values[7] = Double.NaN;
        try (Network net = Nets.of(Nets.vector(4))) {
            CosineSimilarityMaps.Maps maps = DEFAULTS.of(net, x);
            assertThat(maps.status().get(1).kind()).isEqualTo(Status.Kind.NON_FINITE);
            assertThat(maps.maps()[1][0]).containsOnly(Double.NaN);
            for (int i : new int[] {0, 2, 3}) {
                assertThat(maps.status().get(i)).isEqualTo(Status.OK);
                assertSame(maps.maps()[i], DEFAULTS.of(net, x.slice(i, i + 1)).maps()[0], 1e-12);
            }
        }
    }

    @Test
    void of_deadInput_isFlaggedAsZeroGradient() {
        Graph g = new GraphOf(3)
                .floats("x", -1, 6)
                .node("act", "Relu", "x")
                .logits("act", 6)
                .build();
        double[] x = Nets.inputs(11, 2, 6).doubles();
        java.util.Arrays.fill(x, 0, 6, -1);
        try (Network net = Nets.of(g)) {
            for (CosineSimilarityMaps mode : modes().toList()) {
                CosineSimilarityMaps.Maps maps = mode.of(net, Array.of(x, 2, 6));
                assertThat(maps.status().get(0))
                        .isEqualTo(Status.zeroGradient("the gradient toward every class is zero"));
                assertThat(maps.maps()[0][2]).containsOnly(Double.NaN);
                assertThat(maps.status().get(1)).isEqualTo(Status.OK);
            }
        }
    }

    @Test
    void of_oneZeroRow_keepsTheOthers() {
        // Class 0 wins by far, and the runner-up has the same weights: swapping the two changes nothing.
        double[][] w = {{1, 1}, {1, 1}, {0, 2}};
        try (Network net = Nets.of(Nets.linear(w, 500, 300, -500))) {
            CosineSimilarityMaps.Maps maps =
                    DEFAULTS.withSign(false).withRescale(false).of(net, Array.of(new double[2], 1, 2));
            assertThat(maps.status().get(0))
                    .isEqualTo(Status.zeroGradient("the gradient toward classes [0, 1] is zero"));
            assertThat(maps.maps()[0][1]).containsOnly(Double.NaN);
            assertThat(maps.maps()[0][2][2]).isEqualTo(1);
        }
    }

    @Test
    void of_allLogitsZero_isUndefinedWhenRescaled() {
        double[][] w = {{1, 0}, {0, 1}, {1, 1}};
        Array zero = Array.of(new double[2], 1, 2);
        try (Network net = Nets.of(Nets.linear(w))) {
            assertThat(DEFAULTS.of(net, zero).status().get(0).kind()).isEqualTo(Status.Kind.UNDEFINED);
            assertThat(DEFAULTS.withRescale(false).of(net, zero).status()).containsOnly(Status.OK);
        }
    }

    @Test
    void of_classSelections_areSubmatrices() {
        Array x = Nets.inputs(12, 8, 3, 8, 8);
        try (Network net = Nets.of(Nets.image(9))) {
            for (CosineSimilarityMaps mode : modes().toList()) {
                CosineSimilarityMaps.Maps all = mode.of(net, x);
                for (ClassSelection selection :
                        List.of(ClassSelection.top(4), ClassSelection.subset(5, 1, 7), ClassSelection.top(99))) {
                    CosineSimilarityMaps.Maps some = mode.withClasses(selection).of(net, x);
                    for (int i = 0; i < 8; i++) {
                        int[] classes = some.classes()[i];
                        assertThat(classes).hasSize(selection.size(9)).contains(all.predictions()[i]);
                        for (int a = 0; a < classes.length; a++) {
                            for (int b = 0; b < classes.length; b++) {
                                assertThat(some.maps()[i][a][b])
                                        .isCloseTo(all.maps()[i][classes[a]][classes[b]], within(1e-9));
                            }
                        }
                    }
                }
            }
        }
    }

    @Test
    void gram_inBlocks_equalsGramAtOnce() {
        Array x = Nets.inputs(13, 2, 3, 8, 8);
        try (Network net = Nets.of(Nets.image(7))) {
            for (CosineSimilarityMaps mode : modes().toList()) {
                try (Tape tape = Tape.record(net, x, mode.recording(net))) {
                    ClassGradients g = new ClassGradients(InputGradients.of(tape), Logits.of(tape), mode);
                    double[][][] expected = MapGram.of(g, 1L << 40);
                    for (long budget : new long[] {1, 2 * g.width() * 8 * 3, 2 * g.width() * 8 * 6}) {
                        double[][][] blocks = MapGram.of(g, budget);
                        for (int i = 0; i < 2; i++) {
                            // Rows differ by a positive factor where the predicted class's row is not a sum of others.
                            assertSame(cosines(blocks[i]), cosines(expected[i]), 1e-9);
                        }
                    }
                }
            }
        }
    }

    private static double[][] cosines(double[][] gram) {
        double[][] c = new double[gram.length][gram.length];
        for (int a = 0; a < c.length; a++) {
            for (int b = 0; b < c.length; b++) {
                c[a][b] = gram[a][b] / Math.sqrt(gram[a][a] * gram[b][b]);
            }
        }
        return c;
    }

    @Test
    void of_manyClasses_needsOneSweepLessThanClasses() {
        try (Network net = Nets.of(Nets.vector(40))) {
            Array x = Nets.inputs(14, 2, 7);
            assertThat(DEFAULTS.of(net, x).provenance().entries()).containsEntry("sweeps", "39");
            assertThat(DEFAULTS.withClasses(ClassSelection.top(5))
                            .of(net, x)
                            .provenance()
                            .entries())
                    .containsEntry("sweeps", "5");
        }
    }

    @Test
    void of_emptyBatch_isEmpty() {
        try (Network net = Nets.of(Nets.vector(4))) {
            CosineSimilarityMaps.Maps maps = DEFAULTS.of(net, Array.of(new float[0], 0, 7));
            assertThat(maps.maps()).isEmpty();
            assertThat(maps.status()).isEmpty();
        }
    }

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

    @Test
    void of_tapeThatKeepsMore_isUnaffected() {
        Array x = Nets.inputs(18, 3, 3, 8, 8);
        try (Network net = Nets.of(Nets.image(4));
                Tape tape = Tape.record(net, x, DEFAULTS.recording(net).tapping("conv1", "act2"))) {
            double[][][] expected = DEFAULTS.of(net, x).maps();
            double[][][] maps = DEFAULTS.of(tape).maps();
            for (int i = 0; i < 3; i++) {
                assertSame(maps[i], expected[i], 1e-9);
            }
        }
    }
}
