package dev.qualm.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BoxedL1Test {
    /** By bisection on the one value that all entries lose. */
    private static double[] slow(double[] original, double[] x, double epsilon, Box bounds) {
        double low = 0;
        double high = 1e3;
        for (int k = 0; k < 200; k++) {
            double t = (low + high) / 2;
            if (sum(original, shrunk(original, x, t, bounds), bounds) > epsilon) {
                low = t;
            } else {
                high = t;
            }
        }
        double[] clipped = shrunk(original, x, 0, bounds);
        return sum(original, clipped, bounds) <= epsilon ? clipped : shrunk(original, x, high, bounds);
    }

    private static double[] shrunk(double[] original, double[] x, double t, Box bounds) {
        double[] out = new double[x.length];
        for (int j = 0; j < x.length; j++) {
            double d = x[j] - original[j];
            double size = Math.max(0, Math.abs(d) / bounds.unit()[j] - t) * bounds.unit()[j];
            double y = original[j] + Math.copySign(size, d);
            out[j] = Math.max(bounds.low()[j], Math.min(bounds.high()[j], y));
        }
        return out;
    }

    private static double sum(double[] a, double[] b, Box bounds) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            sum += Math.abs(a[j] - b[j]) / bounds.unit()[j];
        }
        return sum;
    }

    private static double distance(double[] a, double[] b, Box bounds) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            double d = (a[j] - b[j]) / bounds.unit()[j];
            sum += d * d;
        }
        return sum;
    }

    @Test
    void project_anyPoint_isTheNearestOfBallAndBox() {
        Random random = new Random(4);
        for (int round = 0; round < 2000; round++) {
            int width = 1 + random.nextInt(12);
            Box box = new Box(new double[] {-1}, new double[] {2}, new double[] {0.5 + random.nextDouble()});
            Box bounds = box.spread(Array.of(new double[width], 1, width));
            double[] original = new double[width];
            double[] x = new double[width];
            for (int j = 0; j < width; j++) {
                // Some on the edge, some that do not move, some that move alike.
                original[j] = random.nextInt(4) == 0 ? -1 : -1 + 3 * random.nextDouble();
                x[j] = original[j] + (random.nextInt(4) == 0 ? random.nextInt(3) - 1 : 3 * random.nextGaussian());
            }
            double epsilon = 0.05 + 4 * random.nextDouble();
            double[] expected = slow(original, x, epsilon, bounds);
            double[] found = x.clone();
            BoxedL1.project(original, found, 0, epsilon, bounds);
            assertThat(found).containsExactly(expected, within(1e-9));
            assertThat(sum(original, found, bounds)).isLessThanOrEqualTo(epsilon + 1e-9);
            // No feasible point drawn at random is nearer.
            double[] other = new double[width];
            for (int j = 0; j < width; j++) {
                other[j] = -1 + 3 * random.nextDouble();
            }
            double share = Math.min(1, epsilon / sum(original, other, bounds));
            for (int j = 0; j < width; j++) {
                other[j] = original[j] + share * (other[j] - original[j]);
            }
            assertThat(distance(found, x, bounds)).isLessThanOrEqualTo(distance(other, x, bounds) + 1e-9);
        }
    }

    @Test
    void project_whereTheBoxCuts_spendsTheWholeBudgetElsewhere() {
        Box bounds = Box.of(0, 1).spread(Array.of(new double[3], 1, 3));
        double[] original = {0.9, 0.5, 0.5};
        double[] x = {5, 0.9, 0.5};
        BoxedL1.project(original, x, 0, 0.4, bounds);
        assertThat(x).containsExactly(new double[] {1, 0.8, 0.5}, within(1e-12));
    }
}
