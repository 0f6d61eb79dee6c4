package dev.qualm.report.chart;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;

/** Drops the points of a polyline that nobody could see. */
final class Simplify {
    private Simplify() {}

    /**
     * Indices of the points to keep, ascending, first and last included, such that every dropped point is within
     * {@code tolerance} of the segment that replaces it.
     */
    /*
     * Ramer 1972, Douglas and Peucker 1973, with an explicit stack: a staircase of 100,000 steps must not overflow
     * the thread's. Distances are to the segment, not to the infinite line, so a path that doubles back keeps its
     * tips.
     */
    static int[] keep(double[] x, double[] y, double tolerance) {
        int n = x.length;
        BitSet kept = new BitSet(n);
        if (n == 0) {
            return new int[0];
        }
        kept.set(0);
        kept.set(n - 1);
        Deque<int[]> open = new ArrayDeque<>();
        open.push(new int[] {0, n - 1});
        while (!open.isEmpty()) {
            int[] span = open.pop();
            int far = -1;
            double worst = tolerance;
            for (int i = span[0] + 1; i < span[1]; i++) {
                double d = distance(x, y, i, span[0], span[1]);
                if (d > worst) {
                    worst = d;
                    far = i;
                }
            }
            if (far >= 0) {
                kept.set(far);
                open.push(new int[] {span[0], far});
                open.push(new int[] {far, span[1]});
            }
        }
        return kept.stream().toArray();
    }

    private static double distance(double[] x, double[] y, int p, int a, int b) {
        double dx = x[b] - x[a];
        double dy = y[b] - y[a];
        double length2 = dx * dx + dy * dy;
        double t = length2 == 0 ? 0 : ((x[p] - x[a]) * dx + (y[p] - y[a]) * dy) / length2;
        double clamped = Math.min(1, Math.max(0, t));
        return Math.hypot(x[p] - x[a] - clamped * dx, y[p] - y[a] - clamped * dy);
    }
}
