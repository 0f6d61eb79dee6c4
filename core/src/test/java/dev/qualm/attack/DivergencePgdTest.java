package dev.qualm.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.TestNetworks;
import dev.qualm.network.engine.Precision;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DivergencePgdTest {
    private static final Box BOX = Box.of(-4, 4);

    private static double divergence(Network network, Array clean, Array moved, int i) {
        double[] p = new Logits(network.logits(clean)).probabilities(i);
        double[] q = new Logits(network.logits(moved)).probabilities(i);
        double sum = 0;
        for (int k = 0; k < p.length; k++) {
            sum += p[k] * Math.log(p[k] / q[k]);
        }
        return sum;
    }

    @ParameterizedTest
    @EnumSource(Ball.class)
    void perturb_anyNorm_raisesTheDivergenceBeyondChance(Ball ball) {
        Array x = TestNetworks.images(3, 5);
        double epsilon = ball == Ball.LINF ? 0.2 : ball == Ball.L2 ? 1 : 6;
        DivergencePgd attack = DivergencePgd.of(ball, epsilon, epsilon / 4, 10, BOX, 3);
        try (Network network = Network.of(TestNetworks.residual(1), Precision.FLOAT64)) {
            Array moved = attack.perturb(network, x);
            Box unit = BOX.spread(x);
            int width = x.size() / 3;
            for (int i = 0; i < 3; i++) {
                assertThat(ball.of(Norms.of(x.toDoubles(), moved.toDoubles(), i, unit)))
                        .isLessThanOrEqualTo(epsilon * (1 + 1e-9));
                double[] chance = x.toDoubles().clone();
                double[] d = ball.draw(new Random(i), width);
                for (int j = 0; j < width; j++) {
                    chance[i * width + j] += epsilon * d[j];
                }
                assertThat(divergence(network, x, moved, i))
                        .isGreaterThan(3 * divergence(network, x, Array.of(chance, x.shape()), i));
                // An input's draws and steps are its own.
                assertThat(attack.perturb(network, x.slice(i, i + 1)).toDoubles())
                        .containsExactly(moved.slice(i, i + 1).toDoubles(), within(1e-9));
            }
            assertThat(attack.withSeed(4).perturb(network, x)).isNotEqualTo(moved);
        }
    }

    @Test
    void start_withoutWidth_isRefused() {
        Pgd steps = Pgd.linf(0.1, 0.02, 3, BOX);
        assertThatThrownBy(() -> new DivergencePgd(steps, 0, 1)).isInstanceOf(QualmException.class);
    }
}
