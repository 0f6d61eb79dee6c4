package dev.qualm.evaluate.adaptive;

import dev.qualm.array.Array;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Other items that the attacker owns, with the classes they get, of those that raise no alarm. */
final class Donors {
    private static final int MOST = 4;

    private final double[][] points;
    private final int[] classes;

    private Donors(double[][] points, int[] classes) {
        this.points = points;
        this.classes = classes;
    }

    /** @param items {@code [n, ...]}, or null for none */
    static Donors of(Defence defence, @Nullable Array items) {
        if (items == null || items.dim(0) == 0) {
            return new Donors(new double[0][], new int[0]);
        }
        Defence.Answers answers = defence.ask(items);
        int[] passed = IntStream.range(0, items.dim(0))
                .filter(answers::passed)
                .filter(i -> answers.wrong(i, -1))
                .toArray();
        int width = items.size() / items.dim(0);
        double[] x = items.toDoubles();
        double[][] points = new double[passed.length][width];
        int[] classes = new int[passed.length];
        for (int k = 0; k < passed.length; k++) {
            System.arraycopy(x, passed[k] * width, points[k], 0, width);
            classes[k] = answers.predicted(passed[k]);
        }
        return new Donors(points, classes);
    }

    int size() {
        return points.length;
    }

    /** Those of other classes that are nearest to an item: where they are, after their nearest points of the ball. */
    double[][] starts(Ground ground, int item) {
        int label = ground.labels[item];
        double[] own = ground.item(item);
        double[][] near = IntStream.range(0, points.length)
                .filter(k -> classes[k] != label)
                .boxed()
                .sorted(Comparator.comparingDouble(k -> distance(own, points[k], ground.bounds.unit())))
                .limit(MOST)
                .map(k -> points[k])
                .toArray(double[][]::new);
        double[][] out = new double[2 * near.length][];
        for (int k = 0; k < near.length; k++) {
            double[] x = ground.original.clone();
            System.arraycopy(near[k], 0, x, item * ground.width, ground.width);
            ground.project(x, item);
            out[k] = java.util.Arrays.copyOfRange(x, item * ground.width, (item + 1) * ground.width);
            out[near.length + k] = near[k];
        }
        return out;
    }

    private static double distance(double[] a, double[] b, double[] unit) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            sum += (a[j] - b[j]) / unit[j] * ((a[j] - b[j]) / unit[j]);
        }
        return sum;
    }
}
