package dev.qualm.manipulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class DescentTest {
    @Test
    void adam_steps_followThePublishedAlgorithm() {
        Random random = new Random(1);
        Optimizer.State state = Optimizer.adam(.01).start(3);
        double[] x = {1, 2, 3};
        double[] slow = x.clone();
        double[] m = new double[3];
        double[] v = new double[3];
        for (int t = 1; t <= 30; t++) {
            double[] g = random.doubles(3, -1, 1).toArray();
            state.step(x, g, .01);
            for (int i = 0; i < 3; i++) {
                m[i] = .9 * m[i] + .1 * g[i];
                v[i] = .999 * v[i] + .001 * g[i] * g[i];
                slow[i] -= .01 * (m[i] / (1 - Math.pow(.9, t))) / (Math.sqrt(v[i] / (1 - Math.pow(.999, t))) + 1e-8);
            }
            assertThat(x).containsExactly(slow, within(1e-12));
        }
    }

    @Test
    void pgd_step_hasTheRatesLengthInItsNorm() {
        double[] g = {3, -4, 0};
        double[] x = new double[3];
        Optimizer.pgd(1, Optimizer.Norm.L2).start(3).step(x, g, .5);
        assertThat(x).containsExactly(new double[] {-.3, .4, 0}, within(1e-15));
        x = new double[3];
        Optimizer.pgd(1, Optimizer.Norm.LINF).start(3).step(x, g, .5);
        assertThat(x).containsExactly(-.5, .5, 0);
        Optimizer.pgd(1, Optimizer.Norm.L2).start(3).step(x, new double[3], .5);
        assertThat(x).containsExactly(-.5, .5, 0);
    }

    @Test
    void schedule_cosine_fallsFromOneTowardsZero() {
        assertThat(Schedule.COSINE.factor(0, 10)).isEqualTo(1);
        assertThat(Schedule.COSINE.factor(5, 10)).isCloseTo(.5, within(1e-15));
        assertThat(Schedule.COSINE.factor(9, 10)).isBetween(0.0, .05);
        assertThat(Schedule.CONSTANT.factor(9, 10)).isEqualTo(1);
    }

    @Test
    void betas_growth_isTheReferences() {
        BetaGrowth growth = BetaGrowth.usual();
        assertThat(growth.at(0, 20)).isEqualTo(10);
        assertThat(growth.at(1, 20)).isEqualTo(11.220184543019634);
        assertThat(growth.at(20, 20)).isCloseTo(100, within(1e-12));
        assertThat(BetaGrowth.off().at(3, 20)).isInfinite();
        assertThat(BetaGrowth.constant(.8).at(3, 20)).isEqualTo(.8);
        assertThat(BetaGrowth.constant(.8).reference()).isEqualTo(.8);
    }

    @Test
    void settings_hostile_areRefusedWithWhatWasFound() {
        assertThatThrownBy(() -> Optimizer.adam(0))
                .hasMessageContaining("above 0")
                .hasMessageContaining("0.0");
        assertThatThrownBy(() -> Optimizer.pgd(Double.NaN, Optimizer.Norm.L2))
                .isInstanceOf(ManipulationException.class);
        assertThatThrownBy(() -> new BetaGrowth(10, Double.POSITIVE_INFINITY, 1))
                .isInstanceOf(ManipulationException.class);
        assertThatThrownBy(() -> new BetaGrowth(0, 10, 1)).isInstanceOf(ManipulationException.class);
        assertThatThrownBy(() -> Descent.adam(.1, 0, Constraint.none())).isInstanceOf(ManipulationException.class);
        assertThatThrownBy(() -> new RandomStarts(-1, 0)).isInstanceOf(ManipulationException.class);
        assertThatThrownBy(() -> new EarlyStop(.9, 0, 0, 0)).isInstanceOf(ManipulationException.class);
    }
}
