package dev.qualm.attack;

import java.util.Arrays;

/** The nearest point in the intersection of an L1 ball and the box (Croce, Hein, "Mind the box", ICML 2021, section 3.1). */
/*
 * Projecting onto the ball and then clipping ends inside the ball, not on its surface: budget is given away wherever the box cuts. In the
 * nearest point every entry keeps its sign and moves by min(room, max(0, |d| - t)), room being what the box leaves in that direction;
 * t is the one value at which the sizes add up to epsilon. Their sum falls piecewise linearly in t; its corners are the values |d| and
 * |d| - room, so walking down through the sorted corners finds t in O(n log n).
 */
final class BoxedL1 {
    private BoxedL1() {}

    /**
     * Moves a row.
     *
     * @param at where it starts, in both arrays
     * @param epsilon the radius in the unit of the box
     */
    static void project(double[] original, double[] x, int at, double epsilon, Box bounds) {
        double[] unit = bounds.unit();
        int width = unit.length;
        double[] size = new double[width];
        double[] room = new double[width];
        double sum = 0;
        for (int j = 0; j < width; j++) {
            double d = (x[at + j] - original[at + j]) / unit[j];
            double edge = d < 0 ? original[at + j] - bounds.low()[j] : bounds.high()[j] - original[at + j];
            size[j] = Math.abs(d);
            room[j] = Math.max(0, edge / unit[j]);
            sum += Math.min(size[j], room[j]);
        }
        double t = sum > epsilon ? threshold(size, room, epsilon) : 0;
        for (int j = 0; j < width; j++) {
            double moved = Math.min(room[j], Math.max(0, size[j] - t));
            int k = at + j;
            x[k] = moved == 0 ? original[k] : original[k] + Math.copySign(moved, x[k] - original[k]) * unit[j];
        }
    }

    /** Where sizes shrunk by it, but at most as large as the room, add up to epsilon. */
    private static double threshold(double[] size, double[] room, double epsilon) {
        int n = size.length;
        // Going down: at |d| an entry begins to move, at |d| - room it has used its room up.
        double[] begins = size.clone();
        double[] ends = new double[n];
        Arrays.setAll(ends, j -> Math.max(0, size[j] - room[j]));
        Arrays.sort(begins);
        Arrays.sort(ends);
        int moving = 0;
        int b = n - 1;
        int e = n - 1;
        double at = begins[n - 1];
        double sum = 0;
        while (b >= 0 || e >= 0) {
            double next = Math.max(b >= 0 ? begins[b] : 0, e >= 0 ? ends[e] : 0);
            double gained = moving * (at - next);
            if (sum + gained >= epsilon) {
                break;
            }
            sum += gained;
            at = next;
            if (b >= 0 && begins[b] == next) {
                moving++;
                b--;
            } else {
                moving--;
                e--;
            }
        }
        return moving == 0 ? at : Math.max(0, at - (epsilon - sum) / moving);
    }
}
