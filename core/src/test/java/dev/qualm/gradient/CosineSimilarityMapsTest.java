package dev.qualm.gradient;

import static dev.qualm.gradient.MapAssertions.assertSame;
import static dev.qualm.gradient.MapAssertions.modes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.Tape;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CosineSimilarityMapsTest {
    private static final CosineSimilarityMaps DEFAULTS = CosineSimilarityMaps.defaults();

    @ParameterizedTest
    @MethodSource("dev.qualm.gradient.MapAssertions#modes")
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
    @MethodSource("dev.qualm.gradient.MapAssertions#modes")
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
