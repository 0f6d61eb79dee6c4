package dev.qualm.evaluate.adaptive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** How two gradients become a direction. */
class WalkTest {
    private static double[] draw(Random random, int n) {
        return random.doubles(n, -1, 1).toArray();
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            sum += a[j] * b[j];
        }
        return sum;
    }

    @Test
    void orthogonal_anyGradients_leavesTheOtherLossAlone() {
        Random random = new Random(1);
        for (int trial = 0; trial < 200; trial++) {
            double scale = Math.pow(10, random.nextInt(40) - 20);
            double[] up = draw(random, 7);
            double[] down = draw(random, 7);
            for (int j = 0; j < 7; j++) {
                down[j] *= scale;
            }
            double[] first = Walk.orthogonal(up, down, false);
            double[] second = Walk.orthogonal(up, down, true);

            // Orthogonal to the loss that is satisfied, and never against the one that is not.
            assertThat(dot(first, down) / scale).isCloseTo(0, within(1e-12));
            assertThat(dot(second, up) / scale).isCloseTo(0, within(1e-12));
            assertThat(dot(first, up)).isPositive();
            assertThat(dot(second, down)).isNegative();
            // Pythagoras: what was taken away is the part along the other.
            double part = dot(up, down) / Math.sqrt(dot(down, down));
            assertThat(dot(first, first) + part * part).isCloseTo(dot(up, up), within(1e-12));
            // Projecting again changes nothing.
            assertThat(Walk.orthogonal(first, down, false)).containsExactly(first, within(1e-12));
        }
    }

    @Test
    void orthogonal_parallelOrMissing_wholeGradient() {
        double[] g = {1, 2};
        assertThat(Walk.orthogonal(g, new double[] {-3, -6}, false)).containsExactly(1, 2);
        assertThat(Walk.orthogonal(g, new double[0], false)).containsExactly(1, 2);
        assertThat(Walk.orthogonal(new double[0], g, true)).containsExactly(-1, -2);
        assertThat(Walk.orthogonal(new double[0], new double[0], true)).isEmpty();
    }

    @Test
    void selective_satisfiedClassifier_lowersTheScoreAlone() {
        double[] up = {1, 0};
        double[] down = {0, 2};
        assertThat(Walk.selective(up, down, false)).containsExactly(1, 0);
        assertThat(Walk.selective(up, down, true)).containsExactly(-0.0, -2);
    }

    @Test
    void joint_weight_countsTheScore() {
        assertThat(Walk.joint(new double[] {1, 1}, new double[] {0, 2}, 3)).containsExactly(1, -5);
        assertThat(Walk.joint(new double[0], new double[] {0, 2}, 3)).containsExactly(-0.0, -2);
    }
}
