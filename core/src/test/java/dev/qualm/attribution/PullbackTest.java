package dev.qualm.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.testkit.Close;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Derivatives of maps against central differences, row by row, along random directions. */
class PullbackTest {
    private static final double STEP = 1e-5;
    private static final int[] CLASSES = {1, 3};
    private static final List<String> SMOOTHABLE = List.of(
            "residual",
            "padding",
            "transposed",
            "average-pool",
            "max-pool",
            "normalised-first",
            "split",
            "reused",
            "gates",
            "resized",
            "gemm",
            "matmul",
            "lstm",
            "probabilities",
            "attention");

    /**
     * Derivative of {@code sum(u maps) + sum(v logits)} of each row along the direction, by differences of two step sizes: shares of
     * sums near zero are steep.
     */
    private static double[] slow(DifferentiableMaps maps, Array x, Array d, Array u, Array v) {
        double[] wide = slow(maps, x, d, u, v, STEP);
        double[] narrow = slow(maps, x, d, u, v, STEP / 2);
        return new double[] {(4 * narrow[0] - wide[0]) / 3, (4 * narrow[1] - wide[1]) / 3};
    }

    private static double[] slow(DifferentiableMaps maps, Array x, Array d, Array u, Array v, double step) {
        double[] up = value(maps, moved(x, d, step), u, v);
        double[] down = value(maps, moved(x, d, -step), u, v);
        return new double[] {(up[0] - down[0]) / (2 * step), (up[1] - down[1]) / (2 * step)};
    }

    private static Array moved(Array x, Array d, double by) {
        double[] out = x.toDoubles().clone();
        for (int i = 0; i < out.length; i++) {
            out[i] += by * d.get(i);
        }
        return Array.of(out, x.shape());
    }

    private static double[] value(DifferentiableMaps maps, Array x, Array u, Array v) {
        try (DifferentiableMaps.Point p = maps.at(x, CLASSES)) {
            double[] a = dots(u, p.maps());
            double[] b = dots(v, p.logits());
            return new double[] {a[0] + b[0], a[1] + b[1]};
        }
    }

    private static double[] dots(Array a, Array b) {
        assertThat(a.shape()).isEqualTo(b.shape());
        double[] out = new double[a.dim(0)];
        int size = a.size() / out.length;
        for (int i = 0; i < a.size(); i++) {
            out[i / size] += a.get(i) * b.get(i);
        }
        return out;
    }

    private static Array random(long seed, int... shape) {
        return Close.gaussian(seed, shape).asFloat64();
    }

    private static void check(String about, DifferentiableMaps maps, Array x) {
        try (DifferentiableMaps.Point p = maps.at(x, CLASSES)) {
            Array u = random(3, p.maps().shape());
            Array v = random(4, p.logits().shape());
            Array d = random(5, x.shape());
            Array g = p.pullback(u, v);
            assertThat(p.pullback(u, v)).as(about).isEqualTo(g);
            Array apart = moved(p.pullback(u, null), p.pullback(null, v), 1);
            assertThat(Close.relative(g, apart)).as(about).isLessThan(1e-10);
            double[] expected = slow(maps, x, d, u, v);
            double[] found = dots(g, d);
            for (int i = 0; i < found.length; i++) {
                double scale = Math.max(1e-3, Math.abs(expected[i]));
                assertThat(found[i]).as(about).isCloseTo(expected[i], within(5e-5 * scale));
            }
        }
    }

    /** All methods on the first and last network, a third of them in turn on each of the others. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14})
    void pullback_onASmoothedNetwork_matchesDifferences(int index) {
        Zoo.Animal animal = Zoo.named(SMOOTHABLE.get(index));
        Array x = animal.inputs(2, 8);
        int turn = 0;
        try (Network network = animal.network(Precision.FLOAT64)) {
            for (Attribution method : AttributionContractTest.methods(animal, network)) {
                boolean due = index == 0 || index == SMOOTHABLE.size() - 1 || (turn++ + index) % 3 == 0;
                if (!due || method instanceof Occlusion) {
                    continue; // occlusion needs no derivatives, and has none
                }
                try (SmoothedMaps smoothed = SmoothedMaps.of(method, network, Target.logit(), 3)) {
                    check(animal + " " + method.name(), smoothed.apply(2), x);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Quantity.class)
    void pullback_ofEachQuantity_matchesDifferences(Quantity quantity) {
        for (String name : List.of("dense", "softmax", "log-softmax", "probabilities", "log-probabilities")) {
            Zoo.Animal animal = Zoo.named(name);
            try (Network network = animal.network(Precision.FLOAT64)) {
                for (String method : List.of("gradient", "integrated-gradients", "guided-backprop", "lrp-epsilon")) {
                    for (Target target :
                            List.of(Target.of(quantity), Target.of(quantity).startingFromValue())) {
                        try (SmoothedMaps smoothed = SmoothedMaps.of(Attributions.of(method), network, target)) {
                            check(name + " " + method + " " + target, smoothed.apply(2), animal.inputs(2, 8));
                        }
                    }
                }
            }
        }
    }

    @Test
    void pullback_ofReluGradientWithoutSmoothing_isExactlyZero() {
        for (String name : List.of("dense", "residual", "convolutions", "branches", "matmul")) {
            Zoo.Animal animal = Zoo.named(name);
            Array x = animal.inputs(2, 8);
            try (Network network = animal.network(Precision.FLOAT64);
                    SmoothedMaps maps = SmoothedMaps.of(Attributions.of("gradient"), network, Target.logit());
                    DifferentiableMaps.Point p =
                            maps.apply(Double.POSITIVE_INFINITY).at(x, CLASSES)) {
                assertThat(p.pullback(random(3, x.shape()), null).toDoubles())
                        .as(name)
                        .containsOnly(0);
            }
        }
    }

    @Test
    void maps_atAPoint_areThoseOfTheExplainer() {
        Zoo.Animal animal = Zoo.named("residual");
        Array x = animal.inputs(2, 8);
        try (Network network = animal.network(Precision.FLOAT64)) {
            for (Attribution method : AttributionContractTest.methods(animal, network)) {
                try (Explainer e = method.on(network, Target.logit())) {
                    if (e instanceof DifferentiableMaps maps) {
                        try (DifferentiableMaps.Point p = maps.at(x, CLASSES)) {
                            assertThat(Close.relative(e.maps(x, CLASSES), p.maps()))
                                    .isLessThan(1e-12);
                            assertThat(Close.relative(network.logits(x), p.logits()))
                                    .isLessThan(1e-12);
                        }
                    }
                }
            }
        }
    }

    /** Softplus and log-sum-exp fall towards Relu and the maximum as they sharpen. */
    @Test
    void smoothing_sharpening_closesTheGap() {
        Zoo.Animal animal = Zoo.named("max-pool");
        Array x = animal.inputs(3, 2);
        try (Network network = animal.network(Precision.FLOAT64);
                SmoothedMaps soft = SmoothedMaps.of(Attributions.of("gradient"), network, Target.logit())) {
            List<Double> gaps = new ArrayList<>();
            for (double beta : new double[] {1, 10, 100, 1e4}) {
                gaps.add(largest(soft.gap(x, beta), Math::abs));
            }
            assertThat(gaps).isSortedAccordingTo((a, b) -> Double.compare(b, a));
            assertThat(gaps.get(3)).isLessThan(1e-3);
            assertThat(soft.gap(x, Double.POSITIVE_INFINITY)).isDeepEqualTo(new double[3][4]);
            assertThat(Close.relative(
                            soft.at(Double.POSITIVE_INFINITY).explain(x).relevance(),
                            soft.at(1e5).explain(x).relevance()))
                    .isLessThan(1e-6);
        }
    }

    private static double largest(double[][] values, DoubleUnaryOperator of) {
        return Arrays.stream(values)
                .flatMapToDouble(Arrays::stream)
                .map(of)
                .max()
                .orElseThrow();
    }
}
