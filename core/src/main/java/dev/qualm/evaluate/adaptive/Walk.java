package dev.qualm.evaluate.adaptive;

import dev.qualm.array.Array;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Projected gradient descent on classifier and detector together. Raises the lead m of the best other class, lowers the
 * score g, and asks both at every point; an item stops where it evades.
 */
/*
 * Selective and orthogonal: Bryniarski, Hingun, Pachuca, Wang, Carlini, ICLR 2022, section 4: one loss at a time, that
 * which is not satisfied yet; orthogonal steps leave the other loss alone, to first order. Their steps follow the
 * gradient itself, not its sign, which would undo the projection. Joint: one loss m - lambda max(0, g - threshold),
 * lambda by halving per item (Carlini, Wagner, AISec 2017; S&P 2017, section V).
 */
final class Walk {
    /** How the two gradients become a step. */
    enum Rule {
        JOINT,
        SELECTIVE,
        ORTHOGONAL
    }

    private static final double GROWTH = 10;
    /** Part of a gradient below which nothing but rounding is left of it. */
    private static final double NOTHING = 1e-9;

    private final Ground ground;
    private final Defence defence;
    private final ScoreGradient slope;
    private final double[] threshold;
    private final int steps;
    private final double length;
    private final Finds finds;
    private final double[] x;
    private final boolean[] lastWrong;
    private final double[] ratio;
    private double asking;

    /**
     * @param defence whose answers count, the ground's own or a surrogate
     * @param threshold per item
     */
    Walk(Ground ground, Defence defence, ScoreGradient slope, double[] threshold, int steps) {
        this.ground = ground;
        this.defence = defence;
        this.slope = slope;
        this.threshold = threshold;
        this.steps = steps;
        length =
                ground.budget.epsilon() * Math.min(1, ground.settings().search().stride() / steps);
        finds = new Finds(ground);
        x = ground.original.clone();
        lastWrong = new boolean[ground.n];
        ratio = new double[ground.n];
    }

    /** Against the ground's own defence. */
    static Walk of(Ground ground, ScoreGradient slope) {
        return of(ground, slope, ground.settings().search().steps());
    }

    static Walk of(Ground ground, ScoreGradient slope, int steps) {
        double[] same = new double[ground.n];
        Arrays.fill(same, ground.defence.threshold());
        return new Walk(ground, ground.defence, slope, same, steps);
    }

    /** Selective or orthogonal descent from several starts. */
    Finds run(Rule rule, int restarts) {
        for (int start = 0; start < restarts && open().length > 0; start++) {
            place(start);
            // Signs move every entry and so further, the gradient itself keeps orthogonality: one start each.
            climb(rule, null, rule == Rule.SELECTIVE ? start % 2 == 0 : start % 2 == 1);
        }
        return finds;
    }

    /** Descent on the joint loss, for one lambda after the other. */
    Finds joint(int lambdas) {
        int n = ground.n;
        double[] lambda = new double[n];
        double[] low = new double[n];
        double[] high = new double[n];
        Arrays.fill(lambda, 1);
        Arrays.fill(high, Double.POSITIVE_INFINITY);
        for (int round = 0; round < lambdas && open().length > 0; round++) {
            place(round);
            climb(Rule.JOINT, lambda, true);
            for (int i : open()) {
                if (lastWrong[i]) {
                    low[i] = lambda[i];
                } else {
                    high[i] = lambda[i];
                }
                lambda[i] = Double.isInfinite(high[i])
                        ? lambda[i] * GROWTH
                        : low[i] == 0 ? lambda[i] / GROWTH : Math.sqrt(low[i] * high[i]);
            }
        }
        return finds;
    }

    private int[] open() {
        return IntStream.range(0, ground.n).filter(i -> !finds.evaded[i]).toArray();
    }

    /* From the item, from where an attack on the classifier alone ends, then from random points. */
    private void place(int start) {
        System.arraycopy(ground.original, 0, x, 0, x.length);
        if (start == 1) {
            double[] end = Oblivious.end(ground, defence.network(), finds.passes);
            System.arraycopy(end, 0, x, 0, x.length);
            for (int i : open()) {
                // As the surrogate's precision rounds them, points may be outside by a digit.
                ground.project(x, i);
            }
        }
        for (int i = 0; i < ground.n && start > 1; i++) {
            ground.scatter(x, i, ground.random(i, start));
        }
    }

    private void climb(Rule rule, double @Nullable [] lambda, boolean steep) {
        Arrays.fill(ratio, 0);
        int[] active = open();
        for (int s = 0; s <= steps && active.length > 0; s++) {
            Array batch = ground.array(x, active);
            Defence.Answers answers = defence.ask(batch);
            asking = defence.score().passes(answers.logits()[0].length);
            int[] left = new int[active.length];
            int[] rows = new int[active.length];
            int count = 0;
            for (int r = 0; r < active.length; r++) {
                int i = active[r];
                finds.offer(i, x, i * ground.width, answers, r, ground.labels[i], threshold[i]);
                finds.passes[i] += asking;
                lastWrong[i] = answers.wrong(r, ground.labels[i]);
                if (!finds.evaded[i]) {
                    rows[count] = r;
                    left[count++] = i;
                }
            }
            active = Arrays.copyOf(left, count);
            if (s < steps && count > 0) {
                active = step(rule, lambda, steep, active, answers, Arrays.copyOf(rows, count));
            }
        }
    }

    /** Returns the items that moved; the others would stay where they are for ever. */
    private int[] step(
            Rule rule, double @Nullable [] lambda, boolean steep, int[] active, Defence.Answers answers, int[] rows) {
        Array batch = ground.array(x, active);
        boolean both = rule != Rule.SELECTIVE;
        int[] forMargin = IntStream.range(0, active.length)
                .filter(k -> both || !lastWrong[active[k]])
                .toArray();
        int[] forScore = IntStream.range(0, active.length)
                .filter(k -> lastWrong[active[k]]
                        || rule == Rule.ORTHOGONAL
                        || (rule == Rule.JOINT && !(answers.scores()[rows[k]] <= threshold[active[k]])))
                .toArray();
        double[][] up = new double[active.length][];
        double[][] down = new double[active.length][];
        boolean[] has = new boolean[active.length];
        fill(up, forMargin, margins(batch, active, forMargin));
        fill(down, forScore, forScore.length == 0 ? new double[0] : slope.at(batch.select(forScore)));
        for (int k : forMargin) {
            finds.passes[active[k]] += 2;
        }
        for (int k : forScore) {
            has[k] = true;
            finds.looks[active[k]]++;
            finds.blind[active[k]] += down[k].length == 0 ? 1 : 0;
            finds.passes[active[k]] += slope.passes(answers.logits()[0].length);
        }
        int[] moved = new int[active.length];
        int count = 0;
        for (int k = 0; k < active.length; k++) {
            int i = active[k];
            double[] m = up[k] == null ? new double[0] : up[k];
            double[] g = has[k] ? down[k] : new double[0];
            double[] d = direction(rule, m, g, lastWrong[i], lambda == null ? 0 : lambda[i], i);
            if (d.length > 0) {
                ground.step(x, i, d, length, steep);
                ground.project(x, i);
                moved[count++] = i;
            }
        }
        return Arrays.copyOf(moved, count);
    }

    private double[] margins(Array batch, int[] active, int[] chosen) {
        if (chosen.length == 0) {
            return new double[0];
        }
        try (Pass pass = Pass.of(defence.network(), batch.select(chosen))) {
            double[][] z = pass.logits();
            double[][] cotangent = new double[z.length][z[0].length];
            for (int r = 0; r < z.length; r++) {
                int label = ground.labels[active[chosen[r]]];
                cotangent[r][Pass.largest(z[r], label)] = 1;
                cotangent[r][label] = -1;
            }
            return pass.gradient(cotangent);
        }
    }

    /** Rows of gradients in the unit of the budget, empty where they are zero or not finite. */
    private void fill(double[][] out, int[] places, double[] gradients) {
        for (int r = 0; r < places.length; r++) {
            double[] g = ground.inUnits(gradients, r);
            out[places[r]] = g == null ? new double[0] : g;
        }
    }

    /** Where to go: empty if nowhere. Gradients that are not there are empty. */
    private double[] direction(Rule rule, double[] up, double[] down, boolean wrong, double lambda, int i) {
        if (rule == Rule.JOINT) {
            if (up.length > 0 && down.length > 0 && ratio[i] == 0) {
                ratio[i] = Vectors.norm(up) / Vectors.norm(down);
            }
            // With the norms of both at the first common point, so that lambda has no unit.
            return joint(up, down, lambda * ratio[i]);
        }
        return rule == Rule.SELECTIVE ? selective(up, down, wrong) : orthogonal(up, down, wrong);
    }

    static double[] joint(double[] up, double[] down, double weight) {
        if (up.length == 0 || down.length == 0) {
            return up.length > 0 ? up : negative(down);
        }
        return Vectors.minus(up, weight, down);
    }

    static double[] selective(double[] up, double[] down, boolean wrong) {
        return wrong ? negative(down) : up;
    }

    /**
     * The gradient of the loss that is not satisfied, without its part along the other; whole if that leaves nothing.
     *
     * @param up of the lead, which is to grow
     * @param down of the score, which is to fall
     * @param wrong whether the item is misclassified already
     */
    static double[] orthogonal(double[] up, double[] down, boolean wrong) {
        double[] own = wrong ? negative(down) : up;
        double[] other = wrong ? up : down;
        if (own.length == 0 || other.length == 0) {
            return own;
        }
        double[] rest = Vectors.without(own, other);
        return Vectors.norm(rest) > NOTHING * Vectors.norm(own) ? rest : own;
    }

    private static double[] negative(double[] g) {
        return Arrays.stream(g).map(v -> -v).toArray();
    }
}
