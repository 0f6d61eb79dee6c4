package dev.qualm.detect.wrong;

import java.util.Random;

/** Rows in which some features tell whether a prediction was wrong. */
record Planted(double[][] rows, boolean[] wrong) {
    /** A quarter is wrong; of these the first feature, and less so the second, is larger. */
    static Planted normal(int n, int features, double shift, long seed) {
        Random random = new Random(seed);
        double[][] rows = new double[n][features];
        boolean[] wrong = new boolean[n];
        for (int i = 0; i < n; i++) {
            wrong[i] = i % 4 == 3;
            for (int k = 0; k < features; k++) {
                rows[i][k] = random.nextGaussian() + (wrong[i] && k < 2 ? shift / (k + 1) : 0);
            }
        }
        return new Planted(rows, wrong);
    }

    /** Wrong predictions lie around the right ones: no plane tells them apart. */
    static Planted ring(int n, long seed) {
        Random random = new Random(seed);
        double[][] rows = new double[n][2];
        boolean[] wrong = new boolean[n];
        for (int i = 0; i < n; i++) {
            wrong[i] = i % 3 == 0;
            double radius = (wrong[i] ? 2.5 : 0.7) + 0.3 * random.nextGaussian();
            double angle = 2 * Math.PI * random.nextDouble();
            rows[i] = new double[] {radius * Math.cos(angle), radius * Math.sin(angle)};
        }
        return new Planted(rows, wrong);
    }

    /** The rows on which scikit-learn 1.2.1 was run. */
    static Planted waves() {
        double[][] rows = new double[40][];
        boolean[] wrong = new boolean[40];
        for (int i = 0; i < 40; i++) {
            rows[i] = new double[] {Math.sin(i), Math.cos(1.7 * i), (i * 7) % 11 / 11.0};
            wrong[i] = rows[i][0] + 0.5 * rows[i][1] + 0.8 * Math.sin(3.1 * i) > 0.2;
        }
        return new Planted(rows, wrong);
    }
}
