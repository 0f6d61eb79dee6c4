package dev.qualm.attack;

import dev.qualm.Status;
import java.util.Arrays;

/** {@link CarliniWagner} on one micro-batch. */
final class CarliniWagnerRun {
    private static final double FIRST = 0.9;
    private static final double SECOND = 0.999;
    /** Keeps the edges of the box at finite variables. */
    private static final double INSIDE = 0.999999;

    private final CarliniWagner attack;
    private final Trail trail;
    private final Objective margin;
    private final int width;
    private final double[] start;
    private final double[] w;
    private final double[] x;
    private final double[] home;
    private final double[] constant;
    private final boolean[] found;
    private final boolean[] moved;

    CarliniWagnerRun(CarliniWagner attack, Trail trail) {
        this.attack = attack;
        this.trail = trail;
        width = trail.width;
        margin = new Objectives.Margin(trail.aim);
        start = new double[trail.original.length];
        for (int k = 0; k < start.length; k++) {
            double share = (trail.original[k] - middle(k)) / half(k) * INSIDE;
            start[k] = 0.5 * Math.log((1 + share) / (1 - share));
        }
        w = start.clone();
        x = new double[start.length];
        home = new double[start.length];
        constant = new double[trail.rows];
        found = new boolean[trail.rows];
        moved = new boolean[trail.rows];
    }

    private double middle(int k) {
        return (trail.bounds.low()[k % width] + trail.bounds.high()[k % width]) / 2;
    }

    private double half(int k) {
        return (trail.bounds.high()[k % width] - trail.bounds.low()[k % width]) / 2;
    }

    void run() {
        int[] active = begin();
        double[] low = new double[trail.rows];
        double[] high = new double[trail.rows];
        Arrays.fill(high, Double.POSITIVE_INFINITY);
        Arrays.fill(constant, attack.constant());
        for (int i : active) {
            toInputs(i);
            System.arraycopy(x, i * width, home, i * width, width);
        }
        for (int s = 0; s < attack.searches() && active.length > 0; s++) {
            for (int i : active) {
                System.arraycopy(start, i * width, w, i * width, width);
                found[i] = false;
            }
            active = descend(active);
            for (int i : active) {
                if (found[i]) {
                    high[i] = constant[i];
                } else {
                    low[i] = constant[i];
                }
                constant[i] = Double.isInfinite(high[i]) ? constant[i] * 10 : (low[i] + high[i]) / 2;
            }
        }
        trail.verify();
    }

    /** Leaves out what needs no search. */
    private int[] begin() {
        int[] all = trail.all();
        Logits clean = trail.logits(trail.original, all);
        return Arrays.stream(all)
                .filter(i -> {
                    clean.checked(trail.aim.classes()[i]);
                    if (!clean.isFinite(i)) {
                        trail.status[i] = Trail.nonFinite();
                    }
                    boolean reached = clean.isFinite(i) && trail.aim.reached(i, clean.predicted(i));
                    return clean.isFinite(i) && !reached;
                })
                .toArray();
    }

    private void toInputs(int i) {
        for (int k = i * width; k < (i + 1) * width; k++) {
            double value = middle(k) + half(k) * Math.tanh(w[k]);
            x[k] = LossSweep.rounded(trail.network, trail.bounds.clip(k % width, value));
        }
    }

    private int[] descend(int[] from) {
        int[] active = from;
        double[] first = new double[w.length];
        double[] second = new double[w.length];
        for (int s = 1; s <= attack.steps() && active.length > 0; s++) {
            for (int i : active) {
                toInputs(i);
            }
            active = step(active, first, second, s);
        }
        return active;
    }

    private int[] step(int[] active, double[] first, double[] second, int s) {
        try (LossSweep sweep = trail.sweep(x, active)) {
            double[] cotangent = sweep.cotangent();
            for (int r = 0; r < active.length; r++) {
                int i = active[r];
                if (sweep.isFinite(r) && leads(sweep, r, i)) {
                    take(i, sweep.predicted(r));
                } else if (sweep.isFinite(r)) {
                    margin.add(sweep, cotangent, r, i);
                }
            }
            double[] gradient = trail.gradient(sweep, cotangent, active);
            int[] left = new int[active.length];
            int count = 0;
            for (int r = 0; r < active.length; r++) {
                if (adam(active[r], r, gradient, leads(sweep, r, active[r]), first, second, s)) {
                    left[count++] = active[r];
                }
            }
            return Arrays.copyOf(left, count);
        }
    }

    /** Of equal logits the first one answers, so a margin of 0 may not be enough. */
    private boolean leads(Logits z, int r, int i) {
        return trail.aim.reached(i, z.predicted(r)) && margin.value(z, r, i) >= attack.confidence();
    }

    private void take(int i, int answer) {
        found[i] = true;
        double worth = -Norms.of(trail.original, x, i, trail.bounds).l2();
        if (!trail.success[i] || worth > trail.value[i]) {
            trail.take(i, x, true, answer, worth);
        }
    }

    /** Returns false if there is no way to go. */
    private boolean adam(int i, int r, double[] gradient, boolean reached, double[] first, double[] second, int s) {
        double largest = 0;
        for (int j = 0; j < width; j++) {
            largest = Math.max(largest, Math.abs(gradient[r * width + j]));
        }
        if (!Double.isFinite(largest)) {
            trail.status[i] = Status.nonFinite("a gradient is NaN or infinite");
            return false;
        }
        moved[i] |= largest > 0;
        if (largest == 0 && !reached && !moved[i]) {
            trail.status[i] = Status.zeroGradient("the margin does not depend on the input");
            return false;
        }
        for (int j = 0; j < width; j++) {
            int k = i * width + j;
            double unit = trail.bounds.unit()[j];
            double tanh = Math.tanh(w[k]);
            double g = 2 * (x[k] - home[k]) / (unit * unit) - constant[i] * gradient[r * width + j];
            g *= half(k) * (1 - tanh * tanh);
            first[k] = FIRST * first[k] + (1 - FIRST) * g;
            second[k] = SECOND * second[k] + (1 - SECOND) * g * g;
            double mean = first[k] / (1 - Math.pow(FIRST, s));
            double size = Math.sqrt(second[k] / (1 - Math.pow(SECOND, s)));
            w[k] -= attack.rate() * mean / (size + 1e-8);
        }
        return true;
    }
}
