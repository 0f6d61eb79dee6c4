package dev.qualm.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.QualmException;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.TestNetworks;
import dev.qualm.network.Views;
import dev.qualm.network.engine.Precision;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExpectationOverTransformationTest {
    private static final Box BOX = Box.of(-4, 4);

    private static Network linear(double... weight) {
        var graph = NetworkBuilder.input("x", 2).seed(1).linear("fc", 2).build();
        try (Network plain = Network.of(graph, Precision.FLOAT64)) {
            return plain.with(Views.weights(
                    Map.of("fc.weight", Array.of(weight, 2, 2), "fc.bias", Array.of(new double[] {1, 0}, 2))));
        }
    }

    /** Each network looks along one axis; the mean is fooled between the two. */
    @Test
    void attack_movingTarget_climbsTheMean() {
        try (Network first = linear(1, 0, 0, 0);
                Network second = linear(0, 1, 0, 0)) {
            Array x = Array.of(new double[2], 1, 2);
            Pgd steps = Pgd.l2(2, 0.1, 60, BOX).withRandomStart(1);
            var attack =
                    new ExpectationOverTransformation(Randomnesses.networks(List.of(first, second)), 40, 400, steps);
            Adversarial found = attack.attack(first, x, new int[] {0});
            assertThat(found.success()).containsExactly(true);
            assertThat(found.inputs().get(0)).isLessThan(-1);
            assertThat(found.inputs().get(1)).isLessThan(-1);
            assertThat(found.passes()).containsExactly(2 * 40 * 60 + 400);
            assertThat(attack.attack(first, x, new int[] {0}).inputs()).isEqualTo(found.inputs());
            // One draw at a time, without the mean, leaves one of the two.
            Adversarial single = Pgd.l2(2, 0.1, 60, BOX).attack(first, x, new int[] {0});
            assertThat(single.inputs().get(1)).isEqualTo(0);
        }
    }

    @Test
    void attack_withoutNoise_isPgd() {
        Array x = TestNetworks.images(5, 2);
        try (Network network = Network.of(TestNetworks.residual(2), Precision.FLOAT64)) {
            Pgd steps = Pgd.linf(0.1, 0.02, 10, BOX).withKeep(Pgd.Keep.LAST).withRandomStart(4);
            Adversarial pgd = steps.attack(network, x, new int[] {0, 1, 2, 3, 4});
            Adversarial eot = new ExpectationOverTransformation(Randomnesses.gaussian(0), 1, 1, steps)
                    .attack(network, x, new int[] {0, 1, 2, 3, 4});
            assertThat(TestNetworks.gap(eot.inputs(), pgd.inputs())).isLessThan(1e-9);
            assertThat(eot.success()).isEqualTo(pgd.success());
        }
    }

    @Test
    void attack_nanInput_costsOnlyItself() {
        try (Network network = linear(1, 0, 0, 0)) {
            Array x = Array.of(new double[] {Double.NaN, 0, 0, 0}, 2, 2);
            var attack = ExpectationOverTransformation.of(
                    Randomnesses.gaussian(0.1), Pgd.l2(2, 0.5, 10, BOX).withRandomStart(1));
            Adversarial found = attack.attack(network, x, new int[2]);
            assertThat(found.success()).containsExactly(false, true);
            assertThat(found.status().get(0).kind()).isEqualTo(Status.Kind.NON_FINITE);
            assertThat(found.status().get(1)).isEqualTo(Status.OK);
            assertThat(attack.attackToward(network, x, new int[2]).success()[1]).isTrue();
        }
    }

    @Test
    void settings_impossible_areRefused() {
        assertThatThrownBy(() -> Randomnesses.gaussian(-1)).isInstanceOf(QualmException.class);
        assertThatThrownBy(() -> Randomnesses.networks(List.of())).isInstanceOf(QualmException.class);
        assertThatThrownBy(() -> ExpectationOverTransformation.of(Randomnesses.gaussian(1), Pgd.linf(1, 1, 1, BOX)))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("seed");
    }
}
