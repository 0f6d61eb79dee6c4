package dev.qualm.detect.wrong;

/** What the models ask of the rows they learn from, and sums over them. */
final class Rows {
    private Rows() {}

    /**
     * Checks rows for fitting.
     *
     * @param least rows of each class that the model needs
     */
    static void require(String model, double[][] rows, boolean[] wrong, int least) {
        if (rows.length != wrong.length) {
            throw new FitException("Fitting " + model + ": expected one label for each of " + rows.length
                    + " rows, but found " + wrong.length);
        }
        int positive = count(wrong);
        int negative = wrong.length - positive;
        if (Math.min(positive, negative) < least) {
            throw new FitException("Fitting " + model + ": expected at least " + least + " right and " + least
                    + " wrong predictions to learn from, but found " + negative + " right and " + positive
                    + " wrong; give more held-out data");
        }
        int features = rows[0].length;
        if (features == 0) {
            throw new FitException("Fitting " + model + ": expected at least one feature, but found none");
        }
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length != features) {
                throw new FitException("Fitting " + model + ": expected " + features
                        + " features in each row as in the first, but found " + rows[i].length + " in row " + i);
            }
            if (!finite(rows[i])) {
                throw new FitException("Fitting " + model + ": expected finite features, but row " + i
                        + " holds a NaN or an infinity; leave it out");
            }
        }
    }

    static boolean finite(double[] row) {
        for (double v : row) {
            if (!Double.isFinite(v)) {
                return false;
            }
        }
        return true;
    }

    static int count(boolean[] wrong) {
        int count = 0;
        for (boolean w : wrong) {
            count += w ? 1 : 0;
        }
        return count;
    }

    /** Mean row of a class. */
    static double[] mean(double[][] rows, boolean[] wrong, boolean wanted) {
        double[] mean = new double[rows[0].length];
        int n = 0;
        for (int i = 0; i < rows.length; i++) {
            if (wrong[i] == wanted) {
                n++;
                for (int k = 0; k < mean.length; k++) {
                    mean[k] += rows[i][k];
                }
            }
        }
        for (int k = 0; k < mean.length; k++) {
            mean[k] /= n;
        }
        return mean;
    }

    /** Sum of squares and products about the mean of a class, row-major {@code [features * features]}. */
    static double[] scatter(double[][] rows, boolean[] wrong, boolean wanted, double[] mean) {
        int p = mean.length;
        double[] sum = new double[p * p];
        double[] d = new double[p];
        for (int i = 0; i < rows.length; i++) {
            if (wrong[i] != wanted) {
                continue;
            }
            for (int k = 0; k < p; k++) {
                d[k] = rows[i][k] - mean[k];
            }
            for (int a = 0; a < p; a++) {
                for (int b = 0; b <= a; b++) {
                    sum[a * p + b] += d[a] * d[b];
                }
            }
        }
        for (int a = 0; a < p; a++) {
            for (int b = 0; b < a; b++) {
                sum[b * p + a] = sum[a * p + b];
            }
        }
        return sum;
    }

    /** 1 / (1 + e^-x), never NaN for a number. */
    static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
