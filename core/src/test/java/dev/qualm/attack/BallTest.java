package dev.qualm.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BallTest {
    private static final double[] UNIT = {1, 2, 0.5, 3};
    private static final Box BOUNDS = new Box(filled(-100), filled(100), UNIT);

    private static double[] filled(double v) {
        double[] out = new double[4];
        Arrays.fill(out, v);
        return out;
    }

    private static double length(Ball ball, double[] x) {
        return ball.of(Norms.of(new double[4], x, 0, BOUNDS));
    }

    private static double distance(double[] a, double[] b) {
        return Norms.of(a, b, 0, BOUNDS).l2();
    }

    /** No point of the ball that random search finds is nearer than the projection. */
    @ParameterizedTest
    @EnumSource
    void project_anyPoint_findsTheNearestOfTheBall(Ball ball) {
        Random random = new Random(1);
        for (int round = 0; round < 100; round++) {
            double[] x = random.doubles(4, -3, 3).toArray();
            double[] to = x.clone();
            ball.project(new double[4], to, 0, 0.7, BOUNDS);
            assertThat(length(ball, to)).isLessThanOrEqualTo(0.7 + 1e-12);
            if (length(ball, x) <= 0.7) {
                assertThat(to).containsExactly(x);
            } else {
                assertThat(length(ball, to)).isCloseTo(0.7, within(1e-12));
            }
            double nearest = distance(x, to);
            for (int k = 0; k < 200; k++) {
                double[] other = to.clone();
                double size = Math.pow(10, -4 * random.nextDouble());
                for (int j = 0; j < 4; j++) {
                    other[j] += size * random.nextGaussian() * UNIT[j];
                }
                if (length(ball, other) <= 0.7) {
                    assertThat(distance(x, other)).isGreaterThan(nearest - 1e-9);
                }
            }
        }
    }

    /** Uniform in a ball of 4 dimensions: a share of r^4 lies within r. */
    @ParameterizedTest
    @EnumSource
    void draw_many_fillTheBallEvenly(Ball ball) {
        Random random = new Random(2);
        int within = 0;
        double sum = 0;
        for (int k = 0; k < 20_000; k++) {
            double[] d = ball.draw(random, 4);
            double[] x = new double[4];
            for (int j = 0; j < 4; j++) {
                x[j] = d[j] * UNIT[j];
            }
            double length = length(ball, x);
            assertThat(length).isLessThanOrEqualTo(1 + 1e-12);
            within += length < 0.8 ? 1 : 0;
            sum += d[0];
        }
        assertThat(within / 20_000.0).isCloseTo(Math.pow(0.8, 4), within(0.02));
        assertThat(sum / 20_000).isCloseTo(0, within(0.02));
    }
}
