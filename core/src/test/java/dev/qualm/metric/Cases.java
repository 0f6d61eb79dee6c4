package dev.qualm.metric;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Scored cases of two classes, positives to be caught (or wrong), with at least one of each; {@code right} marks which
 * negatives were classified rightly.
 */
record Cases(double[] scores, boolean[] positive, boolean[] right) {
    private static final double INF = Double.POSITIVE_INFINITY;

    /** Seeded cases of one of ten hostile kinds, 2 to 42 of them. */
    static Cases random(int seed) {
        Random random = new Random(seed);
        int n = seed % 3 == 0 ? 2 + random.nextInt(3) : 2 + random.nextInt(41);
        double[] scores = RandomScores.normal(random, n, 0);
        int kind = seed % 10;
        for (int i = 0; i < n; i++) {
            scores[i] = switch (kind) {
                case 0 -> scores[i];
                case 1 -> Math.rint(scores[i] * 2);
                case 2 -> random.nextInt(2);
                case 3 -> 0.3;
                case 4 -> random.nextInt(3) == 0 ? INF : random.nextInt(3) == 0 ? -INF : Math.rint(scores[i]);
                case 5 -> random.nextBoolean() ? INF : -INF;
                case 6 -> 1 + random.nextInt(4) * Math.ulp(1.0);
                case 7 -> scores[i] * Double.MAX_VALUE / 8;
                case 8 -> random.nextInt(4) * Double.MIN_VALUE * (random.nextBoolean() ? 1 : -1);
                default -> random.nextBoolean() ? 0.0 : -0.0;
            };
        }
        boolean[] positive = new boolean[n];
        boolean[] right = new boolean[n];
        double rate = random.nextDouble();
        for (int i = 0; i < n; i++) {
            positive[i] = random.nextDouble() < rate;
            right[i] = random.nextInt(4) > 0;
        }
        int first = random.nextInt(n);
        positive[first] = true;
        positive[(first + 1 + random.nextInt(n - 1)) % n] = false;
        return new Cases(scores, positive, right);
    }

    int n() {
        return scores.length;
    }

    Ranking ranking() {
        return Ranking.of(scores, positive);
    }

    RiskCoverage curve() {
        return RiskCoverage.of(scores, positive);
    }

    InputOrderRiskCoverage prefixes() {
        return InputOrderRiskCoverage.of(scores, positive);
    }

    double[] negatives() {
        return Ranking.select(scores, positive, false);
    }

    double[] positives() {
        return Ranking.select(scores, positive, true);
    }

    /** Marks of the negatives. */
    boolean[] rights() {
        int[] cases = IntStream.range(0, n()).filter(i -> !positive[i]).toArray();
        boolean[] out = new boolean[cases.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = right[cases[i]];
        }
        return out;
    }

    /** Classes exchanged, scores negated. */
    Cases mirrored() {
        double[] s = Arrays.stream(scores).map(v -> 0.0 - v).toArray();
        boolean[] p = new boolean[n()];
        for (int i = 0; i < p.length; i++) {
            p[i] = !positive[i];
        }
        return new Cases(s, p, right);
    }

    /** The same cases in another order. */
    Cases shuffled(Random random) {
        int[] order = IntStream.range(0, n()).toArray();
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int kept = order[i];
            order[i] = order[j];
            order[j] = kept;
        }
        boolean[] p = new boolean[n()];
        boolean[] r = new boolean[n()];
        for (int i = 0; i < p.length; i++) {
            p[i] = positive[order[i]];
            r[i] = right[order[i]];
        }
        return new Cases(Arrays.stream(order).mapToDouble(i -> scores[i]).toArray(), p, r);
    }

    /** Each score replaced by three times the number of smaller scores: order and ties stay. */
    Cases ranked() {
        double[] s = Arrays.stream(scores)
                .map(v -> 3.0 * Arrays.stream(scores).filter(o -> o < v).count() - 7)
                .toArray();
        return new Cases(s, positive, right);
    }

    @Override
    public String toString() {
        return Arrays.toString(scores) + " with positives " + Arrays.toString(positive);
    }
}
