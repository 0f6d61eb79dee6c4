package dev.qualm.attack;

import java.util.stream.IntStream;

/** {@link Square} on one micro-batch: all rows propose, then all are asked about in one pass. */
/*
 * Linf: vertical stripes of plus or minus epsilon to begin with (all of an image's rows alike), then squares in which every channel takes
 * the sign drawn for it. L2: tiles of rings whose weight falls from the centre; then one window gives its mass to another, which gets
 * a new ring of that mass and of what of the budget is not spent (section 3.4, algorithm 3).
 */
final class SquareRun {
    private final Square attack;
    private final Trail trail;
    private final SquareDraws draws;
    private final Objective margin;
    private final int channels;
    private final int height;
    private final int columns;
    private final double[] x;

    SquareRun(Square attack, Trail trail, SquareDraws draws) {
        this.attack = attack;
        this.trail = trail;
        this.draws = draws;
        margin = new Objectives.Margin(trail.aim);
        int[] shape = trail.shape();
        channels = shape.length == 4 ? shape[1] : 1;
        height = shape.length == 4 ? shape[2] : 1;
        columns = trail.width / channels / height;
        x = trail.original.clone();
    }

    void run() {
        int[] active = ask(trail.all(), trail.original);
        for (int i : active) {
            trail.value[i] = Double.NEGATIVE_INFINITY;
            if (attack.limit().ball() == Ball.LINF) {
                stripes(i);
            } else {
                tiles(i);
            }
            settle(i);
        }
        active = ask(active, x);
        for (int q = 0; q < attack.queries() && active.length > 0; q++) {
            int side = side(q);
            for (int i : active) {
                System.arraycopy(trail.best, i * trail.width, x, i * trail.width, trail.width);
                if (attack.limit().ball() == Ball.LINF) {
                    square(i, side);
                } else {
                    exchange(i, side);
                }
                settle(i);
            }
            active = ask(active, x);
        }
    }

    /** Takes over what is better, and returns the rows that are not there yet. */
    private int[] ask(int[] active, double[] points) {
        if (active.length == 0) {
            return active;
        }
        Logits z = trail.logits(points, active);
        return IntStream.range(0, active.length)
                .filter(r -> {
                    int i = active[r];
                    if (z.isFinite(r)) {
                        trail.offer(i, points, z, r, margin.value(z, r, i));
                    } else if (trail.value[i] == Double.NEGATIVE_INFINITY) {
                        trail.status[i] = Trail.nonFinite();
                        trail.predicted[i] = z.predicted(r);
                        return false;
                    }
                    return !trail.success[i];
                })
                .map(r -> active[r])
                .toArray();
    }

    /** The square's side at a query; the share of the pixels halves at fixed shares of the queries (supplement B). */
    int side(int query) {
        int step = (int) ((long) query * 10_000 / attack.queries());
        int[] marks = {10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000};
        double share = attack.share();
        for (int mark : marks) {
            share /= step > mark ? 2 : 1;
        }
        double side = Math.sqrt(share * trail.width / channels);
        if (height == 1) {
            // A window of one row covers its share of the columns.
            side = share * columns;
        }
        int most = height == 1 ? Math.max(1, columns - 1) : Math.min(height, columns) - 1;
        return Math.max(1, Math.min(most, (int) Math.rint(side)));
    }

    private int at(int i, int c, int row, int column) {
        return i * trail.width + (c * height + row) * columns + column;
    }

    private double unit(int at) {
        return trail.bounds.unit()[at % trail.width];
    }

    private void stripes(int i) {
        for (int c = 0; c < channels; c++) {
            for (int column = 0; column < columns; column++) {
                int sign = draws.sign(i);
                for (int row = 0; row < height; row++) {
                    int at = at(i, c, row, column);
                    x[at] = trail.original[at] + sign * attack.limit().epsilon() * unit(at);
                }
            }
        }
    }

    private void square(int i, int side) {
        int rows = Math.min(side, height);
        int top = draws.below(i, height - rows + 1);
        int left = draws.below(i, columns - side + 1);
        for (int c = 0; c < channels; c++) {
            int sign = draws.sign(i);
            for (int row = top; row < top + rows; row++) {
                for (int column = left; column < left + side; column++) {
                    int at = at(i, c, row, column);
                    x[at] += 2 * sign * attack.limit().epsilon() * unit(at);
                }
            }
        }
    }

    private void tiles(int i) {
        int side = Math.max(1, Math.min(height == 1 ? columns : Math.min(height, columns), columns / 5));
        int rows = Math.min(side, height);
        double[] ring = Rings.ring(rows, side);
        double[] change = new double[trail.width];
        for (int c = 0; c < channels; c++) {
            for (int top = 0; top + rows <= height; top += rows) {
                for (int left = 0; left + side <= columns; left += side) {
                    int sign = draws.sign(i);
                    for (int k = 0; k < ring.length; k++) {
                        change[at(0, c, top + k / side, left + k % side)] = sign * ring[k];
                    }
                }
            }
        }
        double length = Rings.length(change);
        for (int j = 0; j < trail.width; j++) {
            int at = i * trail.width + j;
            x[at] = trail.original[at] + attack.limit().epsilon() / length * change[j] * unit(at);
        }
    }

    private void exchange(int i, int wanted) {
        // Odd sides have a centre, and the smallest square of the authors' code has 3.
        int side = Math.min(columns, Math.max(Math.min(3, columns), wanted + (wanted + 1) % 2));
        int rows = Math.min(side, height);
        int top = draws.below(i, height - rows + 1);
        int left = draws.below(i, columns - side + 1);
        int otherTop = draws.below(i, height - rows + 1);
        int otherLeft = draws.below(i, columns - side + 1);
        double[] change = new double[trail.width];
        for (int j = 0; j < trail.width; j++) {
            int at = i * trail.width + j;
            change[j] = (x[at] - trail.original[at]) / unit(at);
        }
        double length = Rings.length(change);
        double epsilon = attack.limit().epsilon();
        double spare = Math.max(0, epsilon * epsilon - length * length) / channels;
        double[] ring = Rings.ring(rows, side);
        for (int c = 0; c < channels; c++) {
            double mass = 0;
            double own = 0;
            for (int k = 0; k < ring.length; k++) {
                int here = at(0, c, top + k / side, left + k % side);
                int there = at(0, c, otherTop + k / side, otherLeft + k % side);
                own += change[here] * change[here];
                mass += change[here] * change[here];
                boolean shared = inside(otherTop + k / side, otherLeft + k % side, top, left, rows, side);
                mass += shared ? 0 : change[there] * change[there];
            }
            double old = Math.sqrt(own);
            int sign = draws.sign(i);
            double[] fresh = new double[ring.length];
            for (int k = 0; k < ring.length; k++) {
                double before = change[at(0, c, top + k / side, left + k % side)];
                fresh[k] = sign * ring[k] + (old > 0 ? before / old : 0);
            }
            double size = Rings.length(fresh);
            for (int k = 0; k < ring.length; k++) {
                change[at(0, c, otherTop + k / side, otherLeft + k % side)] = 0;
            }
            for (int k = 0; k < ring.length; k++) {
                change[at(0, c, top + k / side, left + k % side)] =
                        size == 0 ? 0 : fresh[k] / size * Math.sqrt(mass + spare);
            }
        }
        for (int j = 0; j < trail.width; j++) {
            int at = i * trail.width + j;
            x[at] = trail.original[at] + change[j] * unit(at);
        }
    }

    private static boolean inside(int row, int column, int top, int left, int rows, int side) {
        return row >= top && row < top + rows && column >= left && column < left + side;
    }

    private void settle(int i) {
        attack.limit()
                .ball()
                .project(trail.original, x, i * trail.width, attack.limit().epsilon(), trail.bounds);
        trail.toBox(x, i);
        trail.round(x, i);
    }
}
