package dev.qualm.gradient;

import static dev.qualm.gradient.MapAssertions.assertSame;
import static dev.qualm.gradient.MapAssertions.modes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.Status;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.Sweep;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What has no map: networks that are refused, inputs that are flagged. */
class MapStatusTest {
    private static final CosineSimilarityMaps DEFAULTS = CosineSimilarityMaps.defaults();

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
    void of_emptyBatch_isEmpty() {
        try (Network net = Nets.of(Nets.vector(4))) {
            CosineSimilarityMaps.Maps maps = DEFAULTS.of(net, Array.of(new float[0], 0, 7));
            assertThat(maps.maps()).isEmpty();
            assertThat(maps.status()).isEmpty();
        }
    }

    @Test
    void of_emptyRecording_isEmptyForEverySelection() {
        Array none = Array.of(new double[0], 0, 7);
        try (Network net = Nets.of(Nets.vector(4));
                Sweep sweep = Sweep.of(net, none)) {
            for (ClassSelection c : List.of(ClassSelection.all(), ClassSelection.top(2), ClassSelection.subset(1, 3))) {
                assertThat(DEFAULTS.withClasses(c).of(sweep).maps()).isEmpty();
            }
        }
    }

    /** One logit NaN, the others not: the top classes must still hold the predicted one. */
    @Test
    void of_oneLogitNan_isFlaggedForEverySelection() {
        double[][] w = {{1, 0}, {0, 1}, {1, 1}, {2, 1}};
        try (Network net = Nets.of(Nets.linear(w, Double.NaN, 0, 1, 0))) {
            for (ClassSelection c : List.of(ClassSelection.all(), ClassSelection.top(2), ClassSelection.subset(1, 3))) {
                CosineSimilarityMaps.Maps maps = DEFAULTS.withClasses(c).of(net, Nets.inputs(2, 3, 2));
                assertThat(maps.status()).allMatch(s -> s.kind() == Status.Kind.NON_FINITE);
                for (int i = 0; i < 3; i++) {
                    assertThat(maps.predictions()[i]).isNotZero();
                    assertThat(maps.classes()[i][maps.predictedIndex(i)]).isEqualTo(maps.predictions()[i]);
                }
            }
        }
    }
}
