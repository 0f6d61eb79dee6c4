package dev.qualm.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.Recording;
import dev.qualm.network.Tape;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Paths that take one run, several runs, or share a run with others, against sums written out. */
class ConductanceRunsTest {
    private static final int CLASS = 1;

    /** @param side of the images; large ones leave few points to a run */
    private static Graph graph(int side) {
        return NetworkBuilder.input("input", 1, side, side)
                .seed(4)
                .conv("conv1", 8, 3, 1, 1)
                .relu("relu1")
                .conv("conv2", 4, 3, 2, 1)
                .unary("tanh", "Tanh", dev.qualm.network.graph.Attributes.NONE)
                .flatten("flat")
                .linear("logits", 3)
                .build();
    }

    private static Array images(int n, int side) {
        double[] x = new Random(7).doubles((long) n * side * side, -1, 1).toArray();
        return Array.of(x, n, 1, side, side);
    }

    @ParameterizedTest
    @EnumSource(PathRule.class)
    void explain_howeverThePathIsCut_equalsTheSumWrittenOut(PathRule rule) {
        for (int side : new int[] {6, 96}) {
            Array batch = images(2, side);
            for (LayerConductance.Positions positions : LayerConductance.Positions.values()) {
                LayerConductance method = new LayerConductance(
                        List.of("relu1", "tanh"), rule, Quadrature.trapezoid(19), positions, Baseline.zero());
                try (Network network = Network.of(graph(side), Precision.FLOAT64);
                        ConductanceExplainer explainer = method.on(network, Target.logit())) {
                    LayerConductance.Result found = explainer.explain(batch, new int[] {CLASS, CLASS});
                    for (String layer : method.layers()) {
                        Array values = Objects.requireNonNull(found.layers().get(layer));
                        int size = values.size() / 2;
                        for (int i = 0; i < 2; i++) {
                            double[] slow = slow(network, batch.slice(i, i + 1), layer, rule, positions);
                            assertThat(size).isEqualTo(slow.length);
                            for (int k = 0; k < size; k++) {
                                assertThat(values.get(i * size + k)).isCloseTo(slow[k], within(1e-10));
                            }
                        }
                    }
                }
            }
        }
    }

    private static double[] slow(
            Network network, Array x, String layer, PathRule rule, LayerConductance.Positions positions) {
        int points = 20;
        double[] path = new double[points * x.size()];
        for (int i = 0; i < path.length; i++) {
            path[i] = x.get(i % x.size()) * (i / x.size()) / (points - 1);
        }
        int[] shape = x.shape();
        shape[0] = points;
        double[] seed = new double[points * 3];
        for (int k = 0; k < points; k++) {
            seed[3 * k + CLASS] = 1;
        }
        try (Tape tape = Tape.record(network, Array.of(path, shape), Recording.ofTaps(network, List.of(layer)))) {
            Array a = tape.array(layer);
            Array g = tape.gradient(Array.of(seed, points, 3), layer);
            int size = a.size() / points;
            int area = a.dim(2) * a.dim(3);
            double[] each = new double[size];
            for (int k = 0; k + 1 < points; k++) {
                for (int i = 0; i < size; i++) {
                    int at = k * size + i;
                    double early = g.get(at);
                    double late = g.get(at + size);
                    double taken = rule == PathRule.LEFT ? early : rule == PathRule.RIGHT ? late : (early + late) / 2;
                    each[i] += taken * (a.get(at + size) - a.get(at));
                }
            }
            if (positions == LayerConductance.Positions.EACH) {
                return each;
            }
            double[] sums = new double[size / area];
            for (int i = 0; i < size; i++) {
                sums[i / area] += positions == LayerConductance.Positions.MEAN ? each[i] / area : each[i];
            }
            return sums;
        }
    }
}
