package dev.qualm.metric;

import dev.qualm.array.Array;
import java.util.Locale;

/**
 * Mean squared error of probabilities (Brier, Monthly Weather Review 78, 1950). Smaller is better; a proper score, so
 * it rewards sharpness and calibration together.
 *
 * @param value the mean; in [0, 2] for {@link Form#ALL_CLASSES}, in [0, 1] for {@link Form#TOP_LABEL}
 * @param form what was squared
 * @param n number of cases
 */
public record Brier(double value, Form form, int n) {
    /** What is squared. */
    public enum Form {
        /** sum over classes of (p_k - [k is the true class])^2. */
        ALL_CLASSES,
        /** (largest probability - [prediction is right])^2. */
        TOP_LABEL
    }

    /**
     * Over all classes.
     *
     * @param probabilities {@code [n, classes]}
     * @param labels true class of each row
     */
    public static Brier allClasses(Array probabilities, int[] labels) {
        double sum = 0;
        for (double loss : losses(probabilities, labels)) {
            sum += loss;
        }
        return new Brier(sum / labels.length, Form.ALL_CLASSES, labels.length);
    }

    /**
     * The bootstrap interval of {@link #allClasses}, cases drawn with replacement. For the predicted class see
     * {@link TopLabel#interval}.
     *
     * @param level nominal coverage, for example 0.95
     */
    public static Interval interval(Array probabilities, int[] labels, Bootstrap bootstrap, double level) {
        return bootstrap.ofMean(losses(probabilities, labels), level);
    }

    private static double[] losses(Array probabilities, int[] labels) {
        TopLabel.requireProbabilities(probabilities, labels);
        int classes = probabilities.dim(1);
        double[] losses = new double[labels.length];
        for (int i = 0; i < labels.length; i++) {
            for (int k = 0; k < classes; k++) {
                double error = probabilities.get(i * classes + k) - (k == labels[i] ? 1 : 0);
                losses[i] += error * error;
            }
        }
        return losses;
    }

    /** Of the predicted class only. */
    public static Brier topLabel(TopLabel predictions) {
        double sum = 0;
        for (int i = 0; i < predictions.n(); i++) {
            double error = predictions.confidence(i) - (predictions.correct(i) ? 1 : 0);
            sum += error * error;
        }
        return new Brier(sum / predictions.n(), Form.TOP_LABEL, predictions.n());
    }

    @Override
    public String toString() {
        String what = form == Form.ALL_CLASSES ? "all classes" : "top label";
        return String.format(Locale.ROOT, "Brier %.4f (%s); n = %d", value, what, n);
    }
}
