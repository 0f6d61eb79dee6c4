package dev.qualm.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.QualmException;
import dev.qualm.ShapeException;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.TestNetworks;
import dev.qualm.network.Views;
import dev.qualm.network.engine.Precision;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AttackTest {
    private static final Box WIDE = Box.of(-100, 100);
    private static final int D = 6;
    private static final int K = 4;

    private static Network linear(double[] weight) {
        return linear(weight, Precision.FLOAT64);
    }

    private static Network linear(double[] weight, Precision precision) {
        var graph = NetworkBuilder.input("x", D).seed(1).linear("fc", K).build();
        try (Network plain = Network.of(graph, precision)) {
            return plain.with(Views.weights(Map.of(
                    "fc.weight", Array.of(weight, K, D), "fc.bias", Array.of(new double[] {0.1, -0.2, 0.3, 0}, K))));
        }
    }

    private static double[] gaussian(Random random, int n) {
        double[] out = new double[n];
        for (int i = 0; i < n; i++) {
            out[i] = random.nextGaussian();
        }
        return out;
    }

    private static int[] predictions(Network network, Array x) {
        Array z = network.logits(x);
        int k = z.dim(1);
        return IntStream.range(0, x.dim(0))
                .map(i -> IntStream.range(0, k).reduce(0, (a, b) -> z.get(i * k + b) > z.get(i * k + a) ? b : a))
                .toArray();
    }

    /** Distance of input i to the nearest decision boundary of a linear network, entries weighed by their unit. */
    private static double distance(double[] weight, Array logits, int i, int label, double[] unit) {
        double nearest = Double.POSITIVE_INFINITY;
        for (int k = 0; k < K; k++) {
            double square = 0;
            for (int j = 0; j < D; j++) {
                double w = (weight[k * D + j] - weight[label * D + j]) * unit[j];
                square += w * w;
            }
            if (k != label) {
                nearest = Math.min(nearest, (logits.get(i * K + label) - logits.get(i * K + k)) / Math.sqrt(square));
            }
        }
        return nearest;
    }

    @Test
    void deepFool_linearNetwork_findsTheExactDistance() {
        Random random = new Random(1);
        double[] weight = gaussian(random, K * D);
        Array x = Array.of(gaussian(random, 50 * D), 50, D);
        double[] units = {1, 2, 0.5, 3, 1, 0.1};
        double[] low = new double[D];
        double[] high = new double[D];
        Arrays.fill(low, -100);
        Arrays.fill(high, 100);
        try (Network network = linear(weight)) {
            int[] labels = predictions(network, x);
            Array logits = network.logits(x);
            for (double[] unit : new double[][] {{1, 1, 1, 1, 1, 1}, units}) {
                DeepFool attack = new DeepFool(1e-6, 0, 50, 10, new Box(low, high, unit));
                Adversarial found = attack.attack(network, x, labels);
                for (int i = 0; i < labels.length; i++) {
                    double exact = distance(weight, logits, i, labels[i], unit);
                    assertThat(found.success()[i]).isTrue();
                    assertThat(found.norms().get(i).l2()).isCloseTo(exact * (1 + 1e-6), within(1e-9));
                    assertThat(found.passes()[i]).isEqualTo(1 + 3 + 1);
                    assertThat(found.status().get(i)).isEqualTo(Status.OK);
                }
                assertThat(predictions(network, found.inputs())).isEqualTo(found.predicted());
            }
        }
    }

    @Test
    void deepFool_ofABatch_equalsThatOfEachInputAlone() {
        Array x = TestNetworks.images(12, 5);
        try (Network network = Network.of(TestNetworks.residual(5), Precision.FLOAT64)) {
            int[] labels = predictions(network, x);
            labels[3] = (labels[3] + 1) % 5;
            DeepFool attack = DeepFool.of(Box.of(-4, 4));
            Adversarial all = attack.attack(network, x, labels);
            assertThat(all.successRate()).isEqualTo(1);
            assertThat(all.norms().get(3)).isEqualTo(new Norms(0, 0, 0, 0));
            assertThat(all.passes()[3]).isEqualTo(1);
            for (int i = 0; i < labels.length; i++) {
                Adversarial one = attack.attack(network, x.slice(i, i + 1), new int[] {labels[i]});
                assertThat(TestNetworks.gap(one.inputs(), all.inputs().slice(i, i + 1)))
                        .isLessThan(1e-9);
                assertThat(one.passes()[0]).isEqualTo(all.passes()[i]);
            }
            assertThat(all.provenance().toString()).contains("method=DeepFool", "overshoot=0.02");
        }
    }

    @Test
    void deepFool_oneIterationTooFew_failsAndSaysSo() {
        Array x = TestNetworks.images(20, 6);
        try (Network network = Network.of(TestNetworks.residual(6), Precision.FLOAT64)) {
            int[] labels = predictions(network, x);
            Adversarial found = new DeepFool(0, 0, 1, 2, Box.of(-4, 4)).attack(network, x, labels);
            assertThat(found.successRate()).isLessThan(1);
            for (int i = 0; i < 20; i++) {
                assertThat(found.success()[i]).isEqualTo(found.predicted()[i] != labels[i]);
            }
        }
    }

    @Test
    void pgd_linearNetwork_goesStraightToTheEdgeOfTheBall() {
        // Two classes that differ: every gradient points the same way.
        double[] weight = new double[K * D];
        for (int j = 0; j < D; j++) {
            weight[j] = j + 1;
        }
        Array x = Array.of(new double[D], 1, D);
        try (Network network = linear(weight)) {
            Adversarial l2 = Pgd.l2(0.5, 0.2, 10, WIDE).attack(network, x, new int[] {0});
            Adversarial linf = Pgd.linf(0.5, 0.2, 10, WIDE).attack(network, x, new int[] {0});
            Adversarial toward = Pgd.l2(0.5, 0.2, 10, WIDE).attackToward(network, x, new int[] {0});
            double length = Math.sqrt(91);
            for (int j = 0; j < D; j++) {
                assertThat(l2.inputs().get(j)).isCloseTo(-0.5 * (j + 1) / length, within(1e-12));
                assertThat(linf.inputs().get(j)).isCloseTo(-0.5, within(1e-12));
                assertThat(toward.inputs().get(j)).isCloseTo(0.5 * (j + 1) / length, within(1e-12));
            }
            assertThat(l2.success()).containsExactly(true);
            assertThat(toward.success()).containsExactly(true);
            assertThat(l2.passes()).containsExactly(21);
        }
    }

    @Test
    void pgd_anySettings_staysInBallAndBox() {
        Random random = new Random(7);
        Array x = TestNetworks.images(6, 7);
        Box box = new Box(new double[] {-3, -2, -4}, new double[] {3, 5, 4}, new double[] {1, 2, 0.5});
        double[] inside = x.toDoubles().clone();
        for (int j = 0; j < inside.length; j++) {
            int c = j / 64 % 3;
            inside[j] = Math.max(box.low()[c], Math.min(box.high()[c], inside[j]));
        }
        Array clean = Array.of(inside, x.shape());
        for (Precision precision : Precision.values()) {
            try (Network network = Network.of(TestNetworks.residual(7), precision)) {
                int[] labels = predictions(network, clean);
                for (Ball ball : Ball.values()) {
                    for (Pgd.Direction direction : Pgd.Direction.values()) {
                        for (Pgd.Projection projection : Pgd.Projection.values()) {
                            double epsilon = 0.05 + random.nextDouble();
                            Pgd attack =
                                    new Pgd(ball, epsilon, 0.4, 3, box, direction, projection, Pgd.Keep.BEST, 3L, 0, 1);
                            Adversarial found = attack.attack(network, clean, labels);
                            for (int i = 0; i < 6; i++) {
                                Norms norms = found.norms().get(i);
                                assertThat(ball == Ball.L2 ? norms.l2() : norms.linf())
                                        .isBetween(1e-3, epsilon + 1e-6);
                            }
                            for (int j = 0; j < inside.length; j++) {
                                int c = j / 64 % 3;
                                assertThat(found.inputs().get(j)).isBetween(box.low()[c], box.high()[c]);
                            }
                            assertThat(predictions(network, found.inputs())).isEqualTo(found.predicted());
                        }
                    }
                }
            }
        }
    }

    @Test
    void pgd_keepBest_isNeverWorseThanTheLast() {
        Array x = TestNetworks.images(30, 8);
        try (Network network = Network.of(TestNetworks.residual(8), Precision.FLOAT64)) {
            int[] labels = predictions(network, x);
            // Steps this large jump to and fro.
            Pgd attack = Pgd.l2(3, 4, 5, Box.of(-4, 4)).withRandomStart(1);
            Adversarial best = attack.attack(network, x, labels);
            Adversarial last = attack.withKeep(Pgd.Keep.LAST).attack(network, x, labels);
            int better = 0;
            for (int i = 0; i < 30; i++) {
                assertThat(best.success()[i] || !last.success()[i]).isTrue();
                if (best.success()[i] == last.success()[i]) {
                    double gap =
                            loss(network, best.inputs(), i, labels[i]) - loss(network, last.inputs(), i, labels[i]);
                    assertThat(gap).isGreaterThan(-1e-9);
                    better += gap > 1e-9 ? 1 : 0;
                }
            }
            assertThat(better).isPositive();
            Adversarial again = attack.attack(network, x, labels);
            assertThat(again.inputs()).isEqualTo(best.inputs());
            assertThat(attack.withRandomStart(2).attack(network, x, labels).inputs())
                    .isNotEqualTo(best.inputs());
            // The draw belongs to the place in the batch, whatever the micro-batches.
            Adversarial half = attack.attack(network, x.slice(0, 7), Arrays.copyOf(labels, 7));
            assertThat(TestNetworks.gap(half.inputs(), best.inputs().slice(0, 7)))
                    .isLessThan(1e-9);
        }
    }

    private static double loss(Network network, Array x, int i, int label) {
        double[] z = network.logits(x.slice(i, i + 1)).toDoubles();
        return Math.log(Arrays.stream(z).map(v -> Math.exp(v - z[label])).sum());
    }

    /* Softmax rounds to exactly one here in float32: p - 1 would be zero, and the attack blind. */
    @Test
    void pgd_sureNetwork_stillSeesItsGradient() {
        double[] weight = new double[K * D];
        weight[0] = 40;
        Array x = Array.of(new double[] {1, 0, 0, 0, 0, 0}, 1, D);
        try (Network network = linear(weight, Precision.FLOAT32)) {
            Adversarial found = Pgd.linf(1.1, 0.3, 6, WIDE).attack(network, x, new int[] {0});
            assertThat(found.status().get(0)).isEqualTo(Status.OK);
            assertThat(found.success()[0]).isTrue();
            assertThat(Fgsm.of(0.5, -1, 1).perturb(network, x, new int[] {0}).get(0))
                    .isEqualTo(0.5);
        }
    }

    @Test
    void attacks_zeroGradient_warnAndLeaveTheInput() {
        Array x = Array.of(gaussian(new Random(3), 2 * D), 2, D);
        try (Network network = linear(new double[K * D])) {
            int[] labels = predictions(network, x);
            for (Adversarial found : new Adversarial[] {
                Pgd.linf(0.1, 0.1, 3, WIDE).attack(network, x, labels),
                Pgd.l2(0.1, 0.1, 3, WIDE).attack(network, x, labels),
                DeepFool.of(WIDE).attack(network, x, labels)
            }) {
                assertThat(found.warnings()).isEqualTo(2);
                assertThat(found.status().get(0).kind()).isEqualTo(Status.Kind.ZERO_GRADIENT);
                assertThat(found.inputs()).isEqualTo(x);
                assertThat(found.successRate()).isZero();
            }
        }
    }

    @Test
    void attacks_nonFiniteInput_costsOnlyItself() {
        double[] values = gaussian(new Random(4), 3 * D);
        values[D] = Double.POSITIVE_INFINITY;
        Array x = Array.of(values, 3, D);
        try (Network network = linear(gaussian(new Random(5), K * D))) {
            int[] labels = predictions(network, x);
            for (Adversarial found : new Adversarial[] {
                Pgd.l2(5, 2, 5, WIDE).attack(network, x, labels),
                DeepFool.of(WIDE).attack(network, x, labels)
            }) {
                assertThat(found.status().get(1).kind()).isEqualTo(Status.Kind.NON_FINITE);
                assertThat(found.success()).containsExactly(true, false, true);
            }
        }
    }

    @Test
    void attacks_emptyBatch_giveNothing() {
        Array none = Array.of(new double[0], 0, D);
        try (Network network = linear(new double[K * D])) {
            assertThat(Pgd.linf(1, 1, 1, WIDE).attack(network, none, new int[0]).n())
                    .isZero();
            assertThat(DeepFool.of(WIDE).attack(network, none, new int[0]).n()).isZero();
        }
    }

    @Test
    void box_ofPixels_isTheImageOfTheUnitCube() {
        Box box = Box.ofPixels(new double[] {0.5, 0.25}, new double[] {0.5, 0.2});

        assertThat(box.low()).containsExactly(-1, -1.25);
        assertThat(box.high()).containsExactly(1, 3.75);
        assertThat(box.unit()).containsExactly(2, 5);
    }

    @Test
    void settings_impossible_areRefused() {
        assertThatThrownBy(() -> Box.of(1, 0))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("channel 0");
        assertThatThrownBy(() -> Box.of(new double[2], new double[1])).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Pgd.linf(0, 1, 1, WIDE)).isInstanceOf(QualmException.class);
        assertThatThrownBy(() -> Pgd.linf(1, 1, 0, WIDE)).isInstanceOf(QualmException.class);
        assertThatThrownBy(() -> new DeepFool(0.1, 0, 50, 1, WIDE)).isInstanceOf(QualmException.class);
        try (Network network = linear(new double[K * D])) {
            Array x = Array.of(new double[D], 1, D);
            assertThatThrownBy(() -> DeepFool.of(WIDE).attack(network, x, new int[] {4}))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("found 4");
            assertThatThrownBy(() -> Pgd.linf(1, 1, 1, WIDE).attack(network, x, new int[] {-1}))
                    .isInstanceOf(ShapeException.class);
            assertThatThrownBy(() -> Pgd.linf(1, 1, 1, WIDE).attack(network, x, new int[2]))
                    .isInstanceOf(ShapeException.class);
            assertThatThrownBy(() -> Pgd.linf(1, 1, 1, Box.of(new double[2], new double[] {1, 1}))
                            .attack(network, x, new int[1]))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("channels");
        }
    }
}
