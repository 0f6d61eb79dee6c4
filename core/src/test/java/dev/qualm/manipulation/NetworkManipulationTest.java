package dev.qualm.manipulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.attribution.Attribution;
import dev.qualm.attribution.Attributions;
import dev.qualm.attribution.DifferentiableMaps;
import dev.qualm.attribution.SmoothedMaps;
import dev.qualm.attribution.Target;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.Views;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What needs a real network: kinks, exact Hessian products, attacks in float32, SmoothGrad, the adaptive attacker. */
class NetworkManipulationTest {
    private static final int[] SHAPE = {1, 8, 8};

    private static Graph graph(boolean maxPool) {
        NetworkBuilder net = NetworkBuilder.input("input", 1, 8, 8)
                .seed(5)
                .conv("conv", 4, 3, 1, 1)
                .relu("relu");
        return (maxPool ? net.maxPool("pool", 2, 2) : net)
                .flatten("flat")
                .linear("logits", 3)
                .build();
    }

    private static Array images(int n, long seed) {
        Random random = new Random(seed);
        double[] x = new double[n * 64];
        for (int i = 0; i < x.length; i++) {
            x[i] = random.nextDouble();
        }
        return Array.of(x, n, 1, 8, 8);
    }

    @Test
    void nonSmooth_reluAndMaxPool_areListedUntilTheyAreReplaced() {
        Graph graph = graph(true);
        try (Network network = Network.of(graph, Precision.FLOAT32)) {
            assertThat(NonSmoothNodes.of(network)).containsExactly("Relu 'relu'", "MaxPool 'pool'");
            try (Network soft = network.with(Views.softplus(3))) {
                assertThat(NonSmoothNodes.of(soft)).containsExactly("MaxPool 'pool'");
            }
            try (Network smooth = network.with(Views.softplus(3).then(Views.smoothMaxPool(5)))) {
                assertThat(NonSmoothNodes.of(smooth)).isEmpty();
            }
        }
    }

    @Test
    void nonSmooth_nodesBesideTheWay_doNotCount() {
        Graph graph = new Graph(
                "g",
                Map.of("", 17L),
                List.of(ValueInfo.floats("x", -1, 2)),
                List.of(ValueInfo.floats("y", -1, 2)),
                List.of(
                        Node.of("c", "Abs", List.of("w"), Attributes.NONE),
                        Node.of("t", "Tanh", List.of("x"), Attributes.NONE),
                        Node.of("y", "MatMul", List.of("t", "c"), Attributes.NONE),
                        Node.of("after", "Clip", List.of("y"), Attributes.NONE)),
                Map.of("w", Array.of(new float[] {1, 2, 3, 4}, 2, 2)));
        assertThat(NonSmoothNodes.of(graph, "x", "y")).isEmpty();
        assertThat(NonSmoothNodes.of(graph, "x", "after")).containsExactly("Clip 'after'");
    }

    @Test
    void networkGradient_equalsThePullbackOfMaps() {
        try (Network network = Network.of(graph(false), Precision.FLOAT64);
                Network smooth = network.with(Views.softplus(4));
                SmoothedMaps maps = SmoothedMaps.of(Attributions.of("gradient"), smooth, Target.logit())) {
            double[][] points = {images(1, 1).toDoubles(), images(1, 2).toDoubles()};
            double[][] found = new NetworkGradient(smooth, SHAPE, 2).gradients(points);
            double[][] slow =
                    new LogitGradient(maps.apply(Double.POSITIVE_INFINITY), DType.FLOAT64, SHAPE, 2).gradients(points);
            for (int i = 0; i < points.length; i++) {
                assertThat(Vectors.maxAbs(Vectors.minus(found[i], slow[i]))).isLessThan(1e-12);
            }
        }
    }

    /** ReLU6 smoothed: value, gradient and Hessian products, each against differences of the one before. */
    @Test
    void smoothed_relu6_derivativesEqualDifferences() {
        Graph graph = NetworkBuilder.input("input", 1, 8, 8)
                .seed(3)
                .conv("conv1", 3, 3, 1, 1)
                .relu6("relu6a")
                .conv("conv2", 3, 3, 1, 1, 3)
                .relu6("relu6b")
                .flatten("flat")
                .linear("logits", 3)
                .build();
        double[] x = Arrays.stream(images(1, 5).toDoubles()).map(a -> 12 * a).toArray();
        double[] v = images(1, 6).toDoubles();
        double step = 1e-5;
        try (Network network = Network.of(graph, Precision.FLOAT64);
                Network smooth = network.with(Views.softplus(4));
                SmoothedMaps maps = SmoothedMaps.of(Attributions.of("gradient"), network, Target.logit())) {
            assertThat(NonSmoothNodes.of(network)).containsExactly("Clip 'relu6a'", "Clip 'relu6b'");
            assertThat(NonSmoothNodes.of(smooth)).isEmpty();
            DifferentiableMaps gradient = maps.apply(4);
            LogitGradient field = new LogitGradient(gradient, DType.FLOAT64, SHAPE, 1);
            double[][] g = field.gradients(new double[][] {x, plus(x, step, v), plus(x, -step, v)});
            double up = smooth.logits(Array.of(plus(x, step, v), 1, 1, 8, 8)).get(1);
            double down = smooth.logits(Array.of(plus(x, -step, v), 1, 1, 8, 8)).get(1);
            double along = 0;
            for (int i = 0; i < v.length; i++) {
                along += g[0][i] * v[i];
            }
            assertThat(along).isNotZero().isCloseTo((up - down) / (2 * step), within(1e-7));
            try (GradientHessian hessian = GradientHessian.of(gradient, Array.of(x, 1, 1, 8, 8), 1)) {
                double[] product = hessian.times(new double[][] {v})[0];
                assertThat(Vectors.maxAbs(product)).isGreaterThan(1e-3);
                for (int i = 0; i < v.length; i++) {
                    assertThat(product[i]).isCloseTo((g[1][i] - g[2][i]) / (2 * step), within(1e-6));
                }
            }
        }
    }

    private static double[] plus(double[] x, double by, double[] v) {
        double[] out = x.clone();
        for (int i = 0; i < out.length; i++) {
            out[i] += by * v[i];
        }
        return out;
    }

    /** Black background: all values of a window are equal, and differences of gradients would be of any size. */
    @Test
    void hessian_atTiesOfMaxPooling_staysFinite() {
        try (Network network = Network.of(graph(true), Precision.FLOAT64);
                Network smooth = network.with(Views.softplus(4));
                SmoothedMaps maps = SmoothedMaps.of(Attributions.of("gradient"), smooth, Target.logit())) {
            double[] black = new double[64];
            DifferentiableMaps gradient = maps.apply(Double.POSITIVE_INFINITY);
            Hutchinson hutchinson = Hutchinson.usual(1);
            double exact;
            try (GradientHessian hessian = GradientHessian.of(gradient, Array.of(black, 1, 1, 8, 8), 0)) {
                exact = hutchinson.of(hessian).norm();
            }
            double slow = hutchinson
                    .of(FiniteDifferenceHessian.at(new NetworkGradient(smooth, SHAPE, 0), black, true))
                    .norm();
            assertThat(exact).isLessThan(20);
            assertThat(slow).isGreaterThan(100 * exact);
        }
    }

    @Test
    void networkGradient_unknownClass_saysWhichThereAre() {
        try (Network network = Network.of(graph(false), Precision.FLOAT32)) {
            assertThatThrownBy(() -> new NetworkGradient(network, SHAPE, 3).gradients(new double[1][64]))
                    .isInstanceOf(ManipulationException.class)
                    .hasMessageContaining("0 to 2");
        }
    }

    @Test
    void run_float32Network_agreesWithFloat64AtFirst() {
        Array x = images(2, 3);
        Array t = images(2, 4);
        ExplanationAttack attack = ExplanationAttack.usual(Constraint.box(new double[] {0}, new double[] {1}))
                .withDescent(Descent.adam(1e-3, 5, Constraint.none()));
        Attribution method = Attributions.of("lrp-epsilon-plus");
        double[][] images = new double[2][];
        for (Precision precision : List.of(Precision.FLOAT32, Precision.FLOAT64)) {
            try (Network network = Network.of(graph(true), precision);
                    SmoothedMaps maps = SmoothedMaps.of(method, network, Target.logit())) {
                boolean wide = precision == Precision.FLOAT64;
                AttackResult result = attack.withBetas(BetaGrowth.off())
                        .run(maps, wide ? x : x.asFloat32(), AttackTarget.images(wide ? t : t.asFloat32()));
                assertThat(result.outcomes()).allMatch(o -> o.status().isOk());
                images[wide ? 1 : 0] = result.images().toDoubles();
            }
        }
        double[] apart = Vectors.minus(images[0], images[1]);
        // Adam makes steps of one length, so that the sign of a tiny gradient may differ in a few places.
        assertThat(java.util.Arrays.stream(apart)
                        .filter(d -> Math.abs(d) > 1e-4)
                        .count())
                .isLessThan(5);
    }

    @Test
    void smoothGrad_identicalImages_areAlikeAndMoreSamplesCostMore() {
        try (Network network = Network.of(graph(true), Precision.FLOAT64)) {
            Array x = images(2, 3);
            SmoothGradComparison comparison = new SmoothGradComparison(Attributions.of("gradient"), 0.1, 7);
            List<SmoothGradComparison.Line> lines = comparison.of(
                    network, Target.logit(), HeatMapForm.REFERENCE, Similarity::pearson, x, x, new int[] {0, 1}, 1, 4);
            assertThat(lines).extracting(SmoothGradComparison.Line::samples).containsExactly(1, 4);
            for (SmoothGradComparison.Line line : lines) {
                assertThat(line.toOriginal()[0]).isCloseTo(1, within(1e-12));
                assertThat(line.toOriginal()[1]).isCloseTo(1, within(1e-12));
            }
        }
        List<SmoothGradComparison.Line> lines = List.of(
                new SmoothGradComparison.Line(1, new double[] {.2, Double.NaN}),
                new SmoothGradComparison.Line(10, new double[] {.6, .1}));
        assertThat(SmoothGradComparison.samplesFor(lines, 0, .5)).isEqualTo(10);
        assertThat(SmoothGradComparison.samplesFor(lines, 0, .1)).isEqualTo(1);
        assertThat(SmoothGradComparison.samplesFor(lines, 1, .5)).isZero();
    }

    @Test
    void adaptive_smoothedMap_isMovedFurtherThanByTheAttackOnTheDeployedOne() {
        try (Network network = Network.of(graph(false), Precision.FLOAT64);
                SmoothedMaps maps = SmoothedMaps.of(Attributions.of("gradient"), network, Target.logit())) {
            Array x = images(2, 3);
            Constraint box = Constraint.box(new double[] {0}, new double[] {1}).withLinf(0.1);
            AttackTarget target = AttackTarget.images(images(2, 4));
            ExplanationAttack attack = ExplanationAttack.usual(box)
                    .withDescent(Descent.adam(5e-3, 60, box))
                    .withStop(EarlyStop.off());
            AttackResult plain = attack.run(maps, x, target);
            int[] classes =
                    plain.outcomes().stream().mapToInt(AttackOutcome::explained).toArray();
            AttackResult adaptive = new AdaptiveAttack(attack, 2).run(maps, x, classes, target, step -> {});
            Judge judge = new Judge(
                    maps.apply(Double.POSITIVE_INFINITY),
                    maps.apply(2),
                    HeatMapForm.REFERENCE,
                    Map.of("pcc", Similarity::pearson),
                    Map.of(),
                    box);
            for (int i = 0; i < 2; i++) {
                double byPlain = smoothedToTarget(judge.of(x, plain.images(), x, target), i);
                double byAdaptive = smoothedToTarget(judge.of(x, adaptive.images(), x, target), i);
                assertThat(byAdaptive).isGreaterThan(byPlain);
            }
            assertThatThrownBy(() -> new AdaptiveAttack(attack, Double.POSITIVE_INFINITY))
                    .isInstanceOf(ManipulationException.class)
                    .hasMessageContaining("finite");
        }
    }

    private static double smoothedToTarget(List<Verdict> verdicts, int i) {
        return java.util.Objects.requireNonNull(verdicts.get(i).movements().get("pcc"))
                .targetSmoothed();
    }
}
