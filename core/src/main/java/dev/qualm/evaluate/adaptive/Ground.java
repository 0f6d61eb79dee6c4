package dev.qualm.evaluate.adaptive;

import dev.qualm.array.Array;
import dev.qualm.attack.Ball;
import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.mutation.ItemSet;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;

/** A micro-batch of items under attack: where they are, how far they may move, and how points move there. */
final class Ground {
    /** Share of the entries that a step in L1 moves. */
    private static final double SPARSE = 0.01;

    final Ladder ladder;
    final Defence defence;
    final Budget budget;
    final Box bounds;
    final int[] labels;
    final int n;
    final int width;
    final double[] original;
    private final int[] shape;
    private final long[] contents;

    Ground(Ladder ladder, Defence defence, Budget budget, Array items, int[] labels) {
        this.ladder = ladder;
        this.defence = defence;
        this.budget = budget;
        this.labels = labels;
        bounds = ladder.box().spread(items);
        shape = items.shape();
        n = shape[0];
        original = items.toDoubles().clone();
        width = original.length / n;
        contents = ItemSet.each(items);
    }

    /** The same items with another radius. */
    Ground within(Budget other) {
        return new Ground(ladder, defence, other, array(original, all()), labels);
    }

    LadderSettings settings() {
        return ladder.settings();
    }

    int[] all() {
        return IntStream.range(0, n).toArray();
    }

    /** Rows of {@code x}, as the network takes them. */
    Array array(double[] x, int[] rows) {
        double[] values = new double[rows.length * width];
        for (int r = 0; r < rows.length; r++) {
            System.arraycopy(x, rows[r] * width, values, r * width, width);
        }
        int[] part = shape.clone();
        part[0] = rows.length;
        return array(defence.network(), values, part);
    }

    /** Points in the shape of items. */
    Array points(double[][] rows) {
        double[] flat = new double[rows.length * width];
        for (int r = 0; r < rows.length; r++) {
            System.arraycopy(rows[r], 0, flat, r * width, width);
        }
        int[] part = shape.clone();
        part[0] = rows.length;
        return array(defence.network(), flat, part);
    }

    static Array array(Network network, double[] values, int[] shape) {
        Array exact = Array.of(values, shape);
        return network.precision() == Precision.FLOAT64 ? exact : exact.asFloat32();
    }

    double[] item(int i) {
        return Arrays.copyOfRange(original, i * width, (i + 1) * width);
    }

    /** Draws that belong to an item, whatever its company. */
    Random random(int i, long salt) {
        return new Random(mixed(mixed(contents[i] + settings().seed()) + salt));
    }

    /** The finaliser of SplitMix64 (Steele, Lea, Flood 2014). */
    static long mixed(long x) {
        long z = x + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** Row i to a point drawn uniformly from the ball, clipped to the box. */
    void scatter(double[] x, int i, Random random) {
        double[] d = budget.ball().draw(random, width);
        for (int j = 0; j < width; j++) {
            x[i * width + j] = original[i * width + j] + budget.epsilon() * d[j] * bounds.unit()[j];
        }
        project(x, i);
    }

    /** Row i to the ball, then to the box, then to what the network's precision holds. */
    void project(double[] x, int i) {
        budget.ball().project(original, x, i * width, budget.epsilon(), bounds);
        boolean single = defence.network().precision() == Precision.FLOAT32;
        for (int j = 0; j < width; j++) {
            double inside = bounds.clip(j, x[i * width + j]);
            x[i * width + j] = single ? (float) inside : inside;
        }
    }

    /** Gradient by the quantities that budgets speak of; null if it is zero or not finite. */
    double @org.jspecify.annotations.Nullable [] inUnits(double[] gradient, int row) {
        double[] g = new double[width];
        double largest = 0;
        for (int j = 0; j < width; j++) {
            g[j] = gradient[row * width + j] * bounds.unit()[j];
            // Math.max keeps NaN.
            largest = Math.max(largest, Math.abs(g[j]));
        }
        return largest > 0 && Double.isFinite(largest) ? g : null;
    }

    /**
     * Moves row i, without projecting it.
     *
     * @param g not zero, in units
     * @param steep along the direction that is steepest in the ball's norm, else along the gradient, scaled to move as
     *     far
     */
    void step(double[] x, int i, double[] g, double length, boolean steep) {
        double[] by = steep ? steepest(x, i, g) : along(g);
        for (int j = 0; j < width; j++) {
            x[i * width + j] += length * by[j] * bounds.unit()[j];
        }
    }

    private double[] steepest(double[] x, int i, double[] g) {
        return switch (budget.ball()) {
            case LINF -> Arrays.stream(g).map(Math::signum).toArray();
            case L2 -> along(g);
            case L1 -> sparse(x, i, g);
        };
    }

    /* In Linf a step moves the root mean square of the entries by its length. */
    private double[] along(double[] g) {
        double norm = budget.ball() == Ball.L1 ? Vectors.norm1(g) : Vectors.norm(g);
        double factor = budget.ball() == Ball.LINF ? Math.sqrt(width) : 1;
        return Arrays.stream(g).map(v -> v / norm * factor).toArray();
    }

    private double[] sparse(double[] x, int i, double[] g) {
        int[] free = IntStream.range(0, width)
                .filter(j ->
                        g[j] > 0 ? x[i * width + j] < bounds.high()[j] : g[j] < 0 && x[i * width + j] > bounds.low()[j])
                .boxed()
                .sorted(Comparator.comparingDouble(j -> -Math.abs(g[j])))
                .limit(Math.max(1, (long) Math.ceil(SPARSE * width)))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] out = new double[width];
        for (int j : free) {
            out[j] = Math.signum(g[j]) / free.length;
        }
        return out;
    }
}
