package dev.qualm.evaluate.adaptive;

import java.util.Arrays;

/** The best point that an attack found for each item of a {@link Ground}, and what the search cost. */
final class Finds {
    final double[] x;
    final boolean[] wrong;
    final boolean[] evaded;
    final double[] score;
    /** Forward passes, or what costs as much. */
    final double[] passes;
    /** How often a gradient of the score was asked for, and how often it was zero or not finite. */
    final long[] looks;

    final long[] blind;
    /** Where the search began, and the best it came to: the lead of another class, and the score of points with one. */
    final double[] firstMargin;

    final double[] bestMargin;
    final double[] firstScore;
    final double[] bestScore;
    private final int width;

    Finds(Ground ground) {
        width = ground.width;
        int n = ground.n;
        x = ground.original.clone();
        wrong = new boolean[n];
        evaded = new boolean[n];
        score = filled(n, Double.NaN);
        passes = new double[n];
        looks = new long[n];
        blind = new long[n];
        firstMargin = filled(n, Double.NaN);
        bestMargin = filled(n, Double.NEGATIVE_INFINITY);
        firstScore = filled(n, Double.NaN);
        bestScore = filled(n, Double.POSITIVE_INFINITY);
    }

    private static double[] filled(int n, double value) {
        double[] out = new double[n];
        Arrays.fill(out, value);
        return out;
    }

    /** Takes a point over if it is better: evading before misclassified, then the smaller score. */
    void offer(int i, double[] from, int at, boolean isWrong, boolean passes, double itsScore) {
        boolean evades = isWrong && passes;
        boolean better = evades != evaded[i]
                ? evades
                : isWrong != wrong[i] ? isWrong : isWrong && !(itsScore >= score[i]) && !Double.isNaN(itsScore);
        if (better) {
            System.arraycopy(from, at, x, i * width, width);
            evaded[i] = evades;
            wrong[i] = isWrong;
            score[i] = itsScore;
        }
    }

    /** Offers row {@code row} of some answers. */
    void offer(int i, double[] from, int at, Defence.Answers answers, int row, int label, double threshold) {
        double s = answers.scores()[row];
        boolean isWrong = answers.wrong(row, label);
        double margin = answers.margin(row, label);
        if (Double.isNaN(firstMargin[i])) {
            firstMargin[i] = margin;
        }
        bestMargin[i] = Math.max(bestMargin[i], margin);
        if (isWrong && Double.isNaN(firstScore[i])) {
            firstScore[i] = s;
        }
        if (isWrong && s < bestScore[i]) {
            bestScore[i] = s;
        }
        offer(i, from, at, isWrong, s <= threshold, s);
    }

    /** Whether a search got no further than where it began, on an item that does not evade. */
    boolean stuck(int i) {
        boolean margin = bestMargin[i] > firstMargin[i];
        boolean lower = bestScore[i] < firstScore[i];
        return !evaded[i] && !margin && !lower;
    }

    /** Adds what another search of the same items found. */
    void merge(Finds other) {
        for (int i = 0; i < wrong.length; i++) {
            offer(i, other.x, i * width, other.wrong[i], other.evaded[i], other.score[i]);
            passes[i] += other.passes[i];
            looks[i] += other.looks[i];
            blind[i] += other.blind[i];
            if (Double.isNaN(firstMargin[i])) {
                firstMargin[i] = other.firstMargin[i];
            }
            if (Double.isNaN(firstScore[i])) {
                firstScore[i] = other.firstScore[i];
            }
            bestMargin[i] = Math.max(bestMargin[i], other.bestMargin[i]);
            bestScore[i] = Math.min(bestScore[i], other.bestScore[i]);
        }
    }
}
