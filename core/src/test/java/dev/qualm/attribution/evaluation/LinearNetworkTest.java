package dev.qualm.attribution.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.attribution.MapFunction;
import dev.qualm.network.Network;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** On a linear network the gradient, and its product with the input, are exact: every method's value is known. */
class LinearNetworkTest {
    private static final int D = 12;
    private static final double[][] W = Judged.weights(3, D, 1);
    private static final Network FEATURES = Judged.linear(W, D);
    private static final double[][] V = Judged.weights(3, 3 * 6 * 5, 2);
    private static final Network IMAGES = Judged.linear(V, 3, 6, 5);
    private static final int[] CLASSES = {0, 1, 2, 1};

    @AfterAll
    static void close() {
        FEATURES.close();
        IMAGES.close();
    }

    private static final Array X = Judged.inputs(3, 4, D);
    private static final Array PICTURES = Judged.inputs(4, 4, 3, 6, 5);

    /** w times (x - b), the exact contributions relative to a baseline. */
    private static Array contributions(double[][] w, Array x, double b) {
        int size = w[0].length;
        double[] out = new double[x.size()];
        Arrays.setAll(out, i -> w[CLASSES[i / size]][i % size] * (x.get(i) - b));
        return Array.of(out, x.shape());
    }

    @Test
    void faithfulness_exactMap_isOne() {
        FaithfulnessCorrelation method = FaithfulnessCorrelation.defaults(1);
        Evaluation features = method.evaluate(FEATURES, Judged.gradientTimesInput(FEATURES), X, CLASSES);
        Evaluation images = method.evaluate(IMAGES, Judged.gradientTimesInput(IMAGES), PICTURES, CLASSES);
        assertThat(features.values()).containsOnly(new double[] {1, 1, 1, 1}, within(1e-9));
        assertThat(images.values()).containsOnly(new double[] {1, 1, 1, 1}, within(1e-9));
        assertThat(features.cost()).isEqualTo(new Cost(4 + 400, 4));
        assertThat(features.better()).isEqualTo(Better.HIGHER);
    }

    @Test
    void faithfulness_mapRelativeToTheBaseline_isOneForThatBaselineOnly() {
        FaithfulnessCorrelation seven = new FaithfulnessCorrelation(50, 4, Baseline.values(7), Output.LOGIT, 1);
        Array map = contributions(V, PICTURES, 7);
        assertThat(seven.evaluate(IMAGES, map, PICTURES, CLASSES).mean()).isCloseTo(1, within(1e-9));
        assertThat(FaithfulnessCorrelation.defaults(1)
                        .evaluate(IMAGES, map, PICTURES, CLASSES)
                        .mean())
                .isLessThan(0.9);
    }

    @Test
    void faithfulness_manyRandomMaps_averageNearZero() {
        int n = 60; // more rows than one chunk holds
        Array many = Judged.inputs(5, n, D);
        Evaluation e =
                FaithfulnessCorrelation.defaults(1).evaluate(FEATURES, Judged.noise(), many, Judged.predicted(n));
        assertThat(e.mean()).isCloseTo(0, within(0.15));
        assertThat(e.interval()).isNotNull();
        assertThat(java.util.Objects.requireNonNull(e.interval()).contains(e.mean()))
                .isTrue();
    }

    @Test
    void sensitivityN_exactMap_isOneForEverySize() {
        SensitivityN.Curve curve =
                SensitivityN.defaults(1).curve(FEATURES, Judged.gradientTimesInput(FEATURES), X, CLASSES);
        assertThat(curve.sizes()).containsExactly(1, 2, 5, 7, 10);
        for (double[] row : curve.correlations()) {
            assertThat(row).containsOnly(new double[] {1, 1, 1, 1, 1}, within(1e-9));
        }
        assertThat(curve.evaluation().mean()).isCloseTo(1, within(1e-9));
    }

    @Test
    void infidelity_exactMap_isZeroForEveryPerturbation() {
        for (Infidelity.Perturbation p : new Infidelity.Perturbation[] {
            new Infidelity.Perturbation.Gaussian(0.3),
            new Infidelity.Perturbation.NoisyBaseline(0.2),
            new Infidelity.Perturbation.Square(2)
        }) {
            Infidelity slope = Infidelity.defaults(1).withPerturbation(p);
            Infidelity share = slope.withKind(Infidelity.Kind.CONTRIBUTION);
            MapFunction g = Judged.gradient(IMAGES);
            MapFunction gi = Judged.gradientTimesInput(IMAGES);
            assertThat(slope.evaluate(IMAGES, g, PICTURES, CLASSES).mean()).isCloseTo(0, within(1e-18));
            assertThat(share.evaluate(IMAGES, gi, PICTURES, CLASSES).mean()).isCloseTo(0, within(1e-18));
            assertThat(slope.evaluate(IMAGES, gi, PICTURES, CLASSES).mean()).isGreaterThan(1e-3);
        }
    }

    @Test
    void infidelity_mapOfWrongScale_isZeroOnlyWhenScaled() {
        MapFunction g = Judged.gradient(FEATURES);
        MapFunction triple = (batch, classes) -> {
            Array a = g.maps(batch, classes);
            return Array.of(Arrays.stream(a.toDoubles()).map(v -> 3 * v).toArray(), a.shape());
        };
        Infidelity method = Infidelity.defaults(1);
        assertThat(method.withScaled(true)
                        .evaluate(FEATURES, triple, X, CLASSES)
                        .mean())
                .isCloseTo(0, within(1e-18));
        assertThat(method.evaluate(FEATURES, triple, X, CLASSES).mean()).isGreaterThan(1e-3);
    }

    @Test
    void pixelFlipping_exactMap_followsTheSortedContributions() {
        PixelFlipping method = PixelFlipping.defaults(1);
        RemovalCurves curves = method.curves(FEATURES, Judged.gradientTimesInput(FEATURES), X, CLASSES);
        double[] map = contributions(W, X, 0).toDoubles();
        for (int i = 0; i < 4; i++) {
            double[] falling = Arrays.stream(map, i * D, (i + 1) * D)
                    .map(v -> -v)
                    .sorted()
                    .map(v -> -v)
                    .toArray();
            double at = FEATURES.logits(X).get(i * 3 + CLASSES[i]);
            double area = 0;
            for (int k = 0; k <= D; k++) {
                assertThat(curves.mostFirst().outputs()[i][k]).isCloseTo(at, within(1e-9));
                area += (curves.mostFirst().outputs()[i][0] - at) / (D + 1);
                at -= k < D ? falling[k] : 0;
            }
            assertThat(curves.mostFirst().score().values()[i]).isCloseTo(area, within(1e-9));
            assertThat(curves.leastFirst().score().values()[i]).isLessThan(area);
            assertThat(curves.gain().values()[i])
                    .isCloseTo(area - curves.leastFirst().score().values()[i], within(1e-12));
        }
        // Every order ends at the bias, and costs 12 rows; 5 orders.
        assertThat(curves.gain().cost()).isEqualTo(new Cost(4 + 4 * 5 * D, 4));
        assertThat(curves.mostFirst().removed()).startsWith(0, 1.0 / D).endsWith(1);
    }

    @Test
    void normalizedAopc_exactMap_isOneAndItsNegativeZero() {
        Array map = contributions(W, X, 0);
        Array turned = Array.of(Arrays.stream(map.toDoubles()).map(v -> -v).toArray(), map.shape());
        NormalizedAopc greedy = NormalizedAopc.of(1, 1, 1);
        assertThat(greedy.search(FEATURES, map, X, CLASSES).evaluation().mean()).isCloseTo(1, within(1e-9));
        assertThat(greedy.search(FEATURES, turned, X, CLASSES).evaluation().mean())
                .isCloseTo(0, within(1e-9));
        NormalizedAopc.Result noise = NormalizedAopc.of(2, 1, 1).search(IMAGES, Judged.noise(), PICTURES, CLASSES);
        for (int i = 0; i < 4; i++) {
            assertThat(noise.evaluation().values()[i]).isBetween(0.05, 0.95);
        }
    }

    @Test
    void completeness_exactMap_isZeroAndAGapIsItsSize() {
        Completeness method = Completeness.defaults(1);
        assertThat(method.evaluate(FEATURES, Judged.gradientTimesInput(FEATURES), X, CLASSES)
                        .mean())
                .isCloseTo(0, within(1e-12));
        double[] off = contributions(W, X, 0).toDoubles().clone();
        IntStream.range(0, 4).forEach(i -> off[i * D] += i + 1);
        assertThat(method.evaluate(FEATURES, Array.of(off, 4, D), X, CLASSES).values())
                .containsExactly(new double[] {1, 2, 3, 4}, within(1e-9));
    }

    @Test
    void robustness_constantGradient_isZero() {
        MapFunction g = Judged.gradient(IMAGES);
        Robustness r = MaxSensitivity.captum(1).robustness(IMAGES, g, PICTURES, CLASSES);
        assertThat(r.largest().values()).containsOnly(0.0);
        assertThat(r.largest().cost()).isEqualTo(new Cost(4 + 40, 4 + 40));
        assertThat(LocalLipschitz.defaults(1)
                        .evaluate(IMAGES, g, PICTURES, CLASSES)
                        .mean())
                .isZero();
        assertThat(RelativeStability.defaults(1)
                        .evaluate(IMAGES, g, PICTURES, CLASSES)
                        .mean())
                .isZero();
    }

    @Test
    void localLipschitz_gradientTimesInput_staysBelowTheLargestWeight() {
        LocalLipschitz method = new LocalLipschitz(Neighbourhood.gaussian(200, 0.5), false, 1);
        Evaluation e = method.evaluate(FEATURES, Judged.gradientTimesInput(FEATURES), X, CLASSES);
        for (int i = 0; i < 4; i++) {
            double bound = Arrays.stream(W[CLASSES[i]]).map(Math::abs).max().orElseThrow();
            assertThat(e.values()[i]).isBetween(0.6 * bound, bound + 1e-9);
        }
    }

    @Test
    void largeNoise_predictionFlips_areReportedAndValuesKept() {
        Robustness r = new MaxSensitivity(Neighbourhood.uniform(100, 3), 1)
                .robustness(FEATURES, Judged.gradientTimesInput(FEATURES), X, Judged.predicted(4));
        assertThat(Arrays.stream(r.flips()).boxed())
                .allSatisfy(f -> assertThat(f).isBetween(0.01, 0.99));
        for (int i = 0; i < 4; i++) {
            assertThat(r.largest().values()[i])
                    .isGreaterThanOrEqualTo(r.largestKept().values()[i]);
            assertThat(r.largest().values()[i]).isGreaterThan(r.average().values()[i]);
        }
    }
}
