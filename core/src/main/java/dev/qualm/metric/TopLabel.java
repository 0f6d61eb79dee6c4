package dev.qualm.metric;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import java.util.function.ToDoubleFunction;

/**
 * Class probabilities reduced to what selective prediction and calibration ask: the predicted class, its probability,
 * and whether it is right.
 */
public final class TopLabel {
    private static final double SUM_TOLERANCE = 1e-3;

    private final double[] confidence;
    private final int[] predicted;
    private final boolean[] correct;

    private TopLabel(double[] confidence, int[] predicted, boolean[] correct) {
        this.confidence = confidence;
        this.predicted = predicted;
        this.correct = correct;
    }

    /**
     * Reads probabilities; of equal largest probabilities the first class is the predicted one.
     *
     * @param probabilities {@code [n, classes]}, rows of probabilities
     * @param labels true class of each row
     * @throws ShapeException if the shape is another or the number of labels differs
     * @throws MetricException if a row does not hold probabilities (are these logits?) or a label is outside the
     *     classes
     */
    public static TopLabel of(Array probabilities, int[] labels) {
        requireProbabilities(probabilities, labels);
        int classes = probabilities.dim(1);
        double[] confidence = new double[labels.length];
        int[] predicted = new int[labels.length];
        boolean[] correct = new boolean[labels.length];
        for (int i = 0; i < labels.length; i++) {
            confidence[i] = -1;
            for (int k = 0; k < classes; k++) {
                double p = probabilities.get(i * classes + k);
                if (p > confidence[i]) {
                    confidence[i] = p;
                    predicted[i] = k;
                }
            }
            confidence[i] = Math.min(1, confidence[i]);
            correct[i] = predicted[i] == labels[i];
        }
        return new TopLabel(confidence, predicted, correct);
    }

    /** Refuses what is not {@code [n, classes]} probabilities with a label for each row. */
    static void requireProbabilities(Array probabilities, int[] labels) {
        if (probabilities.rank() != 2 || probabilities.dim(0) != labels.length || labels.length == 0) {
            throw new ShapeException("Expected probabilities [n, classes] with n >= 1 and one label a row, but found "
                    + probabilities + " and " + labels.length + " labels");
        }
        int classes = probabilities.dim(1);
        for (int i = 0; i < labels.length; i++) {
            double sum = 0;
            boolean inRange = true;
            for (int k = 0; k < classes; k++) {
                double p = probabilities.get(i * classes + k);
                inRange &= p >= 0 && p <= 1 + SUM_TOLERANCE;
                sum += p;
            }
            if (!inRange || Math.abs(sum - 1) > SUM_TOLERANCE) {
                throw new MetricException("Expected probabilities in [0, 1] with sum 1 in every row, but row " + i
                        + " has sum " + sum + "; apply softmax if these are logits");
            }
            if (labels[i] < 0 || labels[i] >= classes) {
                throw new MetricException(
                        "Expected labels in 0 to " + (classes - 1) + ", but found " + labels[i] + " at row " + i);
            }
        }
    }

    public int n() {
        return confidence.length;
    }

    /** Largest probability of case {@code i}, in (0, 1]. */
    public double confidence(int i) {
        return confidence[i];
    }

    /** Predicted class of case {@code i}. */
    public int predicted(int i) {
        return predicted[i];
    }

    public boolean correct(int i) {
        return correct[i];
    }

    /** A copy of all largest probabilities. */
    public double[] confidences() {
        return confidence.clone();
    }

    /** A copy of the marks of right predictions. */
    public boolean[] corrects() {
        return correct.clone();
    }

    /** Share of right predictions. */
    public Proportion accuracy() {
        return Proportion.of(correct);
    }

    /** The predictions of some cases, in the order given, as often as given. */
    TopLabel select(int[] cases) {
        double[] c = new double[cases.length];
        int[] p = new int[cases.length];
        boolean[] r = new boolean[cases.length];
        for (int i = 0; i < cases.length; i++) {
            c[i] = confidence[cases[i]];
            p[i] = predicted[cases[i]];
            r[i] = correct[cases[i]];
        }
        return new TopLabel(c, p, r);
    }

    /**
     * The percentile interval of a number, predictions drawn with replacement; for example {@code t ->
     * CalibrationError.of(t).value()}. A calibration error is larger on replicates than on the data (drawing twice adds
     * noise twice), so its interval lies high; {@link DebiasedCalibrationError} suffers less.
     *
     * @param level nominal coverage of the interval, for example 0.95
     */
    public Interval interval(Bootstrap bootstrap, ToDoubleFunction<TopLabel> metric, double level) {
        double[] replicates = bootstrap.replicates(new int[n()], cases -> metric.applyAsDouble(select(cases)));
        return Bootstrap.unstratified(replicates, level);
    }

    @Override
    public String toString() {
        return n() + " predictions, accuracy " + accuracy();
    }
}
