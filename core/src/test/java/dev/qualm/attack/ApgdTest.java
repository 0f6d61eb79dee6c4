package dev.qualm.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.TestNetworks;
import dev.qualm.network.engine.Precision;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApgdTest {
    private static final Box BOX = Box.of(-4, 4);

    private static int[] predictions(Network network, Array x) {
        Logits z = Logits.of(network, x);
        int[] out = new int[x.dim(0)];
        Arrays.setAll(out, z::predicted);
        return out;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void apgd_anyNetwork_isAtLeastAsStrongAsPgd(long seed) {
        Array x = TestNetworks.images(24, seed);
        try (Network network = Network.of(TestNetworks.residual(seed), Precision.FLOAT64)) {
            int[] labels = predictions(network, x);
            double typical = DeepFool.of(BOX).attack(network, x, labels).norms().stream()
                    .mapToDouble(Norms::l2)
                    .sorted()
                    .skip(12)
                    .findFirst()
                    .orElseThrow();
            for (Ball ball : new Ball[] {Ball.LINF, Ball.L2}) {
                double epsilon = ball == Ball.LINF ? 1.3 * typical / Math.sqrt(192) : typical;
                double pgd = Pgd.of(ball, epsilon, epsilon / 10, 40, BOX)
                        .withRandomStart(1)
                        .attack(network, x, labels)
                        .successRate();
                double ce = Apgd.of(Apgd.Loss.CROSS_ENTROPY, ball, epsilon, BOX, 1)
                        .attack(network, x, labels)
                        .successRate();
                double targeted = Apgd.of(Apgd.Loss.TARGETED_DLR, ball, epsilon, BOX, 1)
                        .attack(network, x, labels)
                        .successRate();
                assertThat(pgd).isBetween(0.02, 0.98);
                assertThat(ce).isGreaterThanOrEqualTo(pgd);
                assertThat(targeted).isGreaterThanOrEqualTo(pgd);
            }
        }
    }

    /** Both in L1, on networks of images between their bounds, where the box matters. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void apgdL1_anyNetwork_isAtLeastAsStrongAsPgd(long seed) {
        Box box = Box.of(-1, 1);
        double[] clipped = Arrays.stream(TestNetworks.images(24, seed).toDoubles())
                .map(v -> Math.max(-1, Math.min(1, v)))
                .toArray();
        Array x = Array.of(clipped, TestNetworks.images(24, seed).shape());
        try (Network network = Network.of(TestNetworks.residual(seed), Precision.FLOAT64)) {
            int[] labels = predictions(network, x);
            double typical = DeepFool.of(box).attack(network, x, labels).norms().stream()
                    .mapToDouble(Norms::l2)
                    .sorted()
                    .skip(12)
                    .findFirst()
                    .orElseThrow();
            double epsilon = 6 * typical;
            double pgd = Pgd.of(Ball.L1, epsilon, epsilon / 10, 100, box)
                    .withRandomStart(1)
                    .attack(network, x, labels)
                    .successRate();
            Adversarial ce =
                    Apgd.of(Apgd.Loss.CROSS_ENTROPY, Ball.L1, epsilon, box, 1).attack(network, x, labels);
            assertThat(pgd).isBetween(0.02, 0.98);
            assertThat(ce.successRate()).isGreaterThanOrEqualTo(pgd);
            for (int i = 0; i < 24; i++) {
                assertThat(ce.norms().get(i).l1()).isLessThanOrEqualTo(epsilon * (1 + 1e-9));
                assertThat(ce.passes()[i]).isLessThanOrEqualTo(206);
            }
        }
    }

    /** The derivative of every objective against differences. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void objectives_derivative_equalsDifferences(boolean targeted) {
        Random random = new Random(3);
        for (int round = 0; round < 50; round++) {
            double[] z = random.doubles(6, -3, 3).toArray();
            int label = random.nextInt(6);
            Aim aim = new Aim(new int[] {label}, targeted);
            for (Objective objective : new Objective[] {
                new Objectives.CrossEntropy(aim),
                new Objectives.Margin(aim),
                new Objectives.Dlr(aim),
                new Objectives.DlrToward(aim, new int[] {(label + 1 + random.nextInt(5)) % 6})
            }) {
                double[] derivative = new double[6];
                objective.add(logits(z), derivative, 0, 0);
                for (int k = 0; k < 6; k++) {
                    double[] up = z.clone();
                    double[] down = z.clone();
                    up[k] += 1e-6;
                    down[k] -= 1e-6;
                    double slope = (objective.value(logits(up), 0, 0) - objective.value(logits(down), 0, 0)) / 2e-6;
                    assertThat(derivative[k]).as("%s", objective).isCloseTo(slope, within(1e-5));
                }
            }
        }
    }

    private static Logits logits(double[] z) {
        return new Logits(Array.of(z, 1, z.length));
    }

    @ParameterizedTest
    @EnumSource
    void attackToward_anyLoss_reachesOnlyThatClass(Apgd.Loss loss) {
        Array x = TestNetworks.images(10, 5);
        try (Network network = Network.of(TestNetworks.residual(5), Precision.FLOAT64)) {
            Logits clean = Logits.of(network, x);
            int[] targets = new int[10];
            Arrays.setAll(targets, i -> clean.ranked(i)[1]);
            Adversarial found = Apgd.of(loss, Ball.L2, 15, BOX, 1).withSteps(30).attackToward(network, x, targets);
            int[] answers = predictions(network, found.inputs());
            for (int i = 0; i < 10; i++) {
                assertThat(found.success()[i]).isEqualTo(answers[i] == targets[i]);
            }
            assertThat(found.successRate()).isGreaterThan(0.5);
        }
    }

    @Test
    void restarts_more_areNoWeakerAndSpareTheFallen() {
        Array x = TestNetworks.images(20, 6);
        try (Network network = Network.of(TestNetworks.residual(6), Precision.FLOAT64)) {
            int[] labels = predictions(network, x);
            Apgd once = Apgd.of(Apgd.Loss.DLR, Ball.LINF, 0.05, BOX, 1).withSteps(8);
            Adversarial one = once.attack(network, x, labels);
            Adversarial three = once.withRestarts(3).attack(network, x, labels);
            for (int i = 0; i < 20; i++) {
                assertThat(three.success()[i] || !one.success()[i]).isTrue();
                assertThat(three.passes()[i]).isEqualTo(one.success()[i] ? 18 : three.passes()[i]);
                assertThat(three.passes()[i]).isIn(18, 36, 54);
            }
        }
    }

    @Test
    void settings_impossible_areRefused() {
        assertThatThrownBy(() -> Apgd.of(Apgd.Loss.DLR, Ball.L2, 0, BOX, 1)).isInstanceOf(QualmException.class);
        assertThatThrownBy(() -> new Apgd(Apgd.Loss.DLR, Ball.L2, 1, 10, 2, 9, BOX, null))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("seed");
    }
}
