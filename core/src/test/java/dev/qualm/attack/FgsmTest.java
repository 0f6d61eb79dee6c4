package dev.qualm.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.TestNetworks;
import dev.qualm.network.Views;
import dev.qualm.network.engine.Precision;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FgsmTest {
    @Test
    void attack_linearNetwork_movesAgainstTheLabelsWeights() {
        var graph = NetworkBuilder.input("x", 3).seed(1).linear("fc", 2).build();
        Array weight = Array.of(new float[] {1, -1, 0, -2, 1, 0}, 2, 3);
        try (Network plain = Network.of(graph, Precision.FLOAT64);
                Network network = plain.with(Views.weights(Map.of("fc.weight", weight)))) {
            Array moved =
                    Fgsm.of(0.25, 0, 1).perturb(network, Array.of(new float[] {0.5f, 0.1f, 0.5f}, 1, 3), new int[] {0});
            // The cross-entropy of class 0 rises along w1 - w0 = (-3, 2, 0); the box cuts nothing but zero gradients
            // stay put.
            assertThat(moved.get(0)).isCloseTo(0.25, within(1e-6));
            assertThat(moved.get(1)).isCloseTo(0.35, within(1e-6));
            assertThat(moved.get(2)).isCloseTo(0.5, within(1e-6));
        }
    }

    @Test
    void attack_randomNetwork_staysInBudgetAndBoxAndLowersTheTrueLogit() {
        Array x = TestNetworks.images(30, 4).asFloat32();
        int[] labels = new int[30];
        try (Network network = Network.of(TestNetworks.residual(4), Precision.FLOAT32)) {
            Array before = network.logits(x);
            for (int i = 0; i < labels.length; i++) {
                for (int j = 1; j < 5; j++) {
                    labels[i] = before.get(i * 5 + j) > before.get(i * 5 + labels[i]) ? j : labels[i];
                }
            }
            Array moved = Fgsm.of(0.05, -2, 2).attack(network, x, labels).inputs();
            for (int i = 0; i < x.size(); i++) {
                double clipped = Math.min(2, Math.max(-2, x.get(i)));
                assertThat(Math.abs(moved.get(i) - clipped)).isLessThanOrEqualTo(0.05 + 1e-6);
                assertThat(moved.get(i)).isBetween(-2.0, 2.0);
            }
            Array after = network.logits(moved);
            int lowered = 0;
            for (int i = 0; i < labels.length; i++) {
                lowered += after.get(i * 5 + labels[i]) < before.get(i * 5 + labels[i]) ? 1 : 0;
            }
            assertThat(lowered).isGreaterThanOrEqualTo(27);
        }
    }

    @Test
    void sweep_severalEpsilons_isOneGradientAndEqualsSingleAttacks() {
        Array x = TestNetworks.images(11, 4).asFloat32();
        double[] epsilons = {0.02, 0.2, 0.05};
        try (Network network = Network.of(TestNetworks.residual(4), Precision.FLOAT32)) {
            Box box = Box.of(-2, 2);
            int[] labels = {0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0};
            for (Ball ball : Ball.values()) {
                List<Adversarial> found = Fgsm.sweep(network, x, labels, ball, box, epsilons);
                assertThat(found).hasSize(3);
                for (int e = 0; e < 3; e++) {
                    Adversarial single = new Fgsm(ball, epsilons[e], box).attack(network, x, labels);
                    assertThat(found.get(e).inputs()).isEqualTo(single.inputs());
                    assertThat(found.get(e).success()).isEqualTo(single.success());
                    assertThat(found.get(e).predicted()).isEqualTo(single.predicted());
                    assertThat(found.get(e).norms()).isEqualTo(single.norms());
                    assertThat(found.get(e).provenance()).isEqualTo(single.provenance());
                }
                for (int i = 0; i < 11; i++) {
                    int row = i;
                    assertThat(found.stream().mapToInt(a -> a.queries()[row]).sum())
                            .isEqualTo(4);
                    assertThat(found.stream().mapToInt(a -> a.gradients()[row]).sum())
                            .isEqualTo(1);
                }
            }
            assertThat(Fgsm.sweep(network, x, labels, Ball.LINF, box)).isEmpty();
        }
    }
}
