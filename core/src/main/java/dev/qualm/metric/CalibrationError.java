package dev.qualm.metric;

import dev.qualm.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Expected calibration error: mean over cases of the gap between confidence and accuracy in their bin (Naeini, Cooper
 * and Hauskrecht, AAAI 2015; Guo et al., ICML 2017). 0 is calibrated. Biased upwards when bins hold few cases, so
 * compare values of equal {@code n} and bins only, or take {@link DebiasedCalibrationError}.
 *
 * @param value sum over bins of count/n times |confidence - accuracy|
 * @param largest the largest gap of a bin ("MCE")
 * @param n number of cases
 * @param binning how the bins were cut
 * @param bins the bins that hold cases, in order of confidence: the data of a reliability diagram
 */
public record CalibrationError(double value, double largest, int n, Binning binning, List<Bin> bins) {
    /** The number of bins most papers use. */
    public static final int USUAL_BINS = 15;

    public CalibrationError {
        bins = List.copyOf(bins);
    }

    /**
     * One bin.
     *
     * @param low lower edge, or smallest confidence for bins of equal mass
     * @param high upper edge, or largest confidence for bins of equal mass
     * @param count number of cases
     * @param confidence their mean confidence
     * @param accuracy their share of right predictions
     */
    public record Bin(double low, double high, int count, double confidence, double accuracy) {
        public double gap() {
            return Math.abs(confidence - accuracy);
        }
    }

    /** 15 bins of equal width. */
    public static CalibrationError of(TopLabel predictions) {
        return of(predictions.confidences(), predictions.corrects(), USUAL_BINS, Binning.EQUAL_WIDTH);
    }

    /**
     * Of any confidences in [0, 1].
     *
     * @param confidence stated probability of being right, one a case
     * @param correct whether the case was right
     * @param bins number of bins, at least 1
     */
    public static CalibrationError of(double[] confidence, boolean[] correct, int bins, Binning binning) {
        if (confidence.length != correct.length || confidence.length == 0) {
            throw new ShapeException("Expected as many marks as confidences and at least one, but found "
                    + confidence.length + " confidences and " + correct.length + " marks");
        }
        if (bins < 1) {
            throw new MetricException("Expected at least 1 bin, but found " + bins);
        }
        for (int i = 0; i < confidence.length; i++) {
            if (!(confidence[i] >= 0 && confidence[i] <= 1)) {
                throw new MetricException("Expected confidences in [0, 1], but found " + confidence[i] + " at index "
                        + i + "; a calibration error needs probabilities, not logits or scores");
            }
        }
        return switch (binning) {
            case EQUAL_WIDTH, EQUAL_WIDTH_LEFT_CLOSED ->
                summarise(equalWidth(confidence, correct, bins, binning), confidence.length, binning);
            case EQUAL_MASS, EQUAL_MASS_INPUT_ORDER ->
                summarise(equalMass(confidence, correct, bins, binning), confidence.length, binning);
        };
    }

    private static List<Bin> equalWidth(double[] confidence, boolean[] correct, int bins, Binning binning) {
        int[] count = new int[bins];
        double[] sum = new double[bins];
        double[] right = new double[bins];
        for (int i = 0; i < confidence.length; i++) {
            int bin = equalWidthBin(confidence[i], bins, binning == Binning.EQUAL_WIDTH_LEFT_CLOSED);
            count[bin]++;
            sum[bin] += confidence[i];
            right[bin] += correct[i] ? 1 : 0;
        }
        return IntStream.range(0, bins)
                .filter(b -> count[b] > 0)
                .mapToObj(b -> new Bin(
                        b / (double) bins, (b + 1) / (double) bins, count[b], sum[b] / count[b], right[b] / count[b]))
                .toList();
    }

    /** Bin of a confidence in [0, 1]: (low, high] with 0 in the first, or [low, high) with 1 in the last. */
    static int equalWidthBin(double confidence, int bins, boolean leftClosed) {
        int bin = (int) Math.min(bins - 1.0, Math.floor(confidence * bins));
        // The product rounds; the edges j/bins decide.
        while (bin > 0 && below(confidence, bin / (double) bins, leftClosed)) {
            bin--;
        }
        while (bin < bins - 1 && !below(confidence, (bin + 1) / (double) bins, leftClosed)) {
            bin++;
        }
        return bin;
    }

    private static boolean below(double confidence, double edge, boolean leftClosed) {
        return leftClosed ? confidence < edge : confidence <= edge;
    }

    private static List<Bin> equalMass(double[] confidence, boolean[] correct, int bins, Binning binning) {
        int n = confidence.length;
        double[] sorted = Ranking.sorted("confidence", confidence);
        // A stable sort of the marks on primitives: a case goes to the first free place of its run.
        double[] right = new double[n];
        int[] used = new int[n];
        for (int i = 0; i < n; i++) {
            int run = Ranking.countBelow(sorted, confidence[i], false);
            right[run + used[run]++] = correct[i] ? 1 : 0;
        }
        if (binning == Binning.EQUAL_MASS) {
            shareRuns(right, sorted);
        }
        List<Bin> out = new ArrayList<>();
        int from = 0;
        for (int b = 0; b < bins; b++) {
            int to = from + n / bins + (b < n % bins ? 1 : 0);
            if (to > from) {
                double sum = 0;
                double hits = 0;
                for (int i = from; i < to; i++) {
                    sum += sorted[i];
                    hits += right[i];
                }
                int count = to - from;
                out.add(new Bin(sorted[from], sorted[to - 1], count, sum / count, hits / count));
            }
            from = to;
        }
        return out;
    }

    /** Gives each case of a run of equal confidence the mean accuracy of the run. */
    private static void shareRuns(double[] right, double[] sorted) {
        int from = 0;
        while (from < right.length) {
            int to = from;
            double sum = 0;
            while (to < right.length && sorted[to] == sorted[from]) {
                sum += right[to++];
            }
            Arrays.fill(right, from, to, sum / (to - from));
            from = to;
        }
    }

    private static CalibrationError summarise(List<Bin> bins, int n, Binning binning) {
        double value = 0;
        double largest = 0;
        for (Bin bin : bins) {
            value += bin.gap() * bin.count() / n;
            largest = Math.max(largest, bin.gap());
        }
        return new CalibrationError(value, largest, n, binning, bins);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "ECE %.4f, largest gap %.4f (%s, %d bins in use); n = %d",
                value,
                largest,
                binning,
                bins.size(),
                n);
    }
}
