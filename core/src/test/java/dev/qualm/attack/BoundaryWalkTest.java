package dev.qualm.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.array.Array;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The walk around sets whose nearest point is known. */
class BoundaryWalkTest {
    private static final Box BOX = Box.of(0, 1).spread(Array.of(new double[4], 1, 4));
    private static final double[] HOME = {0.2, 0.2, 0.2, 0.2};

    private static BoundaryWalk walk(Ball ball, int queries, double enough, BoundaryWalk.Oracle oracle) {
        return new BoundaryWalk(new HopSkipJump(ball, queries, 20, Box.of(0, 1), 3), BOX, HOME, enough, oracle);
    }

    private static boolean[] beyond(double[][] points) {
        boolean[] out = new boolean[points.length];
        for (int k = 0; k < out.length; k++) {
            out[k] = Arrays.stream(points[k]).sum() > 1.2;
        }
        return out;
    }

    private static double distance(Ball ball, double[] x) {
        double most = 0;
        double square = 0;
        for (int j = 0; j < x.length; j++) {
            most = Math.max(most, Math.abs(x[j] - HOME[j]));
            square += (x[j] - HOME[j]) * (x[j] - HOME[j]);
        }
        return ball == Ball.LINF ? most : Math.sqrt(square);
    }

    @ParameterizedTest
    @EnumSource(
            value = Ball.class,
            names = {"LINF", "L2"})
    void run_halfSpace_comesNearTheNearestPoint(Ball ball) {
        double[] found = walk(ball, 2000, 0, BoundaryWalkTest::beyond).run();
        double nearest = ball == Ball.LINF ? 0.1 : 0.2;
        assertThat(found).isNotNull();
        assertThat(beyond(new double[][] {found})[0]).isTrue();
        assertThat(distance(ball, found)).isBetween(nearest, 1.05 * nearest);
    }

    @Test
    void run_setThatNoNoiseHits_needsAStart() {
        BoundaryWalk.Oracle speck = points -> {
            boolean[] out = new boolean[points.length];
            for (int k = 0; k < out.length; k++) {
                out[k] = Math.abs(points[k][0] - 0.9) < 1e-4;
            }
            return out;
        };
        assertThat(walk(Ball.LINF, 200, 0, speck).run()).isNull();
        double[] found = walk(Ball.LINF, 200, 0, speck).run(new double[] {0, 0, 0, 0}, new double[] {0.9, 1, 1, 1});
        assertThat(found).isNotNull();
        assertThat(found[0]).isBetween(0.8999, 0.9001);
        assertThat(distance(Ball.LINF, found)).isLessThan(0.71);
    }

    @Test
    void run_enough_stopsAsking() {
        int[] asked = {0};
        double[] found = walk(Ball.L2, 2000, 0.5, points -> {
                    asked[0] += points.length;
                    return beyond(points);
                })
                .run();
        assertThat(found).isNotNull();
        assertThat(distance(Ball.L2, found)).isLessThanOrEqualTo(0.5);
        assertThat(asked[0]).isLessThan(500);
    }

    @Test
    void run_queries_areNeverExceeded() {
        for (int queries : new int[] {10, 37, 200}) {
            int[] asked = {0};
            walk(Ball.LINF, queries, 0, points -> {
                        asked[0] += points.length;
                        return beyond(points);
                    })
                    .run();
            assertThat(asked[0]).isLessThanOrEqualTo(queries);
        }
    }
}
