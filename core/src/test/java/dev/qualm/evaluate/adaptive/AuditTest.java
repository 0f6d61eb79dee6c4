package dev.qualm.evaluate.adaptive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.array.Array;
import dev.qualm.attack.Ball;
import dev.qualm.attack.Budget;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import org.junit.jupiter.api.Test;

class AuditTest {
    private static boolean inside(Ball ball, double epsilon, double... to) {
        try (Network network = Toy.network(Precision.FLOAT64)) {
            Array items = Array.of(new double[] {0.5, 0.9}, 1, 2);
            return Audit.inside(network, items, Array.of(to, 1, 2), new Budget(ball, epsilon), Toy.BOX)[0];
        }
    }

    @Test
    void inside_points_byNormAndBox() {
        assertThat(inside(Ball.LINF, 0.1, 0.6, 0.8)).isTrue();
        assertThat(inside(Ball.LINF, 0.1, 0.6001, 0.9)).isFalse();
        assertThat(inside(Ball.L2, 0.1, 0.56, 0.82)).isTrue();
        assertThat(inside(Ball.L2, 0.1, 0.6, 0.8)).isFalse();
        assertThat(inside(Ball.L1, 0.1, 0.55, 0.85)).isTrue();
        assertThat(inside(Ball.L1, 0.1, 0.56, 0.85)).isFalse();
        assertThat(inside(Ball.LINF, 0.2, 0.5, 1.01)).isFalse();
        assertThat(inside(Ball.LINF, 0.2, 0.5, Double.NaN)).isFalse();
    }
}
